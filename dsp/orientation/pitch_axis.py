"""Find the pitch axis of a foot sensor, however it sits on the shoe.

A foot turns far more about its pitch axis than about any other, and that axis is level while the foot stands: it is the
first principal direction of the rate after the component along the mean force is removed (about which a walker's turn
spins the foot). Its sign comes from the signs of two skewnesses, each strong where the other is weak:

* forward force: a foot is accelerated over all of push-off and early swing and stopped within a few hundredths of a
  second, so the force along pitch x up, forward, is skewed backward (running: by 0.6 or more in every 1.5 s of 26 foot
  runs; the feet of two of nine walkers have the opposite sign in a third of their windows);
* pitch angle: a foot lies flat for long, then tips toe down by 60-110 deg and toe up by 25 at most, so its angle is
  skewed toe down (walking: by 0.5-1.1 in nearly every 2.5 s; running by 0.03-0.3).

A sensor that slips on its lace, or is clipped on again, has another axis from then on. The newest strides show it: up,
the axis or its sign has changed. Then everything older is discarded and the axis is found again.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsp.orientation.vectors import across, cross, dot, unit
from dsp.samples.rows import array_of
from dsp.signals import GRAVITY_MPS2, Vector

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PitchAxisParams:
    """Windows and bounds of the estimate.

    memory_s           length of the data used
    first_s            minimum time in which the foot moved for a first estimate
    every_s, later_s   time between estimates, and after `early_estimates` of them; then every other one only checks
                       whether the sensor has slipped
    moving_radps       mean rate of a chunk in which the foot moves,
    min_share          and minimum share of such chunks between the first and the last
    margin_s           used before the first and after the last
    keep               weight of the old evidence for the sign at each estimate
    first_evidence     evidence that the first estimate needs
    angle_weight       of the angle's skewness against the force's
    max_skew           upper limit of one skewness
    min_mps2           with a smaller mean force of the newest chunks the accelerometer is dead, and up is unknown
    recent_s           the newest part of the memory, which shows whether the sensor has slipped:
    slipped_cosine     if up or the axis has turned further than this cosine,
    contrary_evidence  or with this much for the other sign (27 foot runs and 18 of walkers: 0.44 or more for the right
                       one)
    clip               a chunk's mean force (m/s2) and rate (rad/s) are clipped here, so that a knock does not turn the
                       axis: recorded runners reach 6 g and 17 rad/s, sprinters more, and their axis is not affected
    """

    memory_s: float = 5.0
    first_s: float = 1.2
    every_s: float = 0.5
    later_s: float = 2.5
    early_estimates: int = 12
    moving_radps: float = 1.0
    min_share: float = 0.2
    margin_s: float = 0.4
    keep: float = 0.8
    first_evidence: float = 1.0
    angle_weight: float = 2.0
    max_skew: float = 1.0
    min_mps2: float = 1.0
    recent_s: float = 2.5
    slipped_cosine: float = 0.77
    contrary_evidence: float = 0.3
    clip: tuple[float, float] = (6.0 * GRAVITY_MPS2, 25.0)


class PitchAxis:
    """Takes the means of chunks; `axis` is a unit vector that points left, None until the foot has moved enough."""

    def __init__(self, chunk_s: float, params: PitchAxisParams | None = None) -> None:
        self._p = params or PitchAxisParams()
        p = self._p
        self._chunks: deque[list[float]] = deque(maxlen=max(4, round(p.memory_s / chunk_s)))
        self._moving2 = p.moving_radps * p.moving_radps
        self._margin = max(1, round(p.margin_s / chunk_s))
        self._enough = max(2, round(p.first_s / chunk_s))
        self._early_wait, self._later_wait = max(1, round(p.every_s / chunk_s)), max(1, round(p.later_s / chunk_s))
        self._wait = self._early_wait
        self._estimates = 0
        self._moved = 0
        self._evidence = 0.0
        self._recent = max(2, round(p.recent_s / chunk_s))
        self._only_checked = False
        self._up: Vector | None = None
        self._clip = np.repeat(p.clip, 3)
        self.axis: Vector | None = None

    def update(self, means: list[float]) -> None:
        """Take the means of a chunk: ax ay az (m/s2) gx gy gz (rad/s)."""
        self._chunks.append(means)
        _, _, _, x, y, z = means
        self._moved += x * x + y * y + z * z > self._moving2
        self._wait -= 1
        if self._wait > 0 or self._moved < self._enough:
            return
        self._wait = self._early_wait if self._estimates < self._p.early_estimates else self._later_wait
        self._estimate()

    def _estimate(self) -> None:
        p = self._p
        data = array_of(*self._chunks)
        if math.hypot(*data[-self._recent :, :3].mean(axis=0).tolist()) < p.min_mps2:
            return
        only_check = self._estimates >= p.early_estimates and not self._only_checked
        self._only_checked = only_check or self._estimates < p.early_estimates
        if self.axis is not None and self._slipped(data[-self._recent :]):
            for _ in range(len(self._chunks) - self._recent):
                self._chunks.popleft()
            data = data[-self._recent :]
            self._estimates, self._wait, self._evidence = 0, self._early_wait, 0.0
            self.axis = self._up = None
        elif only_check:
            return
        moving = self._moving(data)
        if len(moving) < max(self._enough, p.min_share * (moving[-1] - moving[0] + 1) if len(moving) else 1):
            return
        up, axis, evidence = self._axis_evidence(data[max(0, moving[0] - self._margin) : moving[-1] + self._margin])
        a, b, c = axis
        if self.axis is not None and dot(axis, self.axis) < 0.0:
            a, b, c, evidence = -a, -b, -c, -evidence
        self._estimates += 1
        self._up = up
        self._evidence = p.keep * self._evidence + evidence
        if self.axis is None and abs(self._evidence) < p.first_evidence:
            return
        if self._evidence < 0.0:
            a, b, c = -a, -b, -c
            self._evidence = -self._evidence
        self.axis = (a, b, c)

    def _slipped(self, data: Floats) -> bool:
        """Return whether the newest chunks contradict the axis."""
        p = self._p
        if self._up is None or self.axis is None or len(self._moving(data)) < self._enough:
            return False
        up, axis, evidence = self._axis_evidence(data)
        along = dot(axis, self.axis)
        is_contrary = math.copysign(1.0, along) * evidence < -p.contrary_evidence
        return is_contrary or abs(along) < p.slipped_cosine or dot(up, self._up) < p.slipped_cosine

    def _moving(self, data: Floats) -> npt.NDArray[np.intp]:
        """Return the indices of chunks in which the foot moves."""
        return np.flatnonzero((data[:, 3:] ** 2).sum(axis=1) > self._moving2)

    def _axis_evidence(self, data: Floats) -> tuple[Vector, Vector, float]:
        """Return up, the axis with either sign, and the evidence that it points left."""
        data = np.minimum(np.maximum(data, -self._clip), self._clip)
        force, rate = data[:, :3], data[:, 3:]
        x, y, z = force.sum(axis=0).tolist()
        up = unit((x, y, z))
        # Along two level directions; the axis is the direction between them with the largest sum of squares.
        first = across((1.0, 0.0, 0.0) if abs(up[0]) < abs(up[2]) else (0.0, 0.0, 1.0), up)
        second = cross(up, first)
        level = (rate - rate.sum(axis=0) / len(rate)) @ np.array((first, second)).T
        (xx, xy), (_, yy) = (level.T @ level).tolist()
        turn = 0.5 * math.atan2(2.0 * xy, xx - yy)
        a, b = math.cos(turn), math.sin(turn)
        axis = a * first[0] + b * second[0], a * first[1] + b * second[1], a * first[2] + b * second[2]
        angle = np.cumsum(level @ (a, b))
        ramp = np.arange(len(angle)) - 0.5 * (len(angle) - 1)
        angle -= ramp * (float(angle @ ramp) / float(ramp @ ramp))
        forward = cross(axis, up)
        return up, axis, self._p.angle_weight * self._skew(angle) - self._skew(force @ forward)

    def _skew(self, values: Floats) -> float:
        values = values - values.sum() / len(values)
        square = values * values
        size = float(square.sum()) / len(values)
        cube = size**1.5  # underflows to 0 where the size is tiny
        skew = float(square @ values) / len(values) / cube if cube > 0.0 else 0.0
        return max(-self._p.max_skew, min(self._p.max_skew, skew))
