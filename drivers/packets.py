"""Raw packets before decoding: the boundary that live, recorded and replayed runs share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from dsp.signals import Placement

_NOTHING: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """The device that packets come from.

    device     stable id, `[a-z0-9_-]+`; also the last segment of its MQTT topic
    profile    id of the firmware profile that decodes it, e.g. `stridecue.imu6`
    placement  where on the body it is worn
    name       as advertised or given by the user
    address    Bluetooth address (an opaque id on macOS); None for imported data
    params     values of the profile's parameters as set on the device, e.g. `{"rate_hz": 208, "acc_range_g": 16}`
    """

    device: str
    profile: str
    placement: Placement
    name: str
    address: str | None = None
    params: Mapping[str, float] = field(default_factory=lambda: _NOTHING)

    def __deepcopy__(self, _memo: dict[int, object]) -> DeviceInfo:
        """Return itself: it is immutable."""
        return self


@dataclass(frozen=True, slots=True)
class Packet:
    """One notification.

    device     id of the sender (see DeviceInfo)
    channel    the profile's alias for the characteristic, e.g. `measurement`
    t_recv_ns  arrival time, hub monotonic ns
    payload    the bytes as received
    """

    device: str
    channel: str
    t_recv_ns: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class UserInput:
    """A pain report or a command given during a run, as JSON.

    It affects what follows, so it is recorded in order among the packets and applied again in a replay.

    t_ns  when it took effect, hub monotonic ns
    text  the JSON, UTF-8; `hub.messages.incoming` has the schema
    """

    t_ns: int
    text: bytes
