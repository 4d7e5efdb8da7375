"""Which leg a trunk sensor's step stands on.

Early in left stance a pelvis sensor feels a force to its left, early in right stance to its right: the leg takes the
weight under one side and the free side drops, so the supporting force leans to the stance side in the pelvis's own
axes. The sign is the same in all recordings (25 of 25, dsp findings 2.2; roll and yaw agree in 16-21). One step is
noisy; feet alternate, so the evidence of many steps adds up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dsp.orientation import Vector
from dsp.records import Side


@dataclass(frozen=True, slots=True)
class SideParams:
    """When a side is named.

    from_s, to_s  part of the stance that is averaged, from the trunk's own contact time on (that is late by 0-40 ms)
    memory_steps  weight of the past
    first_steps   needed before a side is named
    sure          how many standard errors the mean must be from zero
    """

    from_s: float = 0.02
    to_s: float = 0.12
    memory_steps: float = 60.0
    first_steps: int = 5
    sure: float = 3.0


class SideFinder:
    """Takes the mean force of each stance (sensor axes), keeps the alternation, names the side."""

    def __init__(self, params: SideParams | None = None) -> None:
        self._p = params or SideParams()
        self.reset()

    def reset(self) -> None:
        """After a gap: which foot was which is unknown again."""
        self._even = True
        self._steps = 0
        self._centre = np.zeros(3)
        self._mean = np.zeros(3)
        self._square = np.zeros((3, 3))

    def step(self, beats: int, force: Vector) -> None:
        """The next stance, `beats` step times after the last one, with its mean force early on, m/s2."""
        if beats % 2:
            self._even = not self._even
        self._steps += 1
        share = 1.0 / min(float(self._steps), self._p.memory_steps)
        f = np.array(force)
        self._centre += share * (f - self._centre)
        signed = (f - self._centre) * (1.0 if self._even else -1.0)
        self._mean += share * (signed - self._mean)
        self._square += share * (np.outer(signed, signed) - self._square)

    def evidence(self, left: Vector) -> float:
        """Standard errors between zero and the mean alternating force along `left`; the sign is the alternation's."""
        if self._steps < self._p.first_steps:
            return 0.0
        axis = np.array(left)
        mean = float(axis @ self._mean)
        spread = math.sqrt(max(float(axis @ self._square @ axis) - mean * mean, 1e-3))
        return mean / spread * math.sqrt(min(float(self._steps), self._p.memory_steps))

    def side(self, left: Vector) -> Side | None:
        """The stance leg of the last step; None while the evidence is thin."""
        evidence = self.evidence(left)
        if abs(evidence) < self._p.sure:
            return None
        return Side.LEFT if (evidence > 0.0) == self._even else Side.RIGHT
