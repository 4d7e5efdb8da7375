"""Detect that a sensor on the trunk no longer sits as it did: slid along the belt, turned over, put on again.

Over a few seconds of running the mean specific force is gravity, and leaning into a hill, a bend or a sprint turns it
by a few degrees while that lasts (v^2 / r of 3 m/s round a 9 m circle is 6 deg; 1 m/s2 of speeding up, 6 deg). So a
lasting change of the direction of gravity in the sensor's own axes means that the sensor has turned. A turn about the
vertical leaves gravity where it was: for that see `dsp.orientation.turned`.

The gyroscope is not used: a jerk saturates it, and a sensor that was taken off and put on again turned while it could
not be distinguished from the runner.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from dsp.signals import Vector


@dataclass(frozen=True, slots=True)
class MovedParams:
    """When a sensor has moved.

    windows      newest windows (half a second each) that must all differ: 3 s
    learn        windows that make a reference
    memory       length of its running mean, in windows (20 s)
    tilt_rad     turn of the mean force (at most 9.4 deg in all recordings on the pelvis, one of them 25 min outdoors;
                 phones in trouser pockets, which do move, up to 15)
    motion_mps2  range of the force within a window, largest axis: less is standing, where people lean differently
    """

    windows: int = 6
    learn: int = 8
    memory: float = 40.0
    tilt_rad: float = math.radians(12.0)
    motion_mps2: float = 8.0


class MovedSensor:
    """Takes windows of force; detects that the direction of gravity has jumped."""

    def __init__(self, params: MovedParams | None = None) -> None:
        self._p = params or MovedParams()
        self.reset()

    def reset(self) -> None:
        """Learn a new reference, after a move or a gap."""
        self._recent: deque[Vector] = deque(maxlen=self._p.windows)
        self._reference: Vector = (0.0, 0.0, 0.0)
        self._learned = 0

    def check(self, axes: list[list[float]]) -> bool:
        """Take one window of force (three lists, m/s2, sensor axes); return True when the sensor has moved."""
        p = self._p
        if all(max(a) - min(a) < p.motion_mps2 for a in axes):
            self._recent.clear()
            return False
        if len(self._recent) == p.windows:
            self._learn(self._recent[0])
        x, y, z = axes
        self._recent.append((sum(x) / len(x), sum(y) / len(y), sum(z) / len(z)))
        if self._learned < p.learn or len(self._recent) < p.windows:
            return False
        half = p.windows // 2
        recent = list(self._recent)
        return min(self._turn(recent[:half]), self._turn(recent[half:])) > p.tilt_rad

    def _learn(self, force: Vector) -> None:
        self._learned += 1
        share = 1.0 / min(float(self._learned), self._p.memory)
        x, y, z = self._reference
        self._reference = (
            x + share * (force[0] - x),
            y + share * (force[1] - y),
            z + share * (force[2] - z),
        )

    def _turn(self, forces: list[Vector]) -> float:
        """Return the angle between the mean of some windows and the reference, rad."""
        x, y, z = map(sum, zip(*forces, strict=True))
        a, b, c = self._reference
        size = math.sqrt((x * x + y * y + z * z) * (a * a + b * b + c * c))
        return math.acos(max(-1.0, min(1.0, (x * a + y * b + z * c) / size))) if size > 0.0 else 0.0
