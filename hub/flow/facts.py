"""What flows on the bus of facts: what the radio said, what the core made of it, and a beat every second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from drivers.link_state import LinkState
from drivers.packets import DeviceInfo, Packet, Said
from dsp.records import Record
from hub.messages.incoming import Who


@dataclass(frozen=True, slots=True)
class Beat:
    """A second has passed: time to flush, whether or not anything came in."""

    t_ns: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """When the hub got what the records that follow come from; said before those only that can be heard."""

    t_ns: int


@dataclass(frozen=True, slots=True)
class Mute:
    """Somebody wants quiet, or no longer."""

    t_ns: int
    muted: bool
    by: Who


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody has asked the runner whether something hurts."""

    t_ns: int


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A replay has gone elsewhere: what was to be heard or done next is not true any more."""

    t_ns: int


Fact: TypeAlias = DeviceInfo | Packet | Said | LinkState | Record | Beat | Arrival | Mute | Asked | Elsewhere
