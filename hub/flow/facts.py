"""The items on the hub's bus: radio items, the records computed from them, and a beat every second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from drivers.link_state import LinkState
from drivers.packets import DeviceInfo, Packet, UserInput
from dsp.records import Record
from hub.messages.incoming import Who


@dataclass(frozen=True, slots=True)
class Beat:
    """A second has passed: subscribers flush, whether or not anything arrived."""

    t_ns: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """When the hub received the packets behind the records that follow; published only before audible ones."""

    t_ns: int


@dataclass(frozen=True, slots=True)
class Mute:
    """Someone muted or unmuted the cues."""

    t_ns: int
    muted: bool
    by: Who


@dataclass(frozen=True, slots=True)
class Asked:
    """Someone asked the runner whether anything hurts."""

    t_ns: int


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A replay changed its position: whatever was pending for the old one is obsolete."""

    t_ns: int


Fact: TypeAlias = DeviceInfo | Packet | UserInput | LinkState | Record | Beat | Arrival | Mute | Asked | Elsewhere
