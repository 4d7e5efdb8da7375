"""Speed and heart rate as closed-form functions of time, so that evaluating any time costs the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from drivers.virtual.spline import Curve, Floats, smooth, smooth_area, smooth_slope


@dataclass(frozen=True, slots=True)
class SpeedProfile:
    """Speed that changes smoothly.

    changes  (time in s, new speed in m/s), times increasing; 0 m/s before the first
    ramp_s   duration of each change
    """

    changes: tuple[tuple[float, float], ...]
    ramp_s: float

    def _jumps(self) -> list[tuple[float, float]]:
        before = 0.0
        jumps: list[tuple[float, float]] = []
        for at_s, speed in self.changes:
            jumps.append((at_s, speed - before))
            before = speed
        return jumps

    def distance(self, t_s: Floats) -> Curve:
        """Return distance in m, speed in m/s and acceleration in m/s2 at `t_s` (n,)."""
        total = Curve(np.zeros_like(t_s), np.zeros_like(t_s), np.zeros_like(t_s))
        for at_s, jump in self._jumps():
            u = (t_s - at_s) / self.ramp_s
            total = Curve(
                total.value + jump * self.ramp_s * smooth_area(u),
                total.rate + jump * smooth(u),
                total.bend + jump / self.ramp_s * smooth_slope(u),
            )
        return total


@dataclass(frozen=True, slots=True)
class HeartRate:
    """First-order response to speed, with a slow rise while running.

    Our assumptions: a time constant of 30-60 s at the onset of moderate exercise, and a slow drift upwards.

    rest_bpm          heart rate while standing
    bpm_per_mps       steady-state increase per m/s
    tau_s             time constant
    drift_bpm_per_min upward drift while running
    """

    speed: SpeedProfile
    rest_bpm: float = 66.0
    bpm_per_mps: float = 29.0
    tau_s: float = 40.0
    drift_bpm_per_min: float = 0.15

    def at(self, t_s: Floats) -> Curve:
        """Return beats since 0 s and rate in beats/s at `t_s` (n,); the second derivative is unused and zero."""
        beats, rate = self.rest_bpm * t_s, np.full_like(t_s, self.rest_bpm)
        before = 0.0
        for at_s, speed in self.speed.changes:
            since = np.maximum(t_s - at_s, 0.0)
            rise = 1 - np.exp(-since / self.tau_s)
            gain = (speed - before) * self.bpm_per_mps
            rate = rate + gain * rise
            beats = beats + gain * (since - self.tau_s * rise)
            on = (1.0 if speed > 0 else 0.0) - (1.0 if before > 0 else 0.0)
            rate = rate + on * self.drift_bpm_per_min / 60 * since
            beats = beats + on * self.drift_bpm_per_min / 120 * since**2
            before = speed
        return Curve(beats / 60, rate / 60, np.zeros_like(t_s))

    def beats_s(self, from_s: float, to_s: float) -> Floats:
        """Return the times of the beats in [from_s, to_s), with respiratory arrhythmia of about 10 ms, (n,)."""
        low, high = self.at(np.array([from_s - 2.0, to_s + 2.0])).value
        number = np.arange(np.ceil(low), np.floor(high) + 1)
        grid = np.arange(from_s - 3.0, to_s + 3.0, 0.05)
        times = np.interp(number, self.at(grid).value, grid) + 0.010 * np.sin(2 * np.pi * number / 7.3)
        return np.asarray(times[(times >= from_s) & (times < to_s)])
