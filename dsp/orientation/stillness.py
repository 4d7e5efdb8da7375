"""Detect standing: at least three quiet seconds give the zero of the pelvis angles and the gyroscope bias."""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import mul

from dsp.signals import Vector


@dataclass(frozen=True, slots=True)
class StillnessParams:
    """What counts as standing.

    window_s                length of one window
    windows                 quiet windows in a row for a standing zero (3 s, sources 2)
    force_mps2, rate_radps  largest standard deviation within a window (quiet standing sways under 0.1 m/s2 and 0.05
                            rad/s; noise of +-16 g parts included)
    """

    window_s: float = 0.5
    windows: int = 6
    force_mps2: float = 0.5
    rate_radps: float = 0.12


@dataclass(frozen=True, slots=True)
class QuietWindow:
    """One quiet window: mean force, m/s2, and mean rate, rad/s (sensor axes)."""

    force: Vector
    rate: Vector


@dataclass(frozen=True, slots=True)
class Standing:
    """New standing: mean force (sensor axes, m/s2) over `seconds`; `fresh` at the beginning of a stand."""

    force: Vector
    seconds: float
    fresh: bool


class Stillness:
    """Takes one window after another; `standing` is the standing that the last one added, None if it added none."""

    def __init__(self, params: StillnessParams | None = None) -> None:
        self.params = params or StillnessParams()
        self.reset()

    def reset(self) -> None:
        """Restart after a gap."""
        self._quiet = 0
        self._force = [0.0, 0.0, 0.0]
        self.standing: Standing | None = None

    def check(self, axes: list[list[float]]) -> QuietWindow | None:
        """Take one window of samples (six lists); return its means, or None when it was not quiet."""
        n = len(axes[0])
        means = [sum(a) / n for a in axes]
        off = [[v - m for v in a] for a, m in zip(axes, means, strict=True)]
        squares = [sum(map(mul, a, a)) / n for a in off]
        quiet = (
            math.sqrt(sum(squares[:3])) < self.params.force_mps2
            and math.sqrt(sum(squares[3:])) < self.params.rate_radps
        )
        if not quiet:
            self.reset()
            return None
        self._quiet += 1
        window = QuietWindow((means[0], means[1], means[2]), (means[3], means[4], means[5]))
        self._add_standing(window.force)
        return window

    def _add_standing(self, force: Vector) -> None:
        """Set `standing`: the first windows of a stand count together once there are enough, then each by itself."""
        p = self.params
        if self._quiet > p.windows:
            self.standing = Standing(force, p.window_s, fresh=False)
            return
        for i in range(3):
            self._force[i] += (force[i] - self._force[i]) / self._quiet
        if self._quiet == p.windows:
            x, y, z = self._force
            self.standing = Standing((x, y, z), p.windows * p.window_s, fresh=True)
