"""The virtual runner on a track: its own gait along straights and bends, with ground truth.

The path is bent, not the gait: a shoe on the ground lies still, the pelvis turns and leans with the runner. This is the
physics of a bend only; no recording of a runner on a track was available.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from drivers.virtual.imu_errors import FlawedImu
from drivers.virtual.physiology import SpeedProfile
from drivers.virtual.runner import RunnerParams, VirtualRunner
from dsp.signals import GRAVITY_MPS2, IMU6, NS_PER_S, Placement, Quantity, SampleBlock
from tests.dsp.virtual import in_order

Array = npt.NDArray[np.float64]

PACKET = 10
SPIN_FROM_S = 10.0


@dataclass(frozen=True)
class Track:
    """Alternating straights and arcs, a straight first.

    radius_m, straight_m  400 m: 36.5 and 84.39 (World Athletics); 200 m indoors: about 17.2 and 46
    arc_rad               pi: half circles; pi / 2: street corners
    ease_m                distance over which a bend begins and ends
    left                  counter-clockwise
    lean                  share of the balanced lean in the pelvis: 1 leans with the body, 0 stays level
    """

    radius_m: float = 36.5
    straight_m: float = 84.39
    arc_rad: float = math.pi
    ease_m: float = 5.0
    left: bool = True
    lean: float = 1.0

    def curvature(self, way_m: Array) -> Array:
        """Return the curvature, 1/m, at `way_m` (n,) from the start, positive to the left."""
        arc_m = self.arc_rad * self.radius_m
        into = np.mod(way_m, self.straight_m + arc_m) - self.straight_m
        # Half of each transition is on the straight, so that the arc still turns by `arc_rad`.
        begins = (into + 0.5 * self.ease_m) / self.ease_m
        ends = (arc_m + 0.5 * self.ease_m - into) / self.ease_m
        tail = (0.5 * self.ease_m - into - self.straight_m) / self.ease_m
        tail[way_m < self.straight_m] = 0.0
        share = np.clip(np.maximum(np.minimum(begins, ends), tail), 0.0, 1.0)
        return share * (1.0 if self.left else -1.0) / self.radius_m


STRAIGHT = Track(radius_m=1e6, straight_m=1e6)


class TrackRun:
    """A virtual runner on `track`, from standing, until `until_s`.

    yaw_bias_dps  added to the sacrum sensor's rate about the body's own vertical
    spin_dps      from `SPIN_FROM_S` on the sacrum turns about the vertical without a bend of the path
    """

    def __init__(
        self,
        params: RunnerParams,
        track: Track,
        until_s: float,
        rate_hz: float = 104.0,
        *,
        yaw_bias_dps: float = 0.0,
        spin_dps: float = 0.0,
    ) -> None:
        self.params, self.track, self.rate_hz = params, track, rate_hz
        self._spin_radps = math.radians(spin_dps)
        self.runner = VirtualRunner(params)
        self._speed = SpeedProfile(((params.standing_s, params.speed_mps), *params.surges), params.ramp_s)
        self._yaw_bias_radps = math.radians(yaw_bias_dps)
        self.t_s = np.arange(int(until_s * rate_hz)) / rate_hz

    def turn_radps(self, t_s: Array) -> Array:
        """Return the rate of turn of the direction of travel, positive to the left, at increasing `t_s`."""
        way = self._speed.distance(t_s)
        return self.track.curvature(way.value) * way.rate

    def lean_deg(self, t_s: Array) -> Array:
        """Return the balanced lean, positive to the left: the angle of the mean force from the vertical."""
        return np.degrees(np.arctan(self._speed.distance(t_s).rate * self.turn_radps(t_s) / GRAVITY_MPS2))

    def obliquity_deg(self, t_s: Array) -> Array:
        """Return the true pelvic obliquity relative to standing, positive: left side higher."""
        return (
            self.runner.obliquity_deg(t_s) - self.track.lean * self.lean_deg(t_s) - self.params.standing_obliquity_deg
        )

    def imu(self, placement: Placement) -> Array:
        """Return the samples (n, 6) of the sensor."""
        motion, way = self.runner.motion(placement, self.t_s), self._speed.distance(self.t_s)
        force, rates, velocity = motion.acceleration_mps2, motion.rates_radps, motion.velocity_mps
        if placement is Placement.SACRUM:
            turn, lean = self.turn_radps(self.t_s), -self.track.lean * np.radians(self.lean_deg(self.t_s))
            aside, above = force[:, 1].copy(), force[:, 2].copy()
            force[:, 0] += way.bend - 2.0 * turn * velocity[:, 1]
            force[:, 1] = np.cos(lean) * aside - np.sin(lean) * above + way.rate * turn + 2.0 * turn * velocity[:, 0]
            force[:, 2] = np.sin(lean) * aside + np.cos(lean) * above
            motion.angles_rad[:, 0] += lean
            rates[:, 0] += np.gradient(lean, self.t_s)
            rates[:, 2] += turn + np.where(self.t_s > SPIN_FROM_S, self._spin_radps, 0.0)
        else:
            bent = self.track.curvature(motion.position_m[:, 0])
            force[:, 0] -= 2.0 * bent * velocity[:, 0] * velocity[:, 1]
            force[:, 1] += bent * velocity[:, 0] ** 2
            rates[:, 2] += bent * velocity[:, 0]
        samples = motion.imu()
        if placement is Placement.SACRUM:
            samples[:, 5] += self._yaw_bias_radps
        if self.params.errors is None:
            return samples
        flawed = FlawedImu(self.params.errors, self.params.seed, placement, self.params.mounts_deg.get(placement))
        return flawed.sense(samples, self.t_s, self.rate_hz, 0)

    def motion_blocks(self, placements: list[Placement], from_s: float = 0.0) -> list[SampleBlock]:
        """Return blocks of ten samples of each sensor, in the order of their last samples."""
        t_ns = np.round(self.t_s * NS_PER_S).astype(np.int64)
        out = []
        for placement in placements:
            values = self.imu(placement)
            for a in range(int(from_s * self.rate_hz), len(t_ns), PACKET):
                here = slice(a, a + PACKET)
                out.append(SampleBlock(placement.value, placement, IMU6, t_ns[here], values[here], self.rate_hz))
        return in_order(out)

    def speed_blocks(self, placement: Placement, share: float = 1.0) -> list[SampleBlock]:
        """Return the speed once a second from a pod (`Placement.FOOT`) or a treadmill, `share` of the true one."""
        seconds = np.arange(0.3, self.t_s[-1])
        values = share * self._speed.distance(seconds).rate
        return [
            SampleBlock(
                "speed",
                placement,
                (Quantity.SPEED_MPS,),
                np.array([round(t * NS_PER_S)], dtype=np.int64),
                np.array([[mps]]),
            )
            for t, mps in zip(seconds.tolist(), values.tolist(), strict=True)
        ]
