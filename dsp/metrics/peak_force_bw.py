"""Peak vertical ground reaction force of a stance, body weights (running 1.8-3): how hard a leg is loaded.

Averaged over a step the ground carries the body's weight, so a half-sine over the contact time peaks at pi/2 x step
time / contact time (Morin 2005, doi 10.1123/jab.21.2.167); nothing in it is fitted. Against force plates, from a trunk
sensor: one runner, 19 trials at -5 to +10 deg, bias -0.01 and SD per step 0.12, r 0.77; two other runners bias -0.28 to
+0.11; from their shoes -0.36 to -0.27, since their stances peak higher than a half-sine. Good for changes within a
runner and for comparing legs, less so for comparing people.

Loading rate and braking force are not reported: the trunk follows loading rate poorly within a trial (r 0.2-0.6), and
no public running recording has both braking force and a sensor to check against.
"""

from __future__ import annotations

import math

from dsp.metrics.metric import MetricStage
from dsp.metrics.recent import PerSide
from dsp.placements import FEET
from dsp.records import Metric, Step

KEY = "peak_force_bw"

SHOE_TRUST, TRUNK_TRUST = 0.6, 0.5
"""Maximum quality: the value is off by up to a seventh between people."""


class Stage(MetricStage):
    """Median of the last ten stances of each leg."""

    def __init__(self) -> None:
        self._sides = PerSide(KEY, 10)

    def step(self, step: Step) -> None:
        """Take a stance that ends in flight; a walker's force curve has another shape."""
        if step.contact_ms is None or step.step_time_s is None or step.flight_ms is None:
            return
        peak = 0.5 * math.pi * 1e3 * step.step_time_s / step.contact_ms
        trust = step.confidence * (SHOE_TRUST if step.source in FEET else TRUNK_TRUST)
        self._sides.add(step.side, step.t_ns, peak, trust)

    def report(self, t_ns: int) -> list[Metric]:
        """Return the medians, one per leg."""
        return self._sides.report(t_ns)
