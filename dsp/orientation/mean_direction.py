"""The up direction of a sensor without a gyroscope, from its mean force."""

from __future__ import annotations

import math

from dsp.samples.trace import Trace
from dsp.signals import Vector


class MeanDirection:
    """Direction of the leaky mean of the force (time constant `tau_s`); no tilt within a stride can be seen."""

    __slots__ = ("_mean", "_seen_s", "_tau_s", "t_s")

    def __init__(self, tau_s: float = 2.0) -> None:
        self._tau_s = tau_s
        self._mean: Vector = (0.0, 0.0, 0.0)
        self._seen_s = 0.0
        self.t_s = 0.0

    def align(self, t_s: float, force: Vector) -> None:
        """Start at `t_s` with this mean force, m/s2."""
        self.t_s = t_s
        self._mean = force
        self._seen_s = 0.05

    def run(self, t_s: list[float], axes: list[list[float]], trace: Trace) -> list[float]:
        """Advance over samples of ax ay az; return the force along up, m/s2. Up is appended to the trace."""
        up = trace.up
        mx, my, mz = self._mean
        before, seen, tau = self.t_s, self._seen_s, self._tau_s
        vertical: list[float] = []
        for t, ax, ay, az in zip(t_s, *axes, strict=True):
            dt = t - before
            before = t
            if seen < tau:
                seen += dt
            share = dt / seen if dt < seen else 1.0
            mx += share * (ax - mx)
            my += share * (ay - my)
            mz += share * (az - mz)
            size = math.sqrt(mx * mx + my * my + mz * mz) or 1.0
            ux, uy, uz = mx / size, my / size, mz / size
            up[0].append(ux)
            up[1].append(uy)
            up[2].append(uz)
            vertical.append(ux * ax + uy * ay + uz * az)
        self._mean = (mx, my, mz)
        self.t_s, self._seen_s = before, seen
        return vertical
