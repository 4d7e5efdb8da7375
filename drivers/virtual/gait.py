"""Timing of contacts and toe-offs: a reproducible sequence of steps, and the gait phase derived from it."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass, fields

import numpy as np

from drivers.virtual.params import RunnerParams
from drivers.virtual.physiology import SpeedProfile
from drivers.virtual.spline import Curve, Floats, monotone, smooth
from dsp.records import Side

_CHUNK = 64
_KEPT_CHUNKS = 8
FIRST_CONTACT_DELAY_S = 0.7
_STEP_STREAM = 11


@dataclass(frozen=True, slots=True)
class Steps:
    """Consecutive steps as arrays of equal length; step `first + i` is row i.

    ic_s       time of initial contact
    step_s     step time: until the next contact of the other foot
    contact_s  ground contact time: until this foot's toe-off
    left       +1 left stance, -1 right stance
    drop_deg   target drop excursion in this stance, including step noise
    other_deg  mean target drop excursion of the other side, without noise
    vigour     relative size of this step's other movements (1 +- a few %)
    shock      relative size of this step's impact
    strike_deg deviation of the foot's strike angle
    """

    ic_s: Floats
    step_s: Floats
    contact_s: Floats
    left: Floats
    drop_deg: Floats
    other_deg: Floats
    vigour: Floats
    shock: Floats
    strike_deg: Floats


class StepSchedule:
    """All steps of a run, numbered from 0.

    Steps with numbers below 0 and after the stop are never taken: they only continue the phase. Steps are drawn in
    chunks that are discarded and redrawn on demand; only the start time of each chunk is kept (8 bytes for 64 steps).
    """

    def __init__(self, params: RunnerParams, speed: SpeedProfile) -> None:
        self._params = params
        self._speed = speed
        self._starts_s: list[float] = [params.standing_s + FIRST_CONTACT_DELAY_S]
        self._chunks: OrderedDict[int, Steps] = OrderedDict()
        self._first_left = float(np.random.default_rng([params.seed, _STEP_STREAM]).integers(2)) * 2 - 1
        self._wander = np.random.default_rng([params.seed, _STEP_STREAM, 1]).uniform(0, 2 * np.pi, 6)

    @property
    def first_side(self) -> Side:
        """The foot of step 0."""
        return Side.LEFT if self._first_left > 0 else Side.RIGHT

    def fatigue(self, t_s: Floats) -> Floats:
        """Return the fatigue at `t_s` (n,): 0 fresh ... 1 fully tired."""
        params = self._params
        return np.clip((t_s - params.tires_from_s) / max(params.tires_over_s, 1e-9), 0.0, 1.0)

    def cadence_spm(self, t_s: Floats) -> Floats:
        """Return the intended steps per minute at `t_s` (n,), with ramp-up, slow variation and fatigue."""
        params = self._params
        started = smooth((t_s - params.standing_s) / params.ramp_s)
        a, b = self._wander[:2]
        wander = 0.003 * np.sin(2 * np.pi * t_s / 47 + a) + 0.002 * np.sin(2 * np.pi * t_s / 113 + b)
        tired = 1 + params.tired_cadence_pct / 100 * self.fatigue(t_s)
        return np.asarray(params.cadence_spm * (0.95 + 0.05 * started) * (1 + wander) * tired)

    def _contact_s(self, t_s: Floats, step_s: Floats) -> Floats:
        """Return the mean contact time, which varies as speed^-0.55 (as seen in RBDS subject 41).

        That subject: 290, 244, 210 ms at 2.5, 3.5, 4.5 m/s.
        """
        params = self._params
        whole_s = 60 / params.cadence_spm
        usual_s = params.contact_s or 0.25 * (3.0 / params.speed_mps) ** 0.55 * (whole_s * 170 / 60) ** 0.6
        pace = np.clip(self._speed.distance(t_s).rate / params.speed_mps, 0.7, 2.0)
        tired = 1 + params.tired_contact_pct / 100 * self.fatigue(t_s)
        return np.asarray(usual_s * pace**-0.55 * (step_s / whole_s) ** 0.6 * tired)

    def _drops_deg(self, t_s: Floats, left: Floats) -> Floats:
        """Return the mean drop excursion at `t_s` of a stance on the left (+1) or right (-1) leg."""
        params = self._params
        a, b, c, d = self._wander[2:]
        slow = np.where(left > 0, np.sin(2 * np.pi * t_s / 83 + a), np.sin(2 * np.pi * t_s / 97 + b))
        slower = np.where(left > 0, np.sin(2 * np.pi * t_s / 211 + c), np.sin(2 * np.pi * t_s / 241 + d))
        mean = params.drop_excursion_deg + 0.5 * params.drop_asymmetry_deg * left
        tired = np.where((left > 0) == (params.tired_side is Side.LEFT), params.tired_drop_deg * self.fatigue(t_s), 0.0)
        return np.asarray(mean + 0.5 * params.drop_wander_deg * (slow + slower) + tired)

    def _draw(self, chunk: int) -> Steps:
        params = self._params
        start_s = self._starts_s[chunk]
        rng = np.random.default_rng([params.seed, _STEP_STREAM, 2, chunk])
        noise = np.clip(rng.standard_normal((6, _CHUNK)), -3, 3)
        number = np.arange(chunk * _CHUNK, (chunk + 1) * _CHUNK)
        left = self._first_left * np.where(number % 2 == 0, 1.0, -1.0)
        nominal_s = start_s + np.arange(_CHUNK) * 60 / self.cadence_spm(np.array([start_s]))
        step_s = 60 / self.cadence_spm(nominal_s) * (1 + params.step_time_cv * noise[0] + params.step_asymmetry * left)
        ic_s = start_s + np.concatenate([[0.0], np.cumsum(step_s)[:-1]])
        contact_s = self._contact_s(ic_s, step_s) + params.contact_sd_s * noise[1]
        return Steps(
            ic_s=ic_s,
            step_s=step_s,
            contact_s=np.clip(contact_s, 0.45 * step_s, 0.88 * step_s),
            left=left,
            drop_deg=self._drops_deg(ic_s, left) + params.drop_sd_deg * noise[2],
            other_deg=self._drops_deg(ic_s, -left),
            vigour=1 + 0.04 * noise[3],
            shock=np.clip(1 + 0.25 * noise[4], 0.3, 1.8),
            strike_deg=2.5 * noise[5],
        )

    def _chunk(self, chunk: int) -> Steps:
        if chunk in self._chunks:
            self._chunks.move_to_end(chunk)
            return self._chunks[chunk]
        while len(self._starts_s) <= chunk:
            last = self._draw(len(self._starts_s) - 1)
            self._starts_s.append(float(last.ic_s[-1] + last.step_s[-1]))
        steps = self._draw(chunk)
        if len(self._starts_s) == chunk + 1:
            self._starts_s.append(float(steps.ic_s[-1] + steps.step_s[-1]))
        self._chunks[chunk] = steps
        if len(self._chunks) > _KEPT_CHUNKS:
            self._chunks.popitem(last=False)
        return steps

    def number_at(self, t_s: float) -> int:
        """Return the number of the last step that began at or before `t_s`; negative before the first."""
        first = self._chunk(0)
        if t_s < first.ic_s[0]:
            return math.floor((t_s - float(first.ic_s[0])) / float(first.step_s[0]))
        while self._starts_s[-1] <= t_s:
            self._chunk(len(self._starts_s) - 1)
        chunk = bisect_right(self._starts_s, t_s) - 1
        return chunk * _CHUNK + int(np.searchsorted(self._chunk(chunk).ic_s, t_s, side="right")) - 1

    def steps(self, first: int, stop: int) -> Steps:
        """Return steps `first` ... `stop` - 1."""
        number = np.arange(max(first, 0), max(stop, 1))
        chunks = range(int(number[0]) // _CHUNK, int(number[-1]) // _CHUNK + 1)
        parts = [self._chunk(chunk) for chunk in chunks]
        rows = number - chunks[0] * _CHUNK
        known = [np.concatenate([getattr(part, f.name) for part in parts])[rows] for f in fields(Steps)]
        before = np.arange(first, min(stop, 0))
        if not len(before):
            return Steps(*known)
        zero = self.steps(0, 1)
        lead = {f.name: np.repeat(getattr(zero, f.name), len(before)) for f in fields(Steps)}
        lead["ic_s"] = zero.ic_s[0] + before * zero.step_s[0]
        lead["left"] = self._first_left * np.where(before % 2 == 0, 1.0, -1.0)
        tail = known if stop > 0 else [values[:0] for values in known]
        return Steps(*(np.concatenate([lead[f.name], values]) for f, values in zip(fields(Steps), tail, strict=True)))

    @property
    def taken(self) -> float:
        """Number of steps taken before the runner stands again; infinity if they never stop."""
        stop_s = self._params.stops_at_s
        return math.inf if stop_s is None else float(max(self.number_at(stop_s) + 1, 0))

    def running(self, phase: Floats) -> Floats:
        """Return 0 (standing) ... 1 (running) at step phases (n,), with transitions at the first and last contact."""
        return smooth(0.5 * (phase + 1)) * (1 - smooth(0.5 * (phase - self.taken + 2)))

    def phase(self, t_s: Floats) -> Curve:
        """Return the fractional number of steps since the first contact, with derivatives, at increasing `t_s` (n,)."""
        first, stop = self.number_at(float(t_s[0])) - 2, self.number_at(float(t_s[-1])) + 4
        return monotone(t_s, self.steps(first, stop).ic_s, np.arange(first, stop, dtype=np.float64))
