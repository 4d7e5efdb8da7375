"""Pelvis angles at sample rate: obliquity, tilt and rotation from the up direction and the yaw rate.

For sensors whose samples are averaged in groups, angles between the groups are interpolated linearly: over 10 ms a
pelvis deviates from that by less than 0.02 deg.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from dsp.gait.drop import obliquity_rad
from dsp.orientation.mount import Mount
from dsp.records import Attitude
from dsp.samples.channels import Channels
from dsp.samples.intake import NEVER_NS
from dsp.samples.trace import Trace
from dsp.signals import IMU6, NEVER_S, NS_PER_S, SampleBlock, Vector

Angles = tuple[float, float, float]
_NONE = (None, None, None)

TIMESTAMP_SLACK_NS = 1_000
"""Times in the trace are float seconds: a sample's own timestamp may be this much later."""

JOIN_S = 0.05
"""Longest gap that is interpolated; samples in a longer one get no angles."""

_SIX = Channels(np.ones(len(IMU6), dtype=np.bool_))


@dataclass(frozen=True, slots=True)
class AttitudeParams:
    """`memory_s`: slower rotation is removed; a stride takes 0.6-0.8 s, a bend of a track 10 s or more."""

    memory_s: float = 4.0


class AttitudeStage:
    """Turns the newest samples of a trace into `Attitude` records.

    A sensor whose rates fail for longer than `alone_s` continues without them, as its intake does. One with a missing
    force axis gives steps, but no records at all: two axes do not determine how it leans.
    """

    def __init__(self, alone_s: float, params: AttitudeParams | None = None) -> None:
        self._p = params or AttitudeParams()
        self._alone_ns = round(alone_s * NS_PER_S)
        self._before_s = NEVER_S
        self._turned = 0.0
        self._mean = 0.0
        self._before: Angles | None = None
        self._due: deque[int] = deque()
        self._rates_ns = NEVER_NS

    def take(self, block: SampleBlock) -> None:
        """Note the timestamps of the sensor's own samples: one record is due for each usable one."""
        t_ns, values = block.t_ns.tolist(), block.values
        if block.layout == IMU6 and _SIX.whole(values):
            self._due.extend(t_ns)
            self._rates_ns = t_ns[-1]
            return
        six = np.full((len(t_ns), len(IMU6)), np.nan)
        for k, quantity in enumerate(IMU6):
            if quantity in block.layout:
                six[:, k] = values[:, block.layout.index(quantity)]
        forces, wholes = _SIX.good(six)
        for stamp, force, whole in zip(t_ns, forces.tolist(), wholes.tolist(), strict=True):
            if whole:
                self._rates_ns = stamp
            # Without rates it counts as lost, until the sensor is treated as one without a gyroscope.
            if whole or (force and stamp - self._rates_ns > self._alone_ns):
                self._due.append(stamp)

    def run(self, trace: Trace, start: int, stop: int, mount: Mount | None, bias: Vector) -> list[Attitude]:
        """Return records for the samples from index `start` up to `stop` - 1 of the trace; gyroscope `bias` in rad/s.

        The trace may hold averages of several samples: angles between them are interpolated linearly, which at 95 Hz
        and more is accurate to 0.05 deg.
        """
        out: list[Attitude] = []
        t_s, (up_x, up_y, up_z), axes = trace.t_s, trace.up, trace.axes
        for k in range(start, stop):
            t, ux, uy, uz = t_s[k], up_x[k], up_y[k], up_z[k]
            before_s, before = self._before_s, self._before
            dt = min(t - before_s, self._p.memory_s)
            self._before_s = t
            rate = ux * (axes[3][k] - bias[0]) + uy * (axes[4][k] - bias[1]) + uz * (axes[5][k] - bias[2])
            share = dt / self._p.memory_s
            self._turned += rate * dt - share * self._turned
            self._mean += share * (self._turned - self._mean)
            self._before = now = self._angles(mount, ux, uy, uz)
            until_ns = round(t * NS_PER_S) + TIMESTAMP_SLACK_NS
            while self._due and self._due[0] <= until_ns:
                stamp = self._due.popleft()
                if now is None or before is None or dt > JOIN_S:
                    fresh = t - stamp / NS_PER_S < JOIN_S
                    out.append(Attitude(stamp, *(now if now and fresh else _NONE)))
                    continue
                part = min(1.0, max(0.0, (stamp / NS_PER_S - before_s) / (t - before_s)))
                out.append(Attitude(stamp, *(b + part * (n - b) for b, n in zip(before, now, strict=True))))
        return out

    def finish(self) -> list[Attitude]:
        """Return records for the last samples, fewer than one average: the angles stay as they were."""
        rest = [Attitude(stamp, *(self._before or _NONE)) for stamp in self._due]
        self._due.clear()
        return rest

    def _angles(self, mount: Mount | None, ux: float, uy: float, uz: float) -> Angles | None:
        """Return obliquity, tilt and rotation now, deg."""
        if mount is None:
            return None
        fx, fy, fz = mount.forward
        vx, vy, vz = mount.up
        tilt = math.atan2(-(ux * fx + uy * fy + uz * fz), ux * vx + uy * vy + uz * vz)
        return (
            math.degrees(obliquity_rad(mount, ux, uy, uz)),
            math.degrees(tilt),
            math.degrees(self._turned - self._mean),
        )
