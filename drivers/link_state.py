"""How a sensor's link is, as the supervisor tells it on every change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from dsp.signals import Placement

State: TypeAlias = Literal["searching", "connecting", "streaming", "stale", "lost", "failed"]


@dataclass(frozen=True, slots=True)
class LinkState:
    """One sensor, now.

    device       id of the sensor (see DeviceInfo)
    placement    where it sits; None when nobody can tell, it then stays unused
    name         as advertised
    state        searching: not heard yet; connecting; streaming; stale: connected but silent;
                 lost: was connected, is being looked for; failed: something the user has to change
    since_ns     hub time of the change
    detail       why, in words for the user; empty when all is well
    battery_pct  last battery level read or notified
    reconnects   how often the link came back
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
