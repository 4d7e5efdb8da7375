"""A simulated runner made of steps and seconds: the output of sensor fusion, without sensors.

White step-to-step noise is that of real runners (drop 0.6 deg, of 0.3-0.8 observed in 24 runner-sides; contact 8 ms,
step time 1.2 %). Slow wander is an Ornstein-Uhlenbeck process with a time constant of five minutes: `wander_deg` for
drop, which is unknown for real runners; 3.7 ms, 1.5 steps/min and 0.1 m/s for contact, cadence and speed here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from scipy.signal import lfilter

from dsp.guidance import Guidance, GuidanceParams
from dsp.records import Metric, Record, Side, Step
from dsp.runner.history import PastRun
from dsp.signals import NS_PER_S, Placement

WANDER_TAU_S = 300.0


@dataclass(frozen=True)
class Habit:
    """A runner: means of many runs, and the spread between runs."""

    speed_mps: float = 2.8
    cadence_spm: float = 168.0
    drop_deg: tuple[float, float] = (5.2, 4.6)
    contact_ms: float = 245.0
    speed_sd: float = 0.12
    cadence_sd: float = 1.5
    drop_sd: float = 0.25


@dataclass(frozen=True)
class Change:
    """A change of the left leg in mid-run: a slope (drop) or a jump (contact, drop), from `at_s` on."""

    at_s: float = math.inf
    drop_deg_per_min: float = 0.0
    drop_most_deg: float = 20.0
    contact_jump_ms: float = 0.0
    drop_jump_deg: float = 0.0


@dataclass
class SimulatedRun:
    """One run of a runner; iterating yields its seconds."""

    habit: Habit
    seed: int
    seconds: int = 3600
    wander_deg: float = 0.15
    change: Change = field(default_factory=Change)
    hills: bool = False

    def __post_init__(self) -> None:
        rng = np.random.default_rng([self.seed, 77])
        h, n = self.habit, self.seconds
        self._rng = rng
        self.speed = h.speed_mps + rng.normal(0, h.speed_sd) + wander(rng, n, 0.10)
        slope = 9.4
        self.cadence = (
            h.cadence_spm + rng.normal(0, h.cadence_sd) + slope * (self.speed - h.speed_mps) + wander(rng, n, 1.5)
        )
        offset = rng.normal(0, h.drop_sd)
        self.drop = [d + offset + rng.normal(0, 0.5 * h.drop_sd) + wander(rng, n, self.wander_deg) for d in h.drop_deg]
        both = wander(rng, n, 3.3) - 40.0 * (self.speed - h.speed_mps)
        self.contact = [h.contact_ms + both + s * 2.0 + wander(rng, n, 1.7) for s in (1.0, -1.0)]
        self.incline = 3.0 * np.sin(np.arange(n) / 240.0) if self.hills else np.zeros(n)
        self.distance_m = np.cumsum(self.speed)

    def __iter__(self) -> Iterator[tuple[int, list[Step], list[Metric]]]:
        """Yield (t_ns, steps of this second, its metrics)."""
        rng, change = self._rng, self.change
        t, k = 0.0, 0
        for second in range(self.seconds):
            after_min = max(0.0, second - change.at_s) / 60.0
            jumped = second >= change.at_s
            more_deg = min(change.drop_most_deg, change.drop_deg_per_min * after_min)
            more_deg += change.drop_jump_deg * jumped
            steps: list[Step] = []
            base = 60.0 / self.cadence[second]
            while t < second + 1:
                left = k % 2 == 0
                step_s = base * (1.0 + 0.012 * rng.standard_normal())
                leg = 0 if left else 1
                drop = self.drop[leg][second] + 0.6 * rng.standard_normal() + (more_deg if left else 0.0)
                contact = self.contact[leg][second] + 8.0 * rng.standard_normal()
                contact += -change.contact_jump_ms * jumped if left else 0.0
                t_ns = round(t * NS_PER_S)
                side = Side.LEFT if left else Side.RIGHT
                steps.append(
                    Step(
                        t_ns,
                        t_ns + round(contact * 1e6),
                        step_s,
                        contact,
                        1e3 * step_s - contact,
                        side,
                        None,
                        drop,
                        Placement.SACRUM,
                        Placement.SACRUM,
                        0.9,
                    )
                )
                t += step_s
                k += 1
            t_ns = (second + 1) * NS_PER_S
            yield (
                t_ns,
                steps,
                [
                    Metric(t_ns, "running", 1.0, None, 0.9),
                    Metric(t_ns, "speed_mps", float(self.speed[second] + 0.03 * rng.standard_normal()), None, 0.9),
                    Metric(t_ns, "cadence_spm", float(self.cadence[second] + 0.5 * rng.standard_normal()), None, 0.9),
                    Metric(t_ns, "incline_pct", float(self.incline[second]), None, 0.9),
                ],
            )

    def past(self, days_ago: float, onset_m: float | None = None) -> PastRun:
        """Return the history's summary of this run."""
        upto = self.seconds if onset_m is None else int(np.searchsorted(self.distance_m, onset_m)) + 1
        distance_m = float(self.distance_m[min(upto, self.seconds) - 1])
        return PastRun(
            drop_excursion_left_deg=float(self.drop[0].mean()),
            drop_excursion_right_deg=float(self.drop[1].mean()),
            cadence_spm=float(np.median(self.cadence)),
            contact_difference_ms=float((self.contact[0] - self.contact[1]).mean()),
            speed_mps=float(self.speed.mean()),
            duration_s=float(upto),
            distance_m=distance_m,
            exposure_m=distance_m,
            descent_m=float(np.sum(np.maximum(0.0, -self.incline[:upto]) * self.speed[:upto]) / 100.0),
            onset_m=onset_m,
            days_ago=days_ago,
        )


def wander(rng: np.random.Generator, n: int, sd: float) -> np.ndarray:
    """Return an Ornstein-Uhlenbeck process of `n` seconds with standard deviation `sd`."""
    keep = math.exp(-1.0 / WANDER_TAU_S)
    kicks = rng.standard_normal(n) * sd * math.sqrt(1.0 - keep * keep)
    out: np.ndarray = lfilter([1.0], [1.0, -keep], kicks, zi=[keep * sd * rng.standard_normal()])[0]
    return out


def guided(run: SimulatedRun, params: GuidanceParams) -> list[Record]:
    """Return the thresholds and cues of this run."""
    guidance = Guidance(params)
    out: list[Record] = []
    for t_ns, steps, metrics in run:
        for step in steps:
            guidance.step(step)
        out += [record for record in guidance.second(t_ns, metrics) if not isinstance(record, Metric)]
    return out


@lru_cache(maxsize=1000)
def earlier(habit: Habit, seed: int, runs: int, seconds: int, *, hills: bool) -> tuple[PastRun, ...]:
    """Return earlier pain-free runs of the same runner, one every three days."""
    return tuple(
        SimulatedRun(habit, 1000 * seed + k, seconds, hills=hills).past(days_ago=3.0 * (runs - k)) for k in range(runs)
    )
