"""Motion of a foot: from foot-flat through heel rise, swing, heel strike and foot slap to the next foot-flat.

The shapes are our own, modelled on stride averages of shoe sensors in running (RBDS, RIC and OpenSim sets; sensor on
the laces, x forward, y left, z up; pitch + toes down): the heel rises from mid-stance, the foot leaves the ground at
about 40 deg, passes 90 deg in early swing, lands 15 deg toes up and is flat within 40 ms. While flat, it is at rest.
"""

from __future__ import annotations

import numpy as np

from drivers.virtual.gait import StepSchedule
from drivers.virtual.params import RunnerParams
from drivers.virtual.physiology import SpeedProfile
from drivers.virtual.pose import Motion
from drivers.virtual.spline import REACH, Curve, Floats, along, bspline, clamped_cubic, monotone, pulse
from dsp.records import Side

_PER_STRIDE = 96
_TOE_OFF = 0.36  # stride phase that toe-off is mapped to, whatever the contact time
_FLAT_UNTIL, _FLAT_FROM = 0.20, 1.096  # stride phase; flat and still from the second to the first of the next stride
_USUAL_STRIDE_M = 2.1
_APART_M = 0.05
_TOES_OUT_DEG = 5.0
_SHOCK_MPS2 = np.array([-25.0, -12.0, 70.0])  # forward, inward, up
_SHOCK_S = 0.040

# stride phase, forward (part of the stride), inward m, up m, pitch deg, inversion deg, toes in deg
_SHAPE = np.array([
    [0.20, 0, 0, 0, 0, 0, 0],
    [0.22, 0.0005, 0, 0.001, 0.9, 0, 0],
    [0.24, 0.0018, 0, 0.003, 2.8, 0, 0],
    [0.26, 0.0040, 0, 0.008, 6.2, 0, 0],
    [0.28, 0.0078, 0, 0.015, 11, 0, 0],
    [0.30, 0.0130, 0, 0.024, 17.8, 0.3, 0],
    [0.32, 0.0195, 0, 0.035, 25.8, 1, 0.1],
    [0.34, 0.0275, 0.001, 0.048, 34, 2, 0.2],
    [0.36, 0.0365, 0.002, 0.063, 41.8, 3, 0.5],
    [0.40, 0.057, 0.004, 0.098, 54.5, 4.5, 1.5],
    [0.44, 0.081, 0.007, 0.138, 64, 4.5, 2.5],
    [0.48, 0.113, 0.011, 0.180, 72, 3, 3],
    [0.52, 0.156, 0.015, 0.220, 79, 0, 3],
    [0.56, 0.209, 0.018, 0.255, 84.5, -3.5, 2.5],
    [0.60, 0.272, 0.020, 0.277, 87, -6.5, 2],
    [0.64, 0.342, 0.021, 0.281, 85, -8, 1],
    [0.68, 0.416, 0.020, 0.268, 78.5, -8, 0],
    [0.72, 0.494, 0.018, 0.241, 68, -7.2, -1],
    [0.76, 0.576, 0.015, 0.205, 55, -6, -1.5],
    [0.80, 0.661, 0.012, 0.164, 40.5, -4.5, -1.8],
    [0.84, 0.747, 0.009, 0.125, 24.5, -2.2, -1.8],
    [0.88, 0.828, 0.006, 0.0945, 7, 1.5, -1.2],
    [0.92, 0.896, 0.003, 0.0755, -9.6, 6, -0.5],
    [0.95, 0.9365, 0.002, 0.0645, -16.2, 9, 0],
    [0.97, 0.9585, 0.001, 0.0565, -17, 10.4, 0.3],
    [0.985, 0.9710, 0, 0.0475, -15.9, 10.9, 0.5],
    [1.0, 0.9810, 0, 0.0355, -13, 10.6, 0.5],
    [1.02, 0.9905, 0, 0.0185, -7.9, 8, 0.4],
    [1.04, 0.9962, 0, 0.0075, -3.2, 4, 0.2],
    [1.06, 0.9990, 0, 0.0020, -0.8, 1.2, 0.1],
    [1.08, 0.9999, 0, 0.0002, -0.1, 0.1, 0],
    [1.096, 1, 0, 0, 0, 0, 0],
])  # fmt: skip

# (stride phase, part of the strike angle's deviation)
_LANDING = np.array([[0.86, 0], [0.94, 0.3], [1.0, 1.0], [1.03, 0.7], [1.06, 0.2], [1.09, 0]])
_USUAL_STRIKE_DEG = 15.0


def _swing() -> Floats:
    """Sample the shape at the control points of one stride, from the end of flat stance on, (per stride, 6)."""
    start = round(_FLAT_UNTIL * _PER_STRIDE)
    at = np.arange(start, start + _PER_STRIDE) / _PER_STRIDE
    return np.stack([clamped_cubic(_SHAPE[:, 0], column, at) for column in _SHAPE[:, 1:].T], axis=1)


def _landing() -> Floats:
    """Return the effect of a deviating strike angle on the pitch, at the control points of `_swing`, (per stride,)."""
    at = np.arange(round(_FLAT_UNTIL * _PER_STRIDE), round((1 + _FLAT_UNTIL) * _PER_STRIDE)) / _PER_STRIDE
    return np.where(at < _LANDING[0, 0], 0.0, clamped_cubic(_LANDING[:, 0], _LANDING[:, 1], at))


class Foot:
    """One foot of a runner over the steps of a schedule."""

    def __init__(self, params: RunnerParams, schedule: StepSchedule, speed: SpeedProfile, side: Side) -> None:
        self._params = params
        self._schedule = schedule
        self._speed = speed
        self._left = 1.0 if side is Side.LEFT else -1.0
        self._offset = 0 if schedule.first_side is side else 1  # number of this foot's first step
        self._shape = _swing()
        self._landing = _landing()

    def _stances(self, first: int, stop: int) -> tuple[Floats, Floats]:
        """Return the contact and toe-off times of this foot's stances `first` ... `stop` - 1."""
        steps = self._schedule.steps(2 * first + self._offset, 2 * stop + self._offset)
        return steps.ic_s[::2], (steps.ic_s + steps.contact_s)[::2]

    def _stance_at(self, t_s: float) -> int:
        return (self._schedule.number_at(t_s) - self._offset) // 2

    def _phase(self, t_s: Floats) -> Curve:
        """Return the fractional number of strides of this foot at increasing `t_s` (n,)."""
        first, stop = self._stance_at(float(t_s[0])) - 1, self._stance_at(float(t_s[-1])) + 3
        ic_s, to_s = self._stances(first, stop)
        number = np.arange(first, stop, dtype=np.float64)
        knots = np.stack([ic_s, to_s], axis=1).ravel()
        return monotone(t_s, knots, np.stack([number, number + _TOE_OFF], axis=1).ravel())

    def _footholds_m(self, first: int, stop: int) -> Floats:
        """Return the positions of the foot-flat phases along the path; 0 for those before the first step."""
        ic_s, to_s = self._stances(first, stop)
        taken = np.arange(first, stop) >= 0
        return np.where(taken, self._speed.distance(ic_s + 0.4 * (to_s - ic_s)).value, 0.0)

    def _steeper_deg(self, first: int, stop: int) -> Floats:
        """Return the deviation of the strike angle (+ toes up) at the start of stances `first` ... `stop` - 1."""
        steps = self._schedule.steps(2 * first + self._offset, 2 * stop + self._offset)
        return self._params.strike_deg - _USUAL_STRIKE_DEG + steps.strike_deg[::2]

    def _control(self, first: int, stop: int) -> Floats:
        """Return control points `first` ... `stop` - 1: roll, pitch, yaw in rad and x, y, z in m, (m, 6)."""
        start = round(_FLAT_UNTIL * _PER_STRIDE)
        stride, row = np.divmod(np.arange(first, stop) - start, _PER_STRIDE)
        begin = int(stride[0])
        hold_m = self._footholds_m(begin, int(stride[-1]) + 2)
        length_m = np.diff(hold_m)
        size = np.clip(length_m / _USUAL_STRIDE_M, 0.0, 1.6) ** 0.5
        steeper_deg = self._steeper_deg(begin + 1, begin + 1 + len(length_m))
        forward, inward, up, pitch, inversion, toes_in = self._shape[row].T
        stride -= begin
        pitch = pitch - steeper_deg[stride] * self._landing[row]
        size, x = size[stride], hold_m[stride] + length_m[stride] * forward
        rise = self._params.incline_pct / 100
        columns = [
            np.deg2rad(-inversion * size) * self._left,
            np.deg2rad(pitch * size) - np.arctan(rise),
            np.deg2rad(_TOES_OUT_DEG - toes_in * size) * self._left,
            x,
            (_APART_M - inward * size) * self._left,
            up * size + rise * x,
        ]
        return np.stack(columns, axis=1)

    def _shocks(self, t_s: Floats) -> Curve:
        """Return the shoe's displacement due to impacts, (n, 3) each."""
        first = self._stance_at(float(t_s[0])) - 1
        stop = self._stance_at(float(t_s[-1])) + 2
        steps = self._schedule.steps(2 * first + self._offset, 2 * stop + self._offset)
        ic_s, number = steps.ic_s[::2], np.arange(first, stop, dtype=np.float64) * 2.0 + self._offset
        size = steps.shock[::2] * self._schedule.running(number) * (self._params.speed_mps / 3.0)
        row = np.clip(np.searchsorted(ic_s, t_s, side="right") - 1, 0, None)
        bump = pulse((t_s - ic_s[row]) / _SHOCK_S)
        way = _SHOCK_MPS2 * np.array([1.0, self._left, 1.0]) * size[row, None]
        return Curve(
            way * bump.value[:, None] * _SHOCK_S**2, way * bump.rate[:, None] * _SHOCK_S, way * bump.bend[:, None]
        )

    def motion(self, t_s: Floats) -> Motion:
        """Return the pose of the shoe sensor at increasing `t_s` (n,), relative to the ground (treadmill: the belt)."""
        phase = self._phase(t_s)
        scaled = Curve(phase.value * _PER_STRIDE, phase.rate * _PER_STRIDE, phase.bend * _PER_STRIDE)
        first = int(np.floor(scaled.value[0])) - REACH
        stop = int(np.floor(scaled.value[-1])) + REACH + 2
        gait = along(bspline(self._control(first, stop), first, scaled.value), scaled)
        shock = self._shocks(t_s)
        return Motion(
            angles_rad=gait.value[:, :3],
            rates_radps=gait.rate[:, :3],
            position_m=gait.value[:, 3:] + shock.value,
            velocity_mps=gait.rate[:, 3:] + shock.rate,
            acceleration_mps2=gait.bend[:, 3:] + shock.bend,
        )
