"""Tilt correction (levelling): an error-state Kalman filter with a velocity pseudo-measurement per stride.

A runner's trunk has almost the same velocity at the same phase of every stride, so whatever the velocity of the
`Strapdown` does from stride to stride is tilt error, gyroscope bias or a real change of pace. The filter's seven states
(two tilts, three gyroscope biases, two velocities) separate these by their size and rate of change. It is the filter of
zero-velocity-aided inertial navigation (Foxlin 2005, doi 10.1109/MCG.2005.140) with "the velocity of a stride ago" for
"zero".
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsp.orientation.consistency import Consistency
from dsp.orientation.hole import Hole
from dsp.orientation.strapdown import Strapdown
from dsp.orientation.usual_lean import UsualLean
from dsp.orientation.vectors import across
from dsp.samples.rows import array_of
from dsp.signals import GRAVITY_MPS2, Vector

Array = npt.NDArray[np.float64]

SYMMETRIC_EVERY = 16
"""Observations after which the covariance, made asymmetric by rounding, is made symmetric again. By then its
correlations differ by 3e-13; without it, by 2e-8 after ten minutes."""


@dataclass(frozen=True, slots=True)
class LevelParams:
    """Standard deviations that the error-state filter assumes, and when they apply.

    tilt_0_rad, bias_0_radps, velocity_0_mps  at the start (5 dps: consumer gyroscopes out of the box, sources 9)
    bias_doubt_radps     added to that of the bias about the level axes when strides contradict it (`consistency`): the
                         effect of 0.1 deg/s2 over as many strides as are tested; after a larger jump it is added again
                         and again
    tilt_walk, bias_walk, velocity_walk  random walks, per sqrt(s): scale error of a cheap gyroscope in running motion;
                         bias instability; the runner's real changes of pace
    stride_velocity_mps  how well a runner repeats the velocity of the stride before (0.04-0.06 m/s, sources 9)
    free_velocity_mps    the same where no steps are known
    still_velocity_mps, still_rate_radps  in standing: sway
    change_share         uncertainty of the change of velocity in a bend, as a share of it
    turn_tilt_rad        random walk per sqrt(rad) of turn: an accelerometer's offset turns with the sensor, the tilt
                         that it was taken for does not (20 mg: SD 0.012 rad; smaller is better where turns are quick)
    after_strides        this many strides after a hole are assumed to be closer to those before it:
    after_velocity_mps, after_walk  in velocity (0.03-0.05 m/s in seven recordings; a runner who speeds up or turns
                         repeats it less well, and without a hole that matters more), and
    lean_rad             in lean (twice the 0.5 deg of `usual_lean`, runners do change it), for
    lean_share           strides of which at least this share lies after the hole
    """

    tilt_0_rad: float = 0.17
    bias_0_radps: float = 0.09
    bias_doubt_radps: float = 0.012
    velocity_0_mps: float = 1.0
    tilt_walk: float = 0.0015
    bias_walk: float = 0.0001
    velocity_walk: float = 0.10
    stride_velocity_mps: float = 0.08
    free_velocity_mps: float = 0.5
    still_velocity_mps: float = 0.02
    still_rate_radps: float = 0.02
    change_share: float = 0.15
    turn_tilt_rad: float = 0.008
    after_strides: int = 3
    after_velocity_mps: float = 0.05
    after_walk: float = 0.05
    lean_rad: float = 0.02
    lean_share: float = 0.3


class Leveller:
    """Error-state filter of a `Strapdown`: observes velocities at equal phases, corrects tilt, bias and velocity.

    `up`, set by the owner, is the up direction in sensor axes, mean over the last stride; None while no steps are
    known. At a contact the trunk leans and nods away from it by 5-10 deg, always in the same way. With the up direction
    of the contact itself, the bias about the vertical absorbed the error of every lost sample and diverged by 48 deg/s.
    """

    def __init__(self, strapdown: Strapdown, params: LevelParams | None = None) -> None:
        self._params = params or LevelParams()
        self._strapdown = strapdown
        self._t_s = 0.0
        self._cov = np.zeros((7, 7))
        self._observed = 0
        self._consistency = Consistency()
        self.start(0.0)

    def start(self, t_s: float, *, keep_bias: bool = False) -> None:
        """Start again at `t_s`; with `keep_bias` the uncertainty of the gyroscope bias is kept."""
        p = self._params
        bias = self._cov[2:5, 2:5].copy() if keep_bias else np.eye(3) * p.bias_0_radps**2
        self._cov = np.diag([p.tilt_0_rad**2] * 2 + [0.0] * 3 + [p.velocity_0_mps**2] * 2)
        self._cov[2:5, 2:5] = bias
        self._t_s = t_s
        self.up: Vector | None = None
        self._consistency.reset()
        self._forget_lean()
        self._holes: list[Hole] = []  # later than what was observed last

    def _forget_lean(self) -> None:
        self._usual_lean = UsualLean()
        self._strides_after = 0

    def _without_steps(self, t_s: float) -> None:
        """Leave running: no stride is comparable, and a hole up to `t_s` adds only uncertainty of tilt and velocity."""
        self.up = None
        self._pass_holes(t_s)
        self._forget_lean()
        self._consistency.pause()

    def add_hole(self, hole: Hole) -> None:
        """Note that samples were filled in: tilt and velocity are less certain from then on."""
        self._holes.append(hole)

    @property
    def uncertain(self) -> bool:
        """Whether a tilt error that is found may come from a recent hole."""
        return bool(self._holes) or self._strides_after > 0

    @property
    def trust(self) -> float:
        """Consistency of recent strides with the filter's model, 0-1: lower where a bias drifts or has jumped."""
        return self._consistency.trust

    def stride(
        self,
        t_s: float,
        velocity: tuple[float, float],
        change: tuple[float, float] = (0.0, 0.0),
        turned_rad: float = 0.0,
        *,
        seen: float = 1.0,
    ) -> tuple[float, float]:
        """Observe the trunk's velocity, mean of two successive contacts, at their mid-time; return its correction.

        velocity    horizontal, near-inertial frame, m/s
        change      of the velocity since the last stride that is explained by a bend (`bend`), m/s: no error, it is
                    subtracted
        turned_rad  how far the runner has turned since
        seen        share of the stride of `up` that lies after the last hole; negative if none does
        """
        p, strapdown = self._params, self._strapdown
        if not turned_rad:
            self._pass_holes(t_s)
            sd = p.after_velocity_mps if self._strides_after else p.stride_velocity_mps
            return self._observe(t_s, velocity, sd, seen=seen, of_stride=True)
        self._strides_after = 0  # in a bend neither velocity nor lean is as before
        self._cov[0, 0] += p.turn_tilt_rad**2 * abs(turned_rad)
        self._cov[1, 1] += p.turn_tilt_rad**2 * abs(turned_rad)
        strapdown.v = (strapdown.v[0] - change[0], strapdown.v[1] - change[1])
        velocity = (velocity[0] - change[0], velocity[1] - change[1])
        sd = math.hypot(p.stride_velocity_mps, p.change_share * math.hypot(*change))
        return self._observe(t_s, velocity, sd, keep_bias_about_up=True, of_stride=True)

    def bias_sd(self, axis: Vector) -> float:
        """Return the standard deviation of the gyroscope bias about `axis` (unit, sensor axes), rad/s."""
        c = self._cov[2:5, 2:5].tolist()
        return math.sqrt(sum(c[i][k] * axis[i] * axis[k] for i in range(3) for k in range(3)))

    def other_motion(self, t_s: float, velocity: tuple[float, float]) -> None:
        """Observe the velocity, m/s, at no particular phase of an unknown motion."""
        self._without_steps(t_s)
        self._observe(t_s, velocity, self._params.free_velocity_mps)

    def standing(self, t_s: float, velocity: tuple[float, float], mean_rate: Vector) -> None:
        """Observe standing: velocity (m/s) and mean rate (rad/s, bias already subtracted) are sway only."""
        self._without_steps(t_s)
        self._observe(t_s, velocity, self._params.still_velocity_mps)
        self._observe_bias(mean_rate, self._params.still_rate_radps, t_s)

    def _observe(
        self,
        t_s: float,
        velocity: tuple[float, float],
        sd: float,
        *,
        keep_bias_about_up: bool = False,
        seen: float = 0.0,
        of_stride: bool = False,
    ) -> tuple[float, float]:
        """Observe the two velocities, with the closed form of a two-by-two inverse; return their correction.

        A bend gives no information on the bias about the vertical, from which bends are detected: there it is kept.
        """
        self._pass_holes(t_s)
        self._propagate(t_s)
        if of_stride and self._consistency.contradicted:
            self._doubt_bias()
        cov = self._cov
        columns = cov[:, 5:7]
        a, b, d = float(cov[5, 5]) + sd * sd, float(cov[5, 6]), float(cov[6, 6]) + sd * sd
        scale = 1.0 / (a * d - b * b)
        b *= -scale
        if of_stride:
            x, y = velocity
            self._consistency.add(scale * (d * x * x + a * y * y) + 2.0 * b * x * y)
        gain = columns.dot(array_of((d * scale, b), (b, a * scale)))
        error = gain.dot(array_of((-velocity[0], -velocity[1]))[0])
        cov = cov - gain.dot(columns.T)
        if self.up is not None and seen > self._params.lean_share and not self._holes:
            cov, error = self._observe_lean(cov, error, self.up, min(seen, 1.0))
        tilt_x, tilt_y, bx, by, bz, vx, vy = error.tolist()
        if keep_bias_about_up:
            ux, uy, uz = self.up or self._strapdown.up()
            along = ux * bx + uy * by + uz * bz
            bx, by, bz = bx - along * ux, by - along * uy, bz - along * uz
        return self._apply(cov, (tilt_x, tilt_y), (bx, by, bz), (vx, vy), t_s)

    def _doubt_bias(self) -> None:
        """Raise the uncertainty of the biases that strides contradict: all but the one about the vertical."""
        x, y, z = self.up or self._strapdown.up()
        level = array_of((1.0 - x * x, -x * y, -x * z), (-y * x, 1.0 - y * y, -y * z), (-z * x, -z * y, 1.0 - z * z))
        self._cov[2:5, 2:5] += self._params.bias_doubt_radps**2 * level
        self._consistency.bias_doubted()

    def _observe_lean(self, cov: Array, error: Array, up: Vector, seen: float) -> tuple[Array, Array]:
        """After a hole, observe the lean of a stride, else learn the usual one; return covariance and errors."""
        if not self._strides_after or not self._usual_lean.known:
            self._usual_lean.add(up)
            self._strides_after = max(0, self._strides_after - 1)
            return cov, error
        self._strides_after -= 1
        x, y = self._usual_lean.tilt(up, *self._level_rows())
        columns = cov[:, :2]
        gain = columns @ np.linalg.inv(columns[:2] + np.eye(2) * (self._params.lean_rad / seen) ** 2)
        return cov - gain @ columns.T, error + gain @ (np.array((x, y)) / seen - error[:2])

    def _pass_holes(self, t_s: float) -> None:
        """Add the uncertainty of the holes that end up to `t_s`."""
        while self._holes and self._holes[0].end_s <= t_s:
            hole = self._holes.pop(0)
            self._propagate(hole.end_s)
            tilt, velocity = hole.doubt
            self._cov.flat[::8] += (tilt**2, tilt**2, 0.0, 0.0, 0.0, velocity**2, velocity**2)
            self._strides_after = self._params.after_strides

    def _propagate(self, t_s: float) -> None:
        dt = t_s - self._t_s
        if dt <= 0.0:
            return
        p, g = self._params, GRAVITY_MPS2
        phi = self._transition(dt)
        cov = phi.dot(self._cov).dot(phi.T)
        q_tilt = p.tilt_walk**2 * dt
        # White tilt rate through gravity into velocity (van Loan's terms to first order in the coupling).
        q_cross = g * q_tilt * dt / 2.0
        walk = p.after_walk if self._strides_after else p.velocity_walk
        q_velocity = walk**2 * dt + g * g * q_tilt * dt * dt / 3.0
        q_bias = p.bias_walk**2 * dt
        self._cov = cov + array_of(
            (q_tilt, 0.0, 0.0, 0.0, 0.0, 0.0, -q_cross),
            (0.0, q_tilt, 0.0, 0.0, 0.0, q_cross, 0.0),
            (0.0, 0.0, q_bias, 0.0, 0.0, 0.0, 0.0),
            (0.0, 0.0, 0.0, q_bias, 0.0, 0.0, 0.0),
            (0.0, 0.0, 0.0, 0.0, q_bias, 0.0, 0.0),
            (0.0, q_cross, 0.0, 0.0, 0.0, q_velocity, 0.0),
            (-q_cross, 0.0, 0.0, 0.0, 0.0, 0.0, q_velocity),
        )
        self._t_s = t_s

    def _transition(self, dt: float) -> Array:
        """Return the (7, 7) transition matrix: bias turns tilt, tilt leaks gravity into velocity."""
        (ax, ay, az), (bx, by, bz) = self._level_rows()
        gain = GRAVITY_MPS2 * dt
        fall = 0.5 * gain * dt
        return array_of(
            (1.0, 0.0, -dt * ax, -dt * ay, -dt * az, 0.0, 0.0),
            (0.0, 1.0, -dt * bx, -dt * by, -dt * bz, 0.0, 0.0),
            (0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0),
            (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0),
            (0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0),
            (0.0, gain, -fall * bx, -fall * by, -fall * bz, 1.0, 0.0),
            (-gain, 0.0, fall * ax, fall * ay, fall * az, 0.0, 1.0),
        )

    def _level_rows(self) -> tuple[Vector, Vector]:
        """Return the two level axes of the strapdown's frame in sensor axes, perpendicular to `up` if that is known."""
        rows = self._strapdown.level_rows()
        return rows if self.up is None else (across(rows[0], self.up), across(rows[1], self.up))

    def _observe_bias(self, mean_rate: Vector, sd: float, t_s: float) -> None:
        """Observe the three biases."""
        columns = self._cov[:, 2:5]
        gain = columns.dot(np.linalg.inv(columns[2:5] + np.eye(3) * sd * sd))
        tilt_x, tilt_y, bx, by, bz, vx, vy = gain.dot(array_of(mean_rate)[0]).tolist()
        self._apply(self._cov - gain.dot(columns.T), (tilt_x, tilt_y), (bx, by, bz), (vx, vy), t_s)

    def _apply(
        self,
        cov: Array,
        tilt: tuple[float, float],
        bias: Vector,
        velocity: tuple[float, float],
        t_s: float,
    ) -> tuple[float, float]:
        """Store the covariance, propagate the errors found at `t_s` to now and apply them; return those of velocity."""
        self._observed += 1
        self._cov = cov if self._observed % SYMMETRIC_EVERY else 0.5 * (cov + cov.T)
        (tilt_x, tilt_y), (bx, by, bz), (vx, vy) = tilt, bias, velocity
        dt, g = max(0.0, self._strapdown.t_s - t_s), GRAVITY_MPS2
        one, two = self._strapdown.level_rows()
        turn_x = one[0] * bx + one[1] * by + one[2] * bz
        turn_y = two[0] * bx + two[1] * by + two[2] * bz
        fall = 0.5 * g * dt * dt
        if not self.uncertain:
            (ax, ay, az), (cx, cy, cz) = one, two
            self._usual_lean.shift((tilt_x * cx - tilt_y * ax, tilt_x * cy - tilt_y * ay, tilt_x * cz - tilt_y * az))
        self._strapdown.correct(
            (tilt_x - turn_x * dt, tilt_y - turn_y * dt),
            (bx, by, bz),
            (vx + g * dt * tilt_y - fall * turn_y, vy - g * dt * tilt_x + fall * turn_x),
        )
        return vx, vy
