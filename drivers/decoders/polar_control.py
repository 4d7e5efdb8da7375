"""Control point of Polar Measurement Data: responses of a device, and the settings in them.

Response: F0, operation, measurement type, status, more, then settings as (id, count, values). Sources: Polar's PMD
specification and the test suite of its SDK.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from drivers.errors import DecodeError

ANSWER = 0xF0
FEATURES = 0x0F
START = 2
STOPPED = 1
"""First byte of an unsolicited message: the measurements whose types follow have ended."""
STATUS = (
    "success", "invalid_op_code", "invalid_measurement_type", "not_supported", "invalid_length", "invalid_parameter",
    "already_in_state", "invalid_resolution", "invalid_sample_rate", "invalid_range", "invalid_mtu",
    "invalid_number_of_channels", "invalid_state", "device_in_charger", "disk_full",
)  # fmt: skip
TYPES = {0: "ECG", 1: "PPG", 2: "ACC", 3: "PPI", 5: "GYRO", 6: "MAG", 9: "SDK_MODE"}
_SETTINGS = {
    0: ("sample_rate_hz", "H"), 1: ("resolution_bits", "H"), 2: ("range", "H"), 3: ("range_milli", "i"),
    4: ("channels", "B"), 5: ("factor", "f"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PmdAnswer:
    """A response to a command; `status` is a name from STATUS, or the number if unknown."""

    op: int
    kind: int
    status: str
    more: bool
    parameters: bytes

    @property
    def settings(self) -> dict[str, list[float]]:
        """The settings in the response. Raises DecodeError if its parameters are not settings."""
        return parse_settings(self.parameters)


def parse_answer(payload: bytes) -> PmdAnswer:
    """Parse a response. Raises DecodeError for anything else on the control point."""
    if len(payload) < 4 or payload[0] != ANSWER:
        raise DecodeError(f"{payload[:4].hex()} is not a response of a Polar control point")
    code = payload[3]
    status = STATUS[code] if code < len(STATUS) else str(code)
    return PmdAnswer(payload[1], payload[2], status, len(payload) > 4 and payload[4] != 0, payload[5:])


def parse_settings(data: bytes) -> dict[str, list[float]]:
    """Parse (id, count, values) entries in any order. Raises DecodeError if one is truncated or unknown."""
    settings: dict[str, list[float]] = {}
    at = 0
    while at < len(data):
        if at + 2 > len(data) or data[at] not in _SETTINGS:
            raise DecodeError(f"no known setting at byte {at} of {data.hex()}")
        name, code = _SETTINGS[data[at]]
        values = struct.Struct(f"<{data[at + 1]}{code}")
        if at + 2 + values.size > len(data):
            raise DecodeError(f"{name} is truncated in {data.hex()}")
        settings[name] = list(values.unpack_from(data, at + 2))
        at += 2 + values.size
    return settings


def parse_features(payload: bytes) -> list[str]:
    """Parse the value of the control point when read: the measurements a device offers. Raises DecodeError."""
    if len(payload) < 3 or payload[0] != FEATURES:
        raise DecodeError(f"{payload[:4].hex()} is not the feature list of a Polar device")
    bits = payload[1] | payload[2] << 8
    return [name for kind, name in TYPES.items() if bits >> kind & 1]
