"""One stride of a shoe with a gyroscope, from flat stance to flat stance: how far it went, and how it landed.

In mid-stance the shoe lies still on the ground (or on the belt). Between two such moments the gyroscope turns the force
into the frame of the first; velocity is zero at both ends, so the mean force of the stride *is* gravity: it defines up
without any filter, and subtracting it leaves a velocity that ends at zero (zero-velocity update, Foxlin 2005, doi
10.1109/MCG.2005.140). Only one stride is integrated twice, so nothing drifts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsp.gait.sightings import Reading, Sighting
from dsp.metrics import foot_strike_angle_deg
from dsp.metrics.running import FOOT_STAYS
from dsp.metrics.slope_pct import FOOT_SLOPE
from dsp.metrics.speed_source import FOOT_SPEED
from dsp.records import Metric, Side
from dsp.samples.rows import array_of
from dsp.samples.trace import Trace
from dsp.signals import GRAVITY_MPS2, NEVER_S, NS_PER_S, Vector

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FootStrideParams:
    """Where the shoe is still, and what a stride can be.

    flat_from_s, flat_to_s  part of a stance in which mid-stance is searched for; it ends at most at `flat_share` of it
    walking_s               a longer stance is one of walking: there the foot lies still up to `walking_share` of it
    smooth_s                the rate is averaged over this before its minimum is taken
    shortest_s, longest_s   time of a stride
    min_length_m            a shorter stride has no meaningful speed
    stay_m                  a foot that goes no further does not run (a stride of running is over 1.2 m): a bouncing
                            heel; reported at once, as a bias causes 0.15 m of it at most (5 dps, 0.7 s)
    tip_deg                 nor does one that tips less in its stride: running shoes tip by 70-170 deg (11 recordings,
                            2-5 m/s), bouncing heels by under 20, pedals by 20-50
    bias_strides            strides over which the bias is learned
    first_strides           minimum strides before speed, slope and strike angle are reported
    trust                   quality of a length without known errors: a runner's constant is unknown (1-3 %, a heel 8 %)
    behind_m                how far behind the ball of the foot the sensor sits: the heel lifts already when the shoe is
                            stillest, which uncorrected tilts a level belt by -0.8 to -1.8 % (four runs, laces)
    slope_trust             quality of a slope
    half_trust              a mean force this share off gravity (scale, bias, a foot that did not lie still) halves it
    strike_trust            quality of a strike angle: measured against simulated shoes only
    clip_g, half_clipped_s  a force above this that stays the same is at the end of the sensor's range; this long in a
                            stride halves its quality (8 g: 50 ms and 4 % of the speed at 4.5 m/s; 4 g: 60 ms and 6 % at
                            2.5 m/s, 180 ms and 27 % at 4.5 m/s)
    """

    flat_from_s: float = 0.05
    flat_to_s: float = 0.20
    flat_share: float = 0.9
    walking_s: float = 0.45
    walking_share: float = 0.75
    smooth_s: float = 0.08
    behind_m: float = 0.05
    slope_trust: float = 0.4
    shortest_s: float = 0.38
    longest_s: float = 1.6
    min_length_m: float = 0.2
    stay_m: float = 0.6
    tip_deg: float = 50.0
    bias_strides: float = 30.0
    first_strides: int = 5
    trust: float = 0.7
    half_trust: float = 0.03
    strike_trust: float = 0.3
    clip_g: float = 1.9
    half_clipped_s: float = 0.03


@dataclass(frozen=True, slots=True)
class FootStride:
    """A stride from flat stance to flat stance.

    time_s      contact to contact
    length_m    horizontal distance
    rise_m      vertical distance
    strike_deg  how far the toes pointed up at contact, relative to the shoe flat on the ground
    tipped_deg  range of the pitch angle
    gravity     mean force of the stride over gravity: 1 without errors
    clipped_s   how long the force was at the end of the sensor's range
    reportable  whether the values may be reported; if not, only whether the foot went anywhere is
    """

    time_s: float
    length_m: float
    rise_m: float
    strike_deg: float
    tipped_deg: float
    gravity: float
    clipped_s: float
    reportable: bool
    params: FootStrideParams

    def readings(self, decided_s: float, t_s: float, side: Side | None) -> list[Sighting]:
        """Return the metrics of the stride of one foot."""
        p, t_ns = self.params, round(t_s * NS_PER_S)
        out = [foot_stays(decided_s, t_s, side, stays=self.length_m < p.stay_m or self.tipped_deg < p.tip_deg)]
        if not self.reportable:
            return out
        off, clipped = (self.gravity - 1.0) / p.half_trust, self.clipped_s / p.half_clipped_s
        whole = 1.0 / (1.0 + off * off) / (1.0 + clipped * clipped)
        metrics = [
            Metric(t_ns, FOOT_SPEED, math.hypot(self.length_m, self.rise_m) / self.time_s, side, p.trust * whole),
            Metric(t_ns, FOOT_SLOPE, 100.0 * self.rise_m / self.length_m, side, p.slope_trust * whole),
            Metric(t_ns, foot_strike_angle_deg.KEY, self.strike_deg, side, p.strike_trust * whole),
        ]
        return out + [Reading(decided_s, metric) for metric in metrics]


def foot_stays(decided_s: float, t_s: float, side: Side | None, *, stays: bool = True) -> Sighting:
    """Return the reading that a foot went nowhere in the stride that ended at `t_s`, or was not seen to go anywhere."""
    return Reading(decided_s, Metric(round(t_s * NS_PER_S), FOOT_STAYS, float(stays), side, 1.0))


class FootStrides:
    """Takes stances, one after the other; returns the stride between the last two moments of flat stance."""

    def __init__(self, params: FootStrideParams | None = None) -> None:
        self._p = params or FootStrideParams()
        self._flat_s = NEVER_S
        self._contact_s = NEVER_S
        self._bias = np.zeros(3)
        self._count = 0

    def reset(self) -> None:
        """Make the next stance a first one."""
        self._flat_s = NEVER_S

    def stance(self, trace: Trace, pitch: Vector, contact_s: float, release_s: float) -> FootStride | None:
        """Take the stance from `contact_s` to `release_s`; return the stride that ended in it, if there was one.

        pitch  the shoe's left axis in sensor axes
        """
        p = self._p
        held_s = release_s - contact_s
        flat_s = min(p.flat_to_s, p.flat_share * held_s) if held_s < p.walking_s else p.walking_share * held_s
        until_s = contact_s + flat_s
        first, end = trace.first_at(contact_s + p.flat_from_s), trace.first_at(until_s)
        if first < 1 or end - first < 2 or end >= len(trace.t_s):
            self.reset()
            return None
        flat = first + self._stillest(trace, first, end)
        began_s, self._flat_s = self._flat_s, trace.t_s[flat]
        stride_s, self._contact_s = contact_s - self._contact_s, contact_s
        if not p.shortest_s < stride_s < p.longest_s or began_s < trace.t_s[0]:
            return None
        return self._stride(trace, trace.first_at(began_s), flat, pitch, contact_s, stride_s)

    def bias_about(self, axis: Vector) -> float:
        """Return the gyroscope bias about an axis of the sensor, rad/s, as far as strides have shown it."""
        return float(np.array(axis) @ self._bias)

    def distance_m(self, trace: Trace, start_s: float, end_s: float) -> float:
        """Return how far over the ground the shoe went between two moments at which it lay still."""
        path = _Path(trace, max(0, trace.first_at(start_s) - 1), trace.first_at(end_s), self._bias)
        return path.over_ground()[0]

    def _stillest(self, trace: Trace, first: int, end: int) -> int:
        """Return the sample between two samples at which the rate, as a moving average, is lowest."""
        rate = array_of(*(axis[first:end] for axis in trace.axes[3:])) - self._bias[:, None]
        turn = np.sqrt((rate * rate).sum(axis=0))
        n = max(1, round(self._p.smooth_s / (trace.t_s[end] - trace.t_s[first]) * (end - first)))
        if n >= len(turn):
            return int(turn.argmin())
        return n // 2 + int(np.convolve(turn, np.ones(n), "valid").argmin())

    def _stride(
        self, trace: Trace, start: int, flat: int, pitch: Vector, contact_s: float, stride_s: float
    ) -> FootStride | None:
        path = _Path(trace, start, flat, self._bias)
        self._learn(path.frames, path.time_s)
        length, rise, size = path.over_ground()
        reportable = self._count >= self._p.first_strides and length >= self._p.min_length_m
        tip = np.array(pitch) @ path.rate
        rise += 0.5 * float(tip[0] + tip[-1]) * self._p.behind_m * path.time_s
        landed = trace.first_at(contact_s) - start
        turns = 0.5 * (tip[1:] + tip[:-1]) * path.dt
        tipped = np.cumsum(turns - turns.sum() / path.time_s * path.dt)
        return FootStride(
            time_s=stride_s,
            length_m=length,
            rise_m=rise,
            strike_deg=math.degrees(turns[landed:].sum()),
            tipped_deg=math.degrees(tipped.max() - tipped.min()),
            gravity=size / GRAVITY_MPS2,
            clipped_s=path.clipped_s(self._p.clip_g * GRAVITY_MPS2),
            reportable=reportable,
            params=self._p,
        )

    def _learn(self, turned: Floats, time_s: float) -> None:
        """Learn the bias: a shoe lies at the end as it lay at the start, so an apparent turn over strides is bias."""
        self._count += 1
        ((_, wx, wy, wz), (_, xx, xy, xz), (_, _, yy, yz), (_, _, _, zz)) = (
            2.0 / turned.shape[1] * (turned @ turned.T)
        ).tolist()
        seen = 2.0 * math.copysign(1.0, turned[0, -1]) * turned[1:, -1]
        mean = np.array([
            [1.0 - yy - zz, xy - wz, xz + wy],
            [xy + wz, 1.0 - xx - zz, yz - wx],
            [xz - wy, yz + wx, 1.0 - xx - yy],
        ])  # fmt: skip
        off = np.linalg.solve(mean, seen / time_s)
        self._bias = self._bias + off / min(float(self._count), self._p.bias_strides)


class _Path:
    """Samples `first` ... `last` of a trace, between two moments at which the shoe lay still."""

    def __init__(self, trace: Trace, first: int, last: int, bias: Floats) -> None:
        stride = slice(first, last + 1)
        rows = array_of(trace.t_s[stride], *(axis[stride] for axis in trace.axes))
        t_s, self.force, self.rate = rows[0], rows[1:4], rows[4:] - bias[:, None]
        self.dt = t_s[1:] - t_s[:-1]
        self.time_s = float(t_s[-1] - t_s[0])
        self._left_s = t_s[-1] - 0.5 * (t_s[1:] + t_s[:-1])
        self.frames = turned_frames(0.5 * (self.rate[:, 1:] + self.rate[:, :-1]) * self.dt)

    def clipped_s(self, above: float) -> float:
        """Return how long an axis of the force stayed the same at more than `above`, m/s2."""
        same = (self.force[:, 1:] == self.force[:, :-1]) & (np.abs(self.force[:, 1:]) > above)
        return float(self.dt[same.any(axis=0)].sum())

    def over_ground(self) -> tuple[float, float, float]:
        """Return the distance over the ground and upwards, m, and the size of the mean force, m/s2.

        Speed is zero at both ends. Integrated twice, the force between two samples (on a straight line) is weighted
        with the time that remains: so the displacement is one weighted sum.
        """
        dt = self.dt
        weights = np.zeros((len(dt) + 1, 2))
        half, bend = 0.5 * dt * self._left_s, dt * dt / 12.0
        weights[:-1, 0] = 0.5 * dt
        weights[1:, 0] += 0.5 * dt
        weights[:-1, 1] = half + bend
        weights[1:, 1] += half - bend
        gained, moved = (rotate(self.frames, self.force) @ weights).T
        mean = gained / self.time_s
        displacement = moved - 0.5 * self.time_s * self.time_s * mean
        size = math.sqrt(float(mean @ mean))
        if size <= 0.0:
            return 0.0, 0.0, 0.0
        rise = float(displacement @ mean) / size
        return math.sqrt(max(0.0, float(displacement @ displacement) - rise * rise)), rise, size


def turned_frames(turns: Floats) -> Floats:
    """Return the rotations from each sample's axes to the first sample's, (4, n + 1) quaternions.

    turns  n small rotations, (3, n) rad

    A quaternion w + xi + yj + zk is held as the complex numbers w + xi and y + zi: Python multiplies those faster than
    small arrays.
    """
    half = 0.5 * turns
    angle = np.sqrt((half * half).sum(axis=0)) + 1e-12
    share = np.sin(angle) / angle
    first: list[complex] = (np.cos(angle) + 1j * (share * half[0])).tolist()
    second: list[complex] = (share * (half[1] + 1j * half[2])).tolist()
    p, q = 1.0 + 0.0j, 0.0j
    ps, qs = [p], [q]
    for a, b in zip(first, second, strict=True):
        p, q = p * a - q * b.conjugate(), p * b + q * a.conjugate()
        ps.append(p)
        qs.append(q)
    wx, yz = np.fromiter(ps, np.complex128), np.fromiter(qs, np.complex128)
    return np.array([wx.real, wx.imag, yz.real, yz.imag])


def rotate(frames: Floats, vectors: Floats) -> Floats:
    """Rotate each vector, (3, n), by its quaternion, (4, n)."""
    w, x, y, z = frames
    a, b, c = vectors
    i, j, k = 2.0 * (y * c - z * b), 2.0 * (z * a - x * c), 2.0 * (x * b - y * a)
    return np.array([a + w * i + y * k - z * j, b + w * j + z * i - x * k, c + w * k + x * j - y * i])
