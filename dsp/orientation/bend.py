"""Centripetal correction: a bend turns the velocity that levelling expects, by speed times turn, to the inner side.

Levelling (`leveller`) assumes that a trunk's velocity is that of a stride ago. On a track it is not: at 3.5 m/s and a
radius of 36.5 m it changes by 0.24 m/s a stride, and mistaken for tilt that turns up by 2 deg (atan(v w / g)). The turn
is the gyroscope's, averaged over a stride, and used only once its bias has been measured in standing: a cheap
gyroscope's 3 deg/s are a bend of 67 m at 3.5 m/s. The speed is the best available, else that of the runner's earlier
runs; on a treadmill there is none, its belt has no bends.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from dsp.metrics import speed_mps, speed_source
from dsp.orientation.leveller import Leveller
from dsp.orientation.mount import Mount
from dsp.orientation.strapdown import Strapdown
from dsp.records import Metric
from dsp.runner.exposure import USUAL_MPS
from dsp.signals import NEVER_S

LATE_S = 3.0
"""Speeds count this long after the second they were reported for.

By then they are final whatever the order of the packets: the merge waits 0.7 s, a chunk takes 0.19 s, and 2.1 s are
left for the length of a block. A runner's speed does not change by much in that time.
"""

KEPT = 8
"""Number of speeds kept, one a second: more than they are late and sensors lag."""

FASTEST_MPS = 8.0
"""Upper limit: a pod that reports more is wrong."""


@dataclass(frozen=True, slots=True)
class BendParams:
    """When a turn is a bend.

    doubt_radps  turns of this size count half, much larger ones fully,
    least_radps  and smaller ones than this not at all: bias left over from standing, a runner who weaves
                 (`docs/accuracy.md`)
    bias_radps   largest uncertainty of the bias about the vertical: 0.005-0.008 after 3-6 s of standing, 0.05 without
    longest_s    strides further apart than this do not follow each other
    """

    doubt_radps: float = 0.03
    least_radps: float = 0.01
    bias_radps: float = 0.02
    longest_s: float = 1.3


class Pace:
    """The runner's speed over ground, reported once a second and used `LATE_S` later; else the usual speed."""

    def __init__(self, usual_mps: float = USUAL_MPS) -> None:
        self._usual_mps = usual_mps
        self._reported: deque[tuple[float, float]] = deque(maxlen=KEPT)

    def update(self, t_s: float, metrics: Iterable[Metric]) -> None:
        """Take the speed from the metrics reported for `t_s`."""
        mps = self._usual_mps
        for metric in metrics:
            if metric.key == speed_mps.KEY:
                mps = min(metric.value, FASTEST_MPS)
            elif metric.key == speed_source.KEY and metric.value == speed_source.Source.TREADMILL:
                mps = 0.0
                break
        self._reported.append((t_s, mps))

    def at(self, t_s: float) -> float:
        """Return the speed at `t_s`, m/s; 0 on a treadmill."""
        settled_s = t_s - LATE_S
        return next((mps for reported_s, mps in reversed(self._reported) if reported_s <= settled_s), self._usual_mps)


class Bend:
    """Follows the turns of one trunk sensor from stride to stride."""

    def __init__(self, pace: Pace, params: BendParams | None = None) -> None:
        self._p = params or BendParams()
        self._pace = pace
        self.reset()

    def reset(self) -> None:
        """Restart after a gap, or with another mount."""
        self._before_s = NEVER_S

    def change(
        self, t_s: float, turn_radps: float, strapdown: Strapdown, leveller: Leveller, mount: Mount | None
    ) -> tuple[tuple[float, float], float]:
        """Return the changes from the last call to `t_s`: velocity (m/s, near-inertial frame), heading (rad).

        turn_radps  slow turning of a stride in between, + to the left; 0 if none was measured
        """
        p, turn = self._p, turn_radps
        span_s, self._before_s = t_s - self._before_s, t_s
        pace_mps = self._pace.at(t_s)
        straight = abs(turn) < p.least_radps or span_s > p.longest_s or not pace_mps
        if mount is None or straight or leveller.bias_sd(leveller.up or strapdown.up()) > p.bias_radps:
            return (0.0, 0.0), 0.0
        share = 1.0 / (1.0 + (p.doubt_radps / turn) ** 4)
        one, two = strapdown.level_rows()
        lx, ly, lz = mount.left
        x, y = one[0] * lx + one[1] * ly + one[2] * lz, two[0] * lx + two[1] * ly + two[2] * lz
        turned = turn * span_s
        size = share * pace_mps * 2.0 * math.sin(0.5 * turned) / (math.hypot(x, y) or 1.0)
        # Left is the current direction: the change is along the left of the middle of the span.
        back = 0.5 * turned + turn * (strapdown.t_s - t_s)
        c, s = size * math.cos(back), size * math.sin(back)
        return (c * x + s * y, c * y - s * x), turned
