"""The pitch axis of a foot sensor, however it sits on the shoe.

A foot turns far more about its pitch axis than about any other: the axis is the first principal direction of the
rate. Its sign: from standing flat, heel and shoe go far toe-down (60-100 deg) and only a little toe-up (under 25), so
the pitch angle is, over a stride, greater than where the foot lies still.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dsp.orientation import Vector


@dataclass(frozen=True, slots=True)
class PitchAxisParams:
    """memory_s: weight of the past; first_s: motion needed; moving_radps: mean rate that counts as motion;
    still_radps: pitch rate of a foot that lies; angle_memory_s: leak of the pitch angle.
    """

    memory_s: float = 20.0
    first_s: float = 1.0
    moving_radps: float = 1.5
    still_radps: float = 1.0
    angle_memory_s: float = 2.0


class PitchAxis:
    """Fed chunk by chunk with rates; `axis` is None until the foot has moved enough."""

    def __init__(self, params: PitchAxisParams | None = None) -> None:
        self._p = params or PitchAxisParams()
        self._spread = np.zeros((3, 3))
        self._moved_s = 0.0
        self._angle = np.zeros(3)
        self._all = np.zeros(3)
        self._lying = np.zeros(3)
        self._lying_weight = 0.0
        self.axis: Vector | None = None

    def update(self, rates: list[list[float]], period_s: float) -> None:
        """Rates gx gy gz (rad/s) of one chunk."""
        p = self._p
        w = np.array(rates)
        duration = period_s * w.shape[1]
        size = float(np.sqrt((w * w).sum(axis=0)).mean())
        self._angle += w.sum(axis=1) * period_s - self._angle * (duration / p.angle_memory_s)
        if size < p.moving_radps and self._moved_s == 0.0:
            return
        keep = 1.0 - duration / p.memory_s
        self._spread = keep * self._spread + (w @ w.T) * period_s
        last = w[:, -1]
        lying = 1.0 / (1.0 + float(last @ last) / p.still_radps**2) ** 2
        share = duration / min(p.memory_s, self._moved_s + duration)
        self._all += share * (self._angle - self._all)
        self._lying += share * lying * (self._angle - self._lying)
        if size >= p.moving_radps:
            self._moved_s += duration
        if self._moved_s < p.first_s:
            return
        _, vectors = np.linalg.eigh(self._spread)
        axis = vectors[:, 2]
        if float(axis @ (self._all - self._lying)) < 0.0:
            axis = -axis
        self.axis = (float(axis[0]), float(axis[1]), float(axis[2]))
