"""Largest vertical force of a stance, in body weights (running 1.8-3): how hard a leg is loaded.

Over a step the ground must carry the body's weight, so a half-sine that lasts the contact time peaks at pi/2 times step
time over contact time (Morin 2005, doi 10.1123/jab.21.2.167); nothing in it is fitted. Against force plates, a trunk
sensor: one runner, 19 trials at -5 to +10 deg, bias -0.01 and SD per step 0.12, r 0.77; two other runners -0.28 to
+0.11; with their shoes -0.36 to -0.27, since their stances peak higher than a half-sine. Good for changes of one runner
and for comparing legs, less so people.

How fast the force rises, and how much it brakes, is not told: the trunk follows loading rate poorly within a trial
(r 0.2-0.6), and no public running recording has braking force beside a sensor to check it against.
"""

from __future__ import annotations

import math

from dsp.metrics.metric import MetricStage
from dsp.metrics.recent import PerSide
from dsp.placements import FEET
from dsp.records import Metric, Step

KEY = "peak_force_bw"

SHOE_TRUST, TRUNK_TRUST = 0.6, 0.5
"""Most that its quality can be: it is off by up to a seventh between people."""


class Stage(MetricStage):
    """Median of the last ten stances of each leg."""

    def __init__(self) -> None:
        self._sides = PerSide(KEY, 10)

    def step(self, step: Step) -> None:
        """Take a stance that ends in a flight: a walker's has another shape."""
        if step.contact_ms is None or step.step_time_s is None or step.flight_ms is None:
            return
        peak = 0.5 * math.pi * 1e3 * step.step_time_s / step.contact_ms
        trust = step.confidence * (SHOE_TRUST if step.source in FEET else TRUNK_TRUST)
        self._sides.add(step.side, step.t_ns, peak, trust)

    def report(self, t_ns: int) -> list[Metric]:
        """The medians now, one per leg."""
        return self._sides.report(t_ns)
