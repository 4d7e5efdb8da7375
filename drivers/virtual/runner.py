"""A virtual runner: consistent motion of pelvis and feet, the sensors worn, and the ground truth.

Everything is a pure function of (params, time), computed in cached blocks, so any chunking gives the same samples.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from drivers.virtual.foot import Foot
from drivers.virtual.gait import Steps, StepSchedule
from drivers.virtual.imu_errors import FlawedImu, ImuErrors
from drivers.virtual.params import RunnerParams
from drivers.virtual.pelvis import Pelvis
from drivers.virtual.physiology import HeartRate, SpeedProfile
from drivers.virtual.pose import Motion
from drivers.virtual.spline import Floats
from drivers.virtual.strap import rocked
from dsp.records import Side
from dsp.signals import Placement

__all__ = ["ImuErrors", "RunnerParams", "TruthStep", "VirtualRunner"]

_BLOCK = 256
_KEPT_BLOCKS = 16
_TRUTH_STEP_S = 0.001
_TRUTH_STEPS = 32
_BEFORE_CONTACT_S = 0.060


@dataclass(frozen=True, slots=True)
class TruthStep:
    """Ground truth of one stance.

    ic_s, to_s          times of initial contact and toe-off
    drop_excursion_deg  peak drop in stance minus the lowest value between 60 ms before contact and the peak
    drop_peak_deg       peak drop in stance relative to quiet standing
    """

    ic_s: float
    to_s: float
    side: Side
    drop_excursion_deg: float
    drop_peak_deg: float


class VirtualRunner:
    """A virtual runner; time 0 is the start of quiet standing."""

    def __init__(self, params: RunnerParams | None = None) -> None:
        self.params = params or RunnerParams()
        own = self.params
        stop = () if own.stops_at_s is None else ((own.stops_at_s - own.ramp_s, 0.0),)
        self._speed = SpeedProfile(((own.standing_s, own.speed_mps), *own.surges, *stop), own.ramp_s)
        self._schedule = StepSchedule(own, self._speed)
        self._pelvis = Pelvis(own, self._schedule)
        self._feet = {
            Placement.LEFT_FOOT: Foot(own, self._schedule, self._speed, Side.LEFT),
            Placement.RIGHT_FOOT: Foot(own, self._schedule, self._speed, Side.RIGHT),
        }
        self._heart = HeartRate(self._speed)
        self._imus: dict[Placement, FlawedImu] = {}
        self._blocks: OrderedDict[tuple[Placement, float, int], Floats] = OrderedDict()

    # -- motion and sensors

    def motion(self, placement: Placement, t_s: Floats) -> Motion:
        """Return the pose at increasing `t_s` (n,). Raises ValueError for a placement without an IMU."""
        if placement is Placement.SACRUM:
            return self._pelvis.motion(t_s)
        if placement in self._feet:
            return self._feet[placement].motion(t_s)
        raise ValueError(f"the virtual runner has no {placement} IMU; it has sacrum, left_foot, right_foot")

    def mount(self, placement: Placement) -> Floats:
        """Return body <- sensor, (3, 3)."""
        return np.eye(3) if self.params.errors is None else self._imu_of(placement, self.params.errors).mount

    def imu(self, placement: Placement, first_index: int, n: int, rate_hz: float) -> Floats:
        """Return samples at index / rate_hz s: specific force m/s2 and angular rate rad/s in sensor axes, (n, 6)."""
        if n <= 0:
            return np.empty((0, 6))
        blocks = range(first_index // _BLOCK, (first_index + n - 1) // _BLOCK + 1)
        joined = np.concatenate([self._block(placement, rate_hz, block) for block in blocks])
        start = first_index - blocks[0] * _BLOCK
        return joined[start : start + n]

    def _block(self, placement: Placement, rate_hz: float, block: int) -> Floats:
        key = (placement, rate_hz, block)
        if key in self._blocks:
            self._blocks.move_to_end(key)
            return self._blocks[key]
        t_s = (block * _BLOCK + np.arange(_BLOCK)) / rate_hz
        motion = self.motion(placement, t_s)
        if self.params.treadmill:
            motion.acceleration_mps2[:, 0] -= self._speed.distance(t_s).bend if placement in self._feet else 0.0
        elif placement is Placement.SACRUM:
            motion.acceleration_mps2[:, 0] += self._speed.distance(t_s).bend
        samples = motion.imu()
        if self.params.errors is not None:
            if self.params.errors.wobble_deg:
                samples = rocked(samples, t_s, self._impacts_s(placement, t_s), self.params.errors.wobble_deg)
            samples = self._imu_of(placement, self.params.errors).sense(samples, t_s, rate_hz, block)
        samples.setflags(write=False)
        self._blocks[key] = samples
        if len(self._blocks) > _KEPT_BLOCKS:
            self._blocks.popitem(last=False)
        return samples

    def _impacts_s(self, placement: Placement, t_s: Floats) -> Floats:
        """Return the contacts around increasing `t_s` whose impact reaches a sensor: of its own foot, or of both."""
        first = max(self._schedule.number_at(float(t_s[0])) - 3, 0)
        stop = min(self._schedule.number_at(float(t_s[-1])) + 1, self._schedule.taken)
        if stop <= first:
            return np.empty(0)
        steps = self._schedule.steps(first, int(stop))
        foot = {Placement.LEFT_FOOT: 1.0, Placement.RIGHT_FOOT: -1.0}.get(placement)
        return steps.ic_s if foot is None else steps.ic_s[steps.left == foot]

    def _imu_of(self, placement: Placement, errors: ImuErrors) -> FlawedImu:
        if placement not in self._imus:
            mount_deg = self.params.mounts_deg.get(placement)
            self._imus[placement] = FlawedImu(errors, self.params.seed, placement, mount_deg)
        return self._imus[placement]

    # -- the other sensors

    def speed_mps(self, t_s: float) -> float:
        """Return the belt or ground speed."""
        return float(self._speed.distance(np.array([t_s])).rate[0])

    def distance_m(self, t_s: float) -> float:
        """Return the distance since the start."""
        return float(self._speed.distance(np.array([t_s])).value[0])

    def incline_pct(self, t_s: float) -> float:
        """Return the incline of the ground in per cent, which is constant."""
        del t_s
        return self.params.incline_pct

    def cadence_spm(self, t_s: float) -> float:
        """Return the steps per minute (both feet) over the last four steps; 0 while standing."""
        last = self._schedule.number_at(t_s)
        taken = self._schedule.taken
        if last < 1 or last >= taken + 2:
            return 0.0
        stop = int(min(last, taken - 1)) if math.isfinite(taken) else last
        steps = self._schedule.steps(max(stop - 4, 0), stop)
        return float(60 / steps.step_s.mean()) if len(steps.step_s) else 0.0

    def heart_rate_bpm(self, t_s: float) -> float:
        """Return the heart rate in beats per minute."""
        return float(self._heart.at(np.array([t_s])).rate[0] * 60)

    def rr_s(self, t0_s: float, t1_s: float) -> list[float]:
        """Return the RR intervals that ended in [t0_s, t1_s), oldest first, in s."""
        beats = self._heart.beats_s(t0_s - 3.0, t1_s)
        ends = beats >= t0_s
        return [float(x) for x in np.diff(beats, prepend=beats[:1])[ends]]

    # -- truth

    def obliquity_deg(self, t_s: Floats) -> Floats:
        """Return the pelvic obliquity, + left side higher, at increasing `t_s` (n,)."""
        return np.rad2deg(self._pelvis.motion(np.asarray(t_s, dtype=np.float64)).angles_rad[:, 0])

    def truth_steps(self, t0_s: float, t1_s: float) -> list[TruthStep]:
        """Return the stances whose initial contact is in [t0_s, t1_s)."""
        first, stop = max(self._schedule.number_at(t0_s), 0), self._schedule.number_at(t1_s) + 1
        if math.isfinite(self._schedule.taken):
            stop = min(stop, int(self._schedule.taken))
        if stop <= first:
            return []
        found: list[TruthStep] = []
        for number in range(first, stop, _TRUTH_STEPS):
            found += self._truth(self._schedule.steps(number, min(number + _TRUTH_STEPS, stop)))
        return [step for step in found if t0_s <= step.ic_s < t1_s]

    def _truth(self, steps: Steps) -> list[TruthStep]:
        """Measure consecutive stances on the obliquity trace, sampled at whole milliseconds."""
        begin = np.ceil((steps.ic_s - _BEFORE_CONTACT_S) / _TRUTH_STEP_S).astype(np.int64)
        touch = np.ceil(steps.ic_s / _TRUTH_STEP_S).astype(np.int64)
        end = np.ceil((steps.ic_s + steps.contact_s) / _TRUTH_STEP_S).astype(np.int64)
        trace_deg = self.obliquity_deg(np.arange(begin[0], end[-1]) * _TRUTH_STEP_S)
        level_deg = self.params.standing_obliquity_deg
        found: list[TruthStep] = []
        for i, left in enumerate(steps.left):
            drop_deg = left * (trace_deg[begin[i] - begin[0] : end[i] - begin[0]] - level_deg)
            stance = int(touch[i] - begin[i])
            peak = stance + int(np.argmax(drop_deg[stance:]))
            found.append(
                TruthStep(
                    ic_s=float(steps.ic_s[i]),
                    to_s=float(steps.ic_s[i] + steps.contact_s[i]),
                    side=Side.LEFT if left > 0 else Side.RIGHT,
                    drop_excursion_deg=float(drop_deg[peak] - drop_deg[: peak + 1].min()),
                    drop_peak_deg=float(drop_deg[peak]),
                )
            )
        return found
