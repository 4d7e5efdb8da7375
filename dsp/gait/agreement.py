"""Whether trunk and shoe sensors tell of the same steps: the same legs, at the same times.

Sides: a trunk sensor names the stance leg from the force that leans to it (`side`), a shoe sensor from the foot it
is said to be on. Where they contradict each other step after step, left and right are exchanged.
Times: a shoe's contact comes within a few hundredths of a second of the trunk's. Between runs the difference varies by
6.1 ms (SD), from step to step by 4.1 ms (sources 9), so 30 common steps tell a clock that is off by tens of
milliseconds, as in the trap of `drivers.timing.delay_spread`, and nothing finer.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import median

from dsp.gait.sightings import Contact, Release
from dsp.placements import MIDLINE, SHOES, SIDE_OF
from dsp.records import Metric
from dsp.signals import Placement

SWAPPED_KEY = "sides_swapped"
"""1 while the shoe sensors' sides contradict the trunk's, else nothing; quality is the share of steps that do."""
APART_KEY = "foot_trunk_offset_ms"
"""Shoe's contact minus trunk's, told only where that cannot be: the clock of one of the two is off."""


@dataclass(frozen=True, slots=True)
class AgreementParams:
    """When two sensors contradict each other.

    same_s         contacts closer than this are of one step (half a running step is 0.15)
    steps          common steps that are looked at, and needed
    contradiction  share of them whose sides differ
    apart_s        largest difference that detectors and bodies explain: the trunk's contact is up to 40 ms late
    """

    same_s: float = 0.12
    steps: int = 30
    contradiction: float = 0.8
    apart_s: float = 0.060


class Agreement:
    """Takes what the sensors saw; `report` says what does not fit, usually nothing."""

    def __init__(self, params: AgreementParams | None = None) -> None:
        self._p = params or AgreementParams()
        self._shoes: deque[Contact] = deque(maxlen=8)
        self._differs: dict[Placement, deque[bool]] = {}
        self._apart_s: dict[Placement, deque[float]] = {}

    def contact(self, seen: Contact) -> None:
        """Take a contact; those of shoes are kept until the trunk has told its side."""
        if seen.placement in SHOES:
            self._shoes.append(seen)

    def release(self, seen: Release) -> None:
        """Take the end of a stance; a trunk's is compared with the shoe's contact that began it."""
        # In the middle of the body the lean of the force names the leg.
        if seen.placement not in MIDLINE or seen.side is None or not self._shoes:
            return
        shoe = min(self._shoes, key=lambda each: abs(each.t_s - seen.contact_s))
        apart_s = shoe.t_s - seen.contact_s
        if abs(apart_s) > self._p.same_s:
            return
        long = self._p.steps
        self._differs.setdefault(shoe.placement, deque(maxlen=long)).append(shoe.side is not seen.side)
        self._apart_s.setdefault(shoe.placement, deque(maxlen=long)).append(apart_s)

    def report(self, t_ns: int) -> list[Metric]:
        """Contradictions as they are now."""
        p = self._p
        shares: list[float] = []
        found: list[Metric] = []
        for placement, each in self._apart_s.items():
            if len(each) < p.steps:
                continue
            if abs(middle_s := median(each)) > p.apart_s:
                found.append(Metric(t_ns, APART_KEY, 1e3 * middle_s, SIDE_OF[placement], 1.0))
            else:  # only steps that are surely the same can contradict each other
                differs = self._differs[placement]
                shares.append(sum(differs) / len(differs))
        if shares and min(shares) >= p.contradiction:
            found.append(Metric(t_ns, SWAPPED_KEY, 1.0, None, min(shares)))
        return found
