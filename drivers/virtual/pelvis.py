"""Motion of the pelvis: waveforms of one stance, repeated over the steps of a schedule.

The shapes are our own, modelled on running data at the sacrum (stride averages of RBDS, Fukuchi 2017, doi
10.7717/peerj.3298): vertical force rises steeply 20-80 ms after contact and ends at toe-off, braking precedes
propulsion, the pelvis is highest on the stance side around 45 % of contact, tilts most around toe-off and rotates to
the stance side. Near-free fall in flight follows because the mean vertical specific force of a step is gravity.
"""

from __future__ import annotations

import numpy as np

from drivers.virtual.gait import Steps, StepSchedule
from drivers.virtual.params import RunnerParams
from drivers.virtual.pose import Motion
from drivers.virtual.spline import REACH, Curve, Floats, along, bspline, clamped_cubic, pulse, smooth, twice_integrated
from dsp.signals import GRAVITY_MPS2

_PER_STEP = 32
_DUTIES = np.arange(0.40, 0.951, 0.01)
_SWAY_STREAM = 31

# (part of contact, specific force along the axis): vertical in units of its own mean, forward in m/s2
_VERTICAL = np.array([
    [0, 0], [0.06, 0.12], [0.12, 0.5], [0.18, 1.1], [0.24, 1.58], [0.31, 1.76], [0.38, 1.68],
    [0.48, 1.45], [0.6, 1.2], [0.73, 0.93], [0.85, 0.58], [0.93, 0.25], [1, 0],
])  # fmt: skip
_FORWARD = np.array([
    [0, -3], [0.05, -5.5], [0.11, -8.5], [0.18, -5.5], [0.27, 2], [0.38, 5.5], [0.52, 7],
    [0.68, 6], [0.82, 1.8], [0.92, -2.2], [1, -4.5],
])  # fmt: skip
_FLIGHT_G = -0.15
_FLIGHT_FORWARD_MPS2 = -4.2
# (part of the step, value) on the left; the right step is the mirror image
_SIDEWAYS_MPS2 = np.array([
    [0, 0], [0.08, -1.5], [0.16, 1.2], [0.24, 5], [0.32, 2.4], [0.4, 1.2], [0.48, 0.9],
    [0.56, 0], [0.64, -1.8], [0.72, -1.7], [0.8, 0], [0.88, 0.9], [0.94, 0.5], [1, 0],
])  # fmt: skip
_TURN = np.array([[0, 0.7], [0.2, 1.0], [0.4, 0.9], [0.6, 0.3], [0.8, -0.3], [1.0, -0.7]])
# relative lift of the pelvis on the stance side by one stance, over steps since its contact
_LIFT = np.array([
    [-0.25, 0], [-0.1, 0.03], [0, 0.13], [0.1, 0.42], [0.2, 0.8], [0.29, 1], [0.38, 0.92],
    [0.5, 0.62], [0.6, 0.38], [0.7, 0.25], [0.8, 0.22], [0.9, 0.2], [1, 0.12], [1.1, 0.04],
    [1.25, 0],
])  # fmt: skip
_TILT_DEG, _TURN_DEG = 2.8, 3.8
_MOST_UPRIGHT = 0.1  # part of the step
_SHOCK_MPS2 = np.array([-2.0, 1.5, 7.0])  # forward, towards the stance leg, up
_SHOCK_FROM_S, _SHOCK_S = 0.008, 0.055


def _by_duty(shape: Floats, flight: float) -> Floats:
    """Return a stance shape over one step for each duty factor of `_DUTIES`, `flight` outside contact, (duties, n)."""
    x = np.arange(_PER_STEP) / _PER_STEP
    rows = [np.where(x < d, clamped_cubic(shape[:, 0], shape[:, 1], x / d), flight) for d in _DUTIES]
    return np.array(rows)


def _alternating(shape: Floats) -> Floats:
    """Return a left-step shape followed by its mirror image, (2 * per step,)."""
    half = clamped_cubic(shape[:, 0], shape[:, 1], np.arange(_PER_STEP) / _PER_STEP)
    return np.concatenate([half, -half])


def _lift(x: Floats) -> Floats:
    return clamped_cubic(_LIFT[:, 0], _LIFT[:, 1], x)


def _heights() -> Floats:
    """Return the vertical position over a step in units of g T2, for each duty factor."""
    force = _by_duty(_VERTICAL, 0.0)
    outside = np.arange(_PER_STEP)[None, :] / _PER_STEP >= _DUTIES[:, None]
    force = force * (1 - _FLIGHT_G * outside.mean(1) * 1.0)[:, None] / force.mean(1)[:, None] + _FLIGHT_G * outside
    return twice_integrated(force)


class Pelvis:
    """The sacrum of a runner over the steps of a schedule."""

    def __init__(self, params: RunnerParams, schedule: StepSchedule) -> None:
        self._params = params
        self._schedule = schedule
        self._height = _heights()
        self._ahead = twice_integrated(_by_duty(_FORWARD, _FLIGHT_FORWARD_MPS2))
        self._aside = 4 * twice_integrated(_alternating(_SIDEWAYS_MPS2))
        self._turn = _alternating(_TURN)
        x = np.arange(-0.17, 0.6, 0.005)
        own, last = _lift(x), -_lift(x + 1)
        peak = int(np.argmax(own + last))
        low = int(np.argmin((own + last)[:peak]))
        self._own_gain, self._last_gain = float(own[peak] - own[low]), float(last[peak] - last[low])
        self._sway = np.random.default_rng([params.seed, _SWAY_STREAM]).uniform(0, 2 * np.pi, (3, 4))

    def _swings_deg(self, steps: Steps) -> Floats:
        """Return the lift amplitudes that give the target drop excursions: excursion = own * a + last * a_before."""
        own, last = self._own_gain, self._last_gain
        size = own**2 - last**2
        mean_own = steps.drop_deg
        return np.asarray((own * mean_own - last * steps.other_deg) / size)

    def _control(self, first: int, stop: int) -> Floats:
        """Return control points `first` ... `stop` - 1: roll, pitch, yaw in rad and x, y, z in m, (m, 6)."""
        params = self._params
        j = np.arange(first, stop)
        phase = j / _PER_STEP
        begin = int(np.floor(phase[0])) - 2
        steps = self._schedule.steps(begin, int(np.floor(phase[-1])) + 4)
        row = np.floor(phase).astype(np.int64) - begin
        mid = np.floor(phase - 0.5).astype(np.int64)
        share = smooth(phase - 0.5 - mid)
        mid -= begin

        def blend(values: Floats) -> Floats:
            return values[mid] * (1 - share) + values[mid + 1] * share

        running = self._schedule.running(phase)
        swing = self._swings_deg(steps) * steps.left
        within = phase - np.floor(phase)
        lift = sum(swing[row - back] * _lift(within + back) for back in (-1, 0, 1))
        vigour, step_s, left = blend(steps.vigour), blend(steps.step_s), steps.left[row]
        duty = np.clip((blend(steps.contact_s / steps.step_s) - _DUTIES[0]) / 0.01, 0, len(_DUTIES) - 1.001)
        low = duty.astype(np.int64)
        part = duty - low
        col = j % _PER_STEP
        both = np.where(left > 0, col, col + _PER_STEP)
        height = self._height[low, col] * (1 - part) + self._height[low + 1, col] * part
        ahead = self._ahead[low, col] * (1 - part) + self._ahead[low + 1, col] * part
        pace = params.speed_mps / 3.0
        columns = [
            np.deg2rad(params.standing_obliquity_deg * (1 - running) + running * (params.running_obliquity_deg + lift)),
            np.deg2rad(
                params.standing_tilt_deg * (1 - running)
                + running * (params.running_tilt_deg - _TILT_DEG * vigour * np.cos(2 * np.pi * (phase - _MOST_UPRIGHT)))
            ),
            np.deg2rad(running * _TURN_DEG * vigour * self._turn[both]),
            running * ahead * step_s**2 * vigour * pace,
            running * self._aside[both] * step_s**2 * vigour,
            running * height * step_s**2 * GRAVITY_MPS2,
        ]
        return np.stack(columns, axis=1)

    def _swaying(self, t_s: Floats) -> Curve:
        """Return postural sway and slow heading changes: roll, pitch, yaw, x, y, z as in `_control`, (n, 6) each."""
        size = np.array([np.deg2rad(0.10), np.deg2rad(0.15), np.deg2rad(2.0), 0.004, 0.003, 0.0])
        slow = np.array([1.0, 1.0, 0.12, 1.0, 1.0, 1.0])
        total = Curve(*(np.zeros((len(t_s), 6)) for _ in range(3)))
        for k, hz in enumerate((0.11, 0.23, 0.37)):
            w = 2 * np.pi * hz * slow
            shift = self._sway[k, [0, 1, 2, 1, 0, 3]]
            angle = t_s[:, None] * w + shift
            gain = size / (k + 1)
            total = Curve(
                total.value + gain * np.sin(angle),
                total.rate + gain * w * np.cos(angle),
                total.bend - gain * w**2 * np.sin(angle),
            )
        return total

    def _shocks(self, t_s: Floats) -> Curve:
        """Return the displacement due to impacts travelling up the leg, (n, 3) each."""
        first = self._schedule.number_at(float(t_s[0])) - 1
        steps = self._schedule.steps(first, self._schedule.number_at(float(t_s[-1])) + 2)
        row = np.clip(np.searchsorted(steps.ic_s, t_s - _SHOCK_FROM_S, side="right") - 1, 0, None)
        size = steps.shock * self._schedule.running(np.arange(first, first + len(steps.ic_s), dtype=np.float64))
        bump = pulse((t_s - _SHOCK_FROM_S - steps.ic_s[row]) / _SHOCK_S)
        way = np.stack([np.ones(len(row)), steps.left[row], np.ones(len(row))], axis=1) * _SHOCK_MPS2 * size[row, None]
        return Curve(
            way * bump.value[:, None] * _SHOCK_S**2, way * bump.rate[:, None] * _SHOCK_S, way * bump.bend[:, None]
        )

    def motion(self, t_s: Floats) -> Motion:
        """Return the pose of the sacrum at increasing `t_s` (n,), in a frame moving with the mean forward speed."""
        phase = self._schedule.phase(t_s)
        scaled = Curve(phase.value * _PER_STEP, phase.rate * _PER_STEP, phase.bend * _PER_STEP)
        first = int(np.floor(scaled.value[0])) - REACH
        stop = int(np.floor(scaled.value[-1])) + REACH + 2
        gait = along(bspline(self._control(first, stop), first, scaled.value), scaled)
        sway, shock = self._swaying(t_s), self._shocks(t_s)
        return Motion(
            angles_rad=gait.value[:, :3] + sway.value[:, :3],
            rates_radps=gait.rate[:, :3] + sway.rate[:, :3],
            position_m=gait.value[:, 3:] + sway.value[:, 3:] + shock.value,
            velocity_mps=gait.rate[:, 3:] + sway.rate[:, 3:] + shock.rate,
            acceleration_mps2=gait.bend[:, 3:] + sway.bend[:, 3:] + shock.bend,
        )
