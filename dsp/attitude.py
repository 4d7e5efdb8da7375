"""Pelvis angles at sample rate: obliquity, tilt and rotation from the up direction and the yaw rate."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dsp.drop import obliquity_rad
from dsp.mount import Mount
from dsp.orientation import Vector
from dsp.records import Attitude
from dsp.signals import NS_PER_S
from dsp.trace import Trace


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

    def run(self, trace: Trace, start: int, stop: int, mount: Mount | None, bias: Vector) -> list[Attitude]:
        """One record per sample from index `start` to `stop`; `bias` of the gyro, rad/s, sensor axes."""
        out: list[Attitude] = []
        t_s, (up_x, up_y, up_z), axes = trace.t_s, trace.up, trace.axes
        for k in range(start, stop):
            t, ux, uy, uz = t_s[k], up_x[k], up_y[k], up_z[k]
            dt = min(t - self._before_s, self._p.memory_s)
            self._before_s = t
            rate = ux * (axes[3][k] - bias[0]) + uy * (axes[4][k] - bias[1]) + uz * (axes[5][k] - bias[2])
            share = dt / self._p.memory_s
            self._turned += rate * dt - share * self._turned
            self._mean += share * (self._turned - self._mean)
            stamp = round(t * NS_PER_S)
            if mount is None:
                out.append(Attitude(stamp, None, None, None))
                continue
            fx, fy, fz = mount.forward
            vx, vy, vz = mount.up
            tilt = math.atan2(-(ux * fx + uy * fy + uz * fz), ux * vx + uy * vy + uz * vz)
            out.append(
                Attitude(
                    stamp,
                    math.degrees(obliquity_rad(mount, ux, uy, uz)),
                    math.degrees(tilt),
                    math.degrees(self._turned - self._mean),
                )
            )
        return out
