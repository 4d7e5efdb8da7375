"""What the radio said, before anyone interprets it: the boundary that live, recorded and replayed runs share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from dsp.signals import Placement

_NOTHING: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """Who sent the packets.

    device     stable id, `[a-z0-9_-]+`; also the last segment of its MQTT topic
    profile    id of the firmware profile that decodes it, e.g. `stridecue.imu6`
    placement  where it sits
    name       as advertised or given by the user
    address    Bluetooth address (an opaque id on macOS), None for imported data
    params     values of the profile's parameters as set on the device, e.g. `{"rate_hz": 208, "acc_range_g": 16}`
    """

    device: str
    profile: str
    placement: Placement
    name: str
    address: str | None = None
    params: Mapping[str, float] = field(default_factory=lambda: _NOTHING)

    def __deepcopy__(self, _memo: dict[int, object]) -> DeviceInfo:
        """Facts do not change."""
        return self


@dataclass(frozen=True, slots=True)
class Packet:
    """One notification.

    device     id of the sender (see DeviceInfo)
    channel    the profile's alias of the characteristic, e.g. `measurement`
    t_recv_ns  hub monotonic ns when the radio handed it over
    payload    the bytes, untouched
    """

    device: str
    channel: str
    t_recv_ns: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Said:
    """What was said to the hub in mid-run: by the runner, or a message to them, as JSON. It shapes what follows.

    So it is part of the recording, in its place among the packets, and a replay hears it too.
    """

    t_ns: int
    text: bytes
