"""What flows on the bus of facts: what the radio said, what the core made of it, and a beat every second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from drivers.link_state import LinkState
from drivers.packets import DeviceInfo, Packet
from dsp.records import Record


@dataclass(frozen=True, slots=True)
class Beat:
    """A second has passed: time to flush, whether or not anything came in."""

    t_ns: int


Fact: TypeAlias = DeviceInfo | Packet | LinkState | Record | Beat
