"""One stride of a shoe with a gyro, from flat stance to flat stance: how far it went, and how it landed.

In mid-stance the shoe lies still on the ground (or on the belt). Between two such moments the gyro turns the force into
the frame of the first; velocity is zero at both ends, so the mean force of the stride *is* gravity: it tells up without
any filter, and taking it off leaves a velocity that ends at zero (zero-velocity update, Foxlin 2005, doi
10.1109/MCG.2005.140). What is integrated twice is one stride only, so nothing drifts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsp.metrics.slope_pct import FOOT_SLOPE
from dsp.metrics.speed_source import FOOT_SPEED
from dsp.orientation import Vector
from dsp.records import Metric, Side
from dsp.sightings import Reading, Sighting
from dsp.signals import GRAVITY_MPS2, NS_PER_S
from dsp.trace import Trace

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FootStrideParams:
    """Where the shoe is still, and what a stride can be.

    flat_from_s, flat_to_s  where in a stance mid-stance is looked for; the end at most `flat_share` of it
    walking_s               a longer stance is one of walking: there the foot lies still up to `walking_share` of it
    smooth_s                the rate is averaged over this before its least is taken
    bias_strides            strides that the bias is learned over,
    first_strides           and those before anything is said
    trust                   quality of a length where all is well: a runner's constant is unknown (1-3 %, a heel 8 %)
    behind_m                how far behind the ball of the foot the sensor sits: the heel lifts already when the shoe is
                            stillest, which untreated tilts a level belt by -0.8 to -1.8 % (four runs, laces)
    slope_trust             quality of a slope
    half_trust              a mean force this share off gravity (scale, bias, a foot that did not lie still) halves it
    strike_trust            quality of a strike angle: measured against made-up shoes only
    """

    flat_from_s: float = 0.05
    flat_to_s: float = 0.20
    flat_share: float = 0.9
    walking_s: float = 0.45
    walking_share: float = 0.75
    smooth_s: float = 0.08
    behind_m: float = 0.05
    slope_trust: float = 0.4
    shortest_s: float = 0.45
    longest_s: float = 1.6
    least_m: float = 0.2
    bias_strides: float = 30.0
    first_strides: int = 5
    trust: float = 0.7
    half_trust: float = 0.03
    strike_trust: float = 0.3


@dataclass(frozen=True, slots=True)
class FootStride:
    """Flat stance to flat stance.

    time_s      contact to contact
    length_m    horizontal distance
    rise_m      vertical distance
    strike_deg  how far the toes pointed up at contact, against the shoe flat on the ground
    gravity     mean force of the stride over gravity: 1 when nothing is wrong
    """

    time_s: float
    length_m: float
    rise_m: float
    strike_deg: float
    gravity: float
    params: FootStrideParams

    def readings(self, decided_s: float, t_s: float, side: Side | None) -> list[Sighting]:
        """What one foot says of it."""
        p, t_ns = self.params, round(t_s * NS_PER_S)
        off = (self.gravity - 1.0) / p.half_trust
        whole = 1.0 / (1.0 + off * off)
        said = [
            Metric(t_ns, FOOT_SPEED, self.length_m / self.time_s, side, p.trust * whole),
            Metric(t_ns, FOOT_SLOPE, 100.0 * self.rise_m / self.length_m, side, p.slope_trust * whole),
            Metric(t_ns, "foot_strike_angle_deg", self.strike_deg, side, p.strike_trust * whole),
        ]
        return [Reading(decided_s, metric) for metric in said]


class FootStrides:
    """Keeps the last flat stance; asked once a stance."""

    def __init__(self, params: FootStrideParams | None = None) -> None:
        self._p = params or FootStrideParams()
        self._flat_s = -9.0
        self._contact_s = -9.0
        self._bias = np.zeros(3)
        self._count = 0

    def reset(self) -> None:
        """The next stance is a first one."""
        self._flat_s = -9.0

    def stance(self, trace: Trace, pitch: Vector, contact_s: float, release_s: float) -> FootStride | None:
        """Take the stance from `contact_s` to `release_s`; the stride that ended in it, if there was one.

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

    def way_m(self, trace: Trace, start_s: float, end_s: float) -> float:
        """How far over the ground the shoe went between two moments at which it lay still."""
        first, last = max(0, trace.first_at(start_s) - 1), trace.first_at(end_s)
        t_s = np.array(trace.t_s[first : last + 1])
        force = np.array([axis[first : last + 1] for axis in trace.axes[:3]])
        rate = np.array([axis[first : last + 1] for axis in trace.axes[3:]]) - self._bias[:, None]
        dt = np.diff(t_s)
        level = rotate(turned_frames(0.5 * (rate[:, 1:] + rate[:, :-1]) * dt), force)
        pair = 0.5 * (level[:, 1:] + level[:, :-1]) * dt
        mean = pair.sum(axis=1) / float(t_s[-1] - t_s[0])
        speed = np.cumsum(pair - mean[:, None] * dt, axis=1)
        way = (speed * dt).sum(axis=1)
        up = mean / float(np.linalg.norm(mean))
        return float(np.linalg.norm(way - float(way @ up) * up))

    def _stillest(self, trace: Trace, first: int, end: int) -> int:
        """Where between two samples the rate, averaged over a moment, is least."""
        turn = np.zeros(end - first)
        for axis, off in zip(trace.axes[3:], self._bias.tolist(), strict=True):
            turn += (np.array(axis[first:end]) - off) ** 2
        n = max(1, round(self._p.smooth_s / (trace.t_s[end] - trace.t_s[first]) * (end - first)))
        if n >= len(turn):
            return int(np.argmin(turn))
        return n // 2 + int(np.argmin(np.convolve(np.sqrt(turn), np.ones(n), "valid")))

    def _stride(
        self, trace: Trace, start: int, flat: int, pitch: Vector, contact_s: float, stride_s: float
    ) -> FootStride | None:
        t_s = np.array(trace.t_s[start : flat + 1])
        force = np.array([axis[start : flat + 1] for axis in trace.axes[:3]])
        rate = np.array([axis[start : flat + 1] for axis in trace.axes[3:]]) - self._bias[:, None]
        dt = np.diff(t_s)
        turned = turned_frames(0.5 * (rate[:, 1:] + rate[:, :-1]) * dt)
        level = rotate(turned, force)
        time_s = float(t_s[-1] - t_s[0])
        self._learn(turned, time_s)
        if self._count < self._p.first_strides:
            return None
        mean = (0.5 * (level[:, 1:] + level[:, :-1]) * dt).sum(axis=1) / time_s
        size = float(np.linalg.norm(mean))
        if size <= 0.0:
            return None
        free = level - mean[:, None]
        speed = np.concatenate([np.zeros((3, 1)), np.cumsum(0.5 * (free[:, 1:] + free[:, :-1]) * dt, axis=1)], axis=1)
        # Between samples the force runs straight, the speed as a parabola: hence the last term.
        way = (0.5 * (speed[:, 1:] + speed[:, :-1]) * dt - (free[:, 1:] - free[:, :-1]) * dt * dt / 12.0).sum(axis=1)
        up = mean / size
        rise = float(way @ up)
        length = math.sqrt(max(0.0, float(way @ way) - rise * rise))
        if length < self._p.least_m:
            return None
        tip = np.array(pitch) @ rate
        rise += 0.5 * float(tip[0] + tip[-1]) * self._p.behind_m * time_s
        landed = t_s > contact_s
        strike = float((0.5 * (tip[1:] + tip[:-1]) * dt)[landed[:-1]].sum())
        return FootStride(stride_s, length, rise, math.degrees(strike), size / GRAVITY_MPS2, self._p)

    def _learn(self, turned: Floats, time_s: float) -> None:
        """A shoe lies at the end as it lay at the start: what it seems to have turned over strides is bias."""
        self._count += 1
        w, x, y, z = turned
        seen = 2.0 * math.copysign(1.0, w[-1]) * turned[1:, -1]
        mean = np.array([
            [1.0 - 2.0 * (y * y + z * z).mean(), 2.0 * (x * y - w * z).mean(), 2.0 * (x * z + w * y).mean()],
            [2.0 * (x * y + w * z).mean(), 1.0 - 2.0 * (x * x + z * z).mean(), 2.0 * (y * z - w * x).mean()],
            [2.0 * (x * z - w * y).mean(), 2.0 * (y * z + w * x).mean(), 1.0 - 2.0 * (x * x + y * y).mean()],
        ])  # fmt: skip
        off = np.linalg.solve(mean, seen / time_s)
        self._bias = self._bias + off / min(float(self._count), self._p.bias_strides)


def turned_frames(turns: Floats) -> Floats:
    """Rotations from each sample's axes to the first sample's, (4, n + 1) quaternions, from n small turns, (3, n) rad.

    Products of neighbours, then of neighbouring pairs and so on: log2 n passes instead of n.
    """
    half = 0.5 * turns
    angle = np.sqrt((half * half).sum(axis=0))
    out = np.zeros((4, turns.shape[1] + 1))
    out[0, 0] = 1.0
    out[0, 1:] = np.cos(angle)
    out[1:, 1:] = half * np.sinc(angle / np.pi)
    apart = 1
    while apart < out.shape[1]:
        out[:, apart:] = _product(out[:, :-apart], out[:, apart:])
        apart *= 2
    return out


def rotate(frames: Floats, vectors: Floats) -> Floats:
    """Turn each vector, (3, n), by its quaternion, (4, n)."""
    w, x, y, z = frames
    a, b, c = vectors
    i, j, k = 2.0 * (y * c - z * b), 2.0 * (z * a - x * c), 2.0 * (x * b - y * a)
    return np.array([a + w * i + y * k - z * j, b + w * j + z * i - x * k, c + w * k + x * j - y * i])


def _product(p: Floats, q: Floats) -> Floats:
    a, b, c, d = p
    w, x, y, z = q
    return np.array([
        a * w - b * x - c * y - d * z,
        a * x + b * w + c * z - d * y,
        a * y - b * z + c * w + d * x,
        a * z + b * y - c * x + d * w,
    ])  # fmt: skip
