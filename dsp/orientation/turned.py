"""Detect that a sensor on the trunk has turned about the vertical: slid round the belt, or twisted on it.

Gravity stays the same in its axes; the plane of symmetry does not. The angle between the plane of the last few strides
and that of the run scatters: by 0.5-1.3 deg on the sacrum, by 1-10 where a loose buckle flaps about. So a turn is an
angle that stays, and is large against the scatter of this sensor in this run. The runner turns the plane too: running
at 4.5 instead of 2.5 m/s does by 3.3 deg, 4 deg more of drop on one leg by up to 1.6, steps of 1.2 and 0.8 of their
time by up to 5.5 (`dsp.orientation.unevenness`). That limits how small a turn can be detected from the planes.

Half a turn leaves the plane as it is and exchanges front and back, left and right. So the other half of the evidence is
compared too: where the load shows forward and left to be (`dsp.orientation.mount`). Of 1665 strides of 26 recordings
(sacrum and waist; clean, through a cheap sensor, without gyroscope) one had it opposed to that of its run, and the next
one agreed again. A runner who turns round to run backwards looks like half a turn of the sensor.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from dsp.orientation.vectors import cross, dot
from dsp.signals import Vector


@dataclass(frozen=True, slots=True)
class TurnedParams:
    """When a sensor has turned. A bound is an angle, or a multiple of the scatter where that is larger.

    suspect_rad, suspect_factor  for the newest angle, beyond which every stride is to be checked
    doubt_rad, doubt_factor  for the mean of the newest `doubt_planes` angles: 4 deg make 0.9 deg of left-right
                             difference in the worst of seven runs (decision 6), antalgic change counts from 1.5 on
    sure_rad, sure_factor    for the mean of each half of the newest `planes` angles: nearly twice what pace causes
    max_bound_rad            largest value of a bound; mirrored planes are equal, so an angle never exceeds 90 deg
    scatter_rad, scatter_weight  assumed scatter before any was measured, between belts that hold and a loose buckle,
                             and the number of angles it counts for: as many as a decision rests on
    settled                  angles in the scatter before less than `max_bound_rad` is sure: three minutes, well before
                             any left-right change is reported
    memory                   length of the running mean of the scatter, in angles; a turn enters it `planes` later
    """

    suspect_rad: float = math.radians(3.0)
    suspect_factor: float = 2.0
    doubt_rad: float = math.radians(4.0)
    doubt_factor: float = 3.0
    doubt_planes: int = 4
    sure_rad: float = math.radians(6.0)
    sure_factor: float = 4.0
    planes: int = 16
    max_bound_rad: float = math.radians(25.0)
    scatter_rad: float = math.radians(3.0)
    scatter_weight: float = 16.0
    settled: float = 32.0
    memory: float = 90.0


class TurnedSensor:
    """Takes planes of symmetry, given by their normals, and detects a lasting turn.

    suspected  every stride is to be checked
    doubted    the heading is not to be relied on
    """

    def __init__(self, params: TurnedParams | None = None) -> None:
        self._p = params or TurnedParams()
        self._usual: deque[Vector] = deque(maxlen=self._p.planes)
        self._angles: deque[float] = deque()
        self._scatter = self._p.scatter_rad
        self._seen = self._p.scatter_weight
        self.suspected = False
        self.doubted = False

    def reset(self) -> None:
        """Restart after a gap: what follows is compared with the run so far; the scatter stays known."""
        self._usual.clear()
        self._angles.clear()
        self.suspected = self.doubted = False

    def plane(self, usual: Vector, current: Vector, up: Vector, allowed_rad: float = 0.0) -> bool:
        """Take the left normals over the run and over the last few strides, and up; True when the sensor has turned.

        All are unit vectors. `allowed_rad` is the angle by which the runner may have turned the plane. The normal over
        the run is the one from before the strides in question: early it averages few strides and soon follows them.
        """
        p, angles = self._p, self._angles
        self._usual.append(usual)
        angle = _turn(self._usual[0], current, up)
        angles.append(angle)
        if len(angles) > p.planes:
            self._learn(angles.popleft())
        self.suspected = abs(angle) > self._bound(p.suspect_rad, p.suspect_factor) + allowed_rad
        newest = abs(sum(list(angles)[-p.doubt_planes :])) / p.doubt_planes
        self.doubted = newest > p.doubt_rad and newest > self._bound(p.doubt_rad, p.doubt_factor) + allowed_rad
        if not self.doubted or len(angles) < p.planes:
            return False
        half, recent = p.planes // 2, list(angles)
        before, after = sum(recent[:half]) / half, sum(recent[half:]) / half
        if before * after < 0.0:
            return False
        if self._seen >= p.scatter_weight + p.settled:
            bound = self._bound(p.sure_rad, p.sure_factor) + allowed_rad
            return abs(before) > bound and abs(after) > bound
        # The scatter is not known yet: a wobbling strap produces such means, but not with every angle as large.
        return min(map(abs, [before, *recent[half:]])) > p.max_bound_rad + allowed_rad

    def _bound(self, angle_rad: float, factor: float) -> float:
        """Return an angle, or a multiple of the scatter where that is larger, but at most `max_bound_rad`."""
        bound = factor * self._scatter
        return angle_rad if bound < angle_rad else min(self._p.max_bound_rad, bound)

    def _learn(self, angle: float) -> None:
        self._seen = min(self._seen + 1.0, self._p.memory)
        square = self._scatter**2
        self._scatter = math.sqrt(square + (min(abs(angle), self._p.max_bound_rad) ** 2 - square) / self._seen)


@dataclass(frozen=True, slots=True)
class HalfTurnParams:
    """When a sensor has turned by about 180 deg.

    opposed  agreement of a stride with the run, the cosine of the turn, below which it opposes the run: 120 deg; the
             plane shows what is between
    doubt_strides, sure_strides  opposed strides in a row until the heading is doubted, and until the turn is sure
    clear    length of the run's signs below which they have no direction to be compared: 0.17-1.2 in the recordings, on
             one hip of a real runner 0.03
    """

    opposed: float = -0.5
    doubt_strides: int = 2
    sure_strides: int = 6
    clear: float = 0.15


class HalfTurn:
    """Takes the signs of strides (`dsp.orientation.mount.SIGNS`), and detects that they are reversed and stay so.

    suspected  every stride is to be checked
    doubted    the heading is not to be relied on
    """

    def __init__(self, params: HalfTurnParams | None = None) -> None:
        self._p = params or HalfTurnParams()
        self._usual: list[float] = []
        self._opposed = 0

    @property
    def suspected(self) -> bool:
        """Whether the newest stride opposes the run."""
        return self._opposed > 0

    @property
    def doubted(self) -> bool:
        """Whether several strides in a row do."""
        return self._opposed >= self._p.doubt_strides

    def reset(self) -> None:
        """Restart after a gap: what follows is compared with the run so far."""
        self._opposed = 0

    def stride(self, run: list[float], stride: list[float]) -> bool:
        """Take the mean signs of the run and those of its newest stride; True when the sensor has turned.

        Compared are the signs of the run up to the last stride that agreed: early, six strides would reverse them.
        """
        p, usual = self._p, self._usual or run
        size = sum(x * x for x in usual)
        along = sum(x * y for x, y in zip(usual, stride, strict=True))
        is_opposed = size > p.clear**2 and along < p.opposed * size
        self._opposed = self._opposed + 1 if is_opposed else 0
        if not is_opposed:
            self._usual = run
        return self._opposed >= p.sure_strides


def _turn(one: Vector, other: Vector, up: Vector) -> float:
    """Return the angle from one normal to another about `up`, rad; a normal and its opposite are the same plane."""
    ahead, aside = dot(one, other), dot(cross(one, other), up)
    return math.atan2(aside, ahead) if ahead >= 0.0 else math.atan2(-aside, -ahead)
