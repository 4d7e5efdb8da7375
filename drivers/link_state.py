"""The state of a sensor's link, reported by its supervisor on every change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from dsp.signals import Placement

State: TypeAlias = Literal["searching", "connecting", "streaming", "stale", "lost", "failed"]


@dataclass(frozen=True, slots=True)
class LinkState:
    """The current state of one sensor's link.

    device       id of the sensor (see DeviceInfo)
    placement    where it is worn; None if unknown, in which case it is not used
    name         as advertised
    state        searching: not heard yet; connecting; streaming; stale: connected but silent;
                 lost: was connected and is being searched for; failed: the user must change something
    since_ns     hub time of the change
    detail       the reason, in words for the user; empty when all is well
    battery_pct  last battery level read or notified
    reconnects   number of reconnections so far
    """

    device: str
    placement: Placement | None
    name: str
    state: State
    since_ns: int
    detail: str = ""
    profile: str | None = None
    address: str | None = None
    battery_pct: float | None = None
    reconnects: int = 0
