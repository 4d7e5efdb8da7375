"""Pelvis angles at sample rate: obliquity, tilt and rotation from the up direction and the yaw rate.

Of sensors whose samples are averaged in groups, angles between the groups lie on a straight line: over 10 ms a pelvis
bends away from it by less than 0.02 deg.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from dsp.drop import obliquity_rad
from dsp.mount import Mount
from dsp.orientation import Vector
from dsp.records import Attitude
from dsp.signals import NS_PER_S
from dsp.trace import Trace

Angles = tuple[float, float, float]
_NONE = (None, None, None)


@dataclass(frozen=True, slots=True)
class AttitudeParams:
    """memory_s: rotation keeps nothing slower than this; a stride takes 0.6-0.8 s, a bend of a track 10 s or more."""

    memory_s: float = 4.0


class AttitudeStage:
    """Turns the newest samples of a trace into `Attitude` records."""

    def __init__(self, params: AttitudeParams | None = None) -> None:
        self._p = params or AttitudeParams()
        self._before_s = 0.0
        self._turned = 0.0
        self._mean = 0.0
        self._before: Angles | None = None

    def run(self, trace: Trace, start: int, stop: int, mount: Mount | None, bias: Vector, group: int) -> list[Attitude]:
        """Records of the samples from index `start` to `stop`, `group` raw samples each; gyro `bias` in rad/s."""
        out: list[Attitude] = []
        t_s, (up_x, up_y, up_z), axes = trace.t_s, trace.up, trace.axes
        # Where the raw samples since the last group lie between it and this one.
        shares = [(k + (0.5 if group % 2 == 0 else 1.0)) / group for k in range(group)]
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
            if k == 0 or group == 1:
                out.append(Attitude(round(t * NS_PER_S), *(now or _NONE)))
                continue
            for part in shares:
                stamp = round((before_s + part * (t - before_s)) * NS_PER_S)
                if now is None or before is None:
                    out.append(Attitude(stamp, *_NONE))
                else:
                    out.append(Attitude(stamp, *(b + part * (n - b) for b, n in zip(before, now, strict=True))))
        return out

    def _angles(self, mount: Mount | None, ux: float, uy: float, uz: float) -> Angles | None:
        """Obliquity, tilt and rotation now, deg."""
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
