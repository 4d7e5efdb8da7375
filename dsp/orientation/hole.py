"""Correct the up direction after a hole, a short gap whose samples were filled in.

What is filled in misses the turn, the more the longer the hole, and without bounds: by 0.7 deg (root mean square, all
phases) over 0.1 s, by 1.1 over 0.3, by 2-3 at worst. But up differs from its mean at the same phase of the strides
before by 0.8 deg only, whatever was lost. The best combination weights the filled-in samples by a share that falls with
the length of the hole: then 0.1 s are missed by 0.6 deg, 0.15 and longer by 0.75 (five people, each left out in turn).
Rates before and after the hole, and their slopes, help a little with holes under 50 ms and not with longer ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from dsp.orientation.strapdown import Strapdown
from dsp.samples.trace import Trace
from dsp.signals import Vector

HALF_S = 0.14
"""Length of a hole at which the filled-in and the usual up weigh the same: 0.13 for obliquity, 0.16 for tilt."""

USUAL_RAD = 0.014
"""Difference of up from the usual one at the same phase, one standard deviation."""

USUAL_MPS = 0.08
"""Largest velocity that the filled-in force misses (0.07-0.09 m/s over 0.15-0.3 s)."""

STRAIGHT_RADPS, STRAIGHT_MPS2 = 0.15, 1.5
"""Both errors per second of hole where no strides were known to fill it from."""

MIN_STRIDES = 3
"""Minimum strides for a usual up."""

Found = tuple[float, Vector]
"""A tilt error found by levelling: the time from which the trace was corrected, s, and the change of up."""


@dataclass(frozen=True, slots=True)
class Hole:
    """Lost samples that were filled in.

    length_s  how long they lasted
    end_s     time of the sample after them
    lags_s    how far back the strides lie from which they were filled; empty if from none
    """

    length_s: float
    end_s: float
    lags_s: list[float]

    @property
    def trust(self) -> float:
        """Weight of the filled-in samples in the best estimate of up, 0-1."""
        return 1.0 / (1.0 + (self.length_s / HALF_S) ** 2)

    @property
    def doubt(self) -> tuple[float, float]:
        """Standard deviations of the errors that it adds: tilt, rad, and velocity, m/s."""
        if not self.lags_s:
            return STRAIGHT_RADPS * self.length_s, STRAIGHT_MPS2 * self.length_s
        share = math.sqrt(1.0 - self.trust**2)
        return share * USUAL_RAD, share * USUAL_MPS


def towards_usual(hole: Hole, strapdown: Strapdown, trace: Trace, found: Iterable[Found]) -> None:
    """Correct the strapdown, whose newest sample is the one after `hole`, the last with `up` in the trace.

    found  tilt errors found since: they existed in the strides before, where the trace still has them
    """
    before_s = [hole.end_s - lag for lag in hole.lags_s if hole.end_s - lag > trace.t_s[0]]
    if len(before_s) < MIN_STRIDES:
        return
    share = (1.0 - hole.trust) / len(before_s)
    up = strapdown.up()
    x, y, z = (
        share * sum(trace.at(axis, t_s) - now for t_s in before_s) for axis, now in zip(trace.up, up, strict=True)
    )
    for from_s, (by_x, by_y, by_z) in found:
        late = share * sum(t_s < from_s for t_s in before_s)
        x, y, z = x + late * by_x, y + late * by_y, z + late * by_z
    one, two = strapdown.level_rows()
    tilt = x * two[0] + y * two[1] + z * two[2], -(x * one[0] + y * one[1] + z * one[2])
    strapdown.correct(tilt, (0.0, 0.0, 0.0), (0.0, 0.0))
    # The angles within the hole change from the one to the other without a step.
    first = trace.first_at(hole.end_s - hole.length_s)
    count = len(trace.up[0]) - first
    for axis, was, now in zip(trace.up, up, strapdown.up(), strict=True):
        axis[first:] = [value + (now - was) * (k + 1) / count for k, value in enumerate(axis[first:])]
