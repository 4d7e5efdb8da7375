"""The pitch axis of a foot sensor, however it sits on the shoe.

A foot turns far more about its pitch axis than about any other, so the axis is the first principal direction of the
rate. Its sign comes from the force along pitch x up, which is forward if the axis points left: a foot is sped up over
all of push-off and early swing and stopped within a few hundredths of a second at the end of swing and at contact, so
the forward force is skewed backward (skewness -0.2 to -2.4 in all 46 foot recordings looked at, walking to sprinting).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from dsp.orientation import Vector
from dsp.signals import GRAVITY_MPS2


@dataclass(frozen=True, slots=True)
class PitchAxisParams:
    """How long the looks are.

    mean_s      samples are averaged over this, against noise and ringing
    memory_s    how much is looked at
    first_s     how much is needed for a first answer
    every_s     how often
    moving_radps  least root mean square rate of a foot that walks or runs
    keep        share of the old evidence of the sign at each look
    most        a window's mean force (m/s2) and rate (rad/s) are cut here, so that a knock does not turn the axis:
                recorded runners reach 6 g and 17 rad/s, sprinters more, and their axis stands the cut
    """

    mean_s: float = 0.06
    memory_s: float = 6.0
    first_s: float = 1.5
    every_s: float = 0.5
    moving_radps: float = 1.2
    keep: float = 0.9
    most: tuple[float, float] = (6.0 * GRAVITY_MPS2, 25.0)


class PitchAxis:
    """Fed sample by sample with force and rate; `axis` points left, None until the foot has moved enough."""

    def __init__(self, period_s: float, params: PitchAxisParams | None = None) -> None:
        self._p = params or PitchAxisParams()
        p = self._p
        self._of = max(1, round(p.mean_s / period_s))
        self._window_s = self._of * period_s
        self._windows: deque[list[float]] = deque(maxlen=max(4, round(p.memory_s / self._window_s)))
        self._sum = [0.0] * 6
        self._n = 0
        self._due = 0
        self._every = max(1, round(p.every_s / self._window_s))
        self._first = max(4, round(p.first_s / self._window_s))
        self._evidence = 0.0
        self.axis: Vector | None = None

    def update(self, axes: list[list[float]]) -> None:
        """Take samples: ax ay az (m/s2) gx gy gz (rad/s)."""
        for sample in zip(*axes, strict=True):
            total = self._sum
            for i in range(6):
                total[i] += sample[i]
            self._n += 1
            if self._n < self._of:
                continue
            self._windows.append([v / self._of for v in total])
            self._sum = [0.0] * 6
            self._n = 0
            self._due += 1
            if self._due >= self._every and len(self._windows) >= self._first:
                self._due = 0
                self._look()

    def _look(self) -> None:
        data = np.array(self._windows)
        most_force, most_rate = self._p.most
        force, rate = np.clip(data[:, :3], -most_force, most_force), np.clip(data[:, 3:], -most_rate, most_rate)
        rate = rate - rate.mean(axis=0)
        spread = rate.T @ rate / len(rate)
        if float(np.trace(spread)) < self._p.moving_radps**2:
            return
        _, vectors = np.linalg.eigh(spread)
        axis = vectors[:, 2]
        if self.axis is not None and float(axis @ np.array(self.axis)) < 0.0:
            axis = -axis
        up = force.mean(axis=0)
        forward = np.cross(axis, up / np.linalg.norm(up))
        along = force @ forward
        along = along - along.mean()
        size = float(np.sqrt((along * along).mean()))
        skew = float((along**3).mean()) / size**3 if size > 0.0 else 0.0
        self._evidence = self._p.keep * self._evidence + skew
        if self._evidence > 0.0:
            axis = -axis
            self._evidence = -self._evidence
        self.axis = (float(axis[0]), float(axis[1]), float(axis[2]))
