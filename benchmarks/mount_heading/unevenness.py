"""How accurately the asymmetry of other runners predicts a heading: generalised least squares, each person left out.

What mirror symmetry excludes (of the force: forward and up in odd harmonics of the stride, sideways in even ones; of
the rate: nodding in odd, roll and yaw in even ones) comes from a turned sensor or an asymmetric runner. How asymmetric
people are in each is learned from the others, as a covariance: `shared` is the share of its correlations that is kept
(which lowers the error bound only as far as new people are asymmetric in the same ways). 0 is the usual bound: every
harmonic of every channel independent.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np

from benchmarks.mount_heading.candidates import found_deg
from benchmarks.mount_heading.runs import PHASES, Array, Run

HARMONICS = (6, 8, 12)
SHARED = (0.0, 0.5, 0.9)
FLOOR = 0.01
"""Minimum standard deviation, as a share of the whole motion."""
ROLL_SD_RAD = math.radians(3.0)
"""SD of the roll between mean force and the pelvis's neutral position (these runners stand up to 2.5 deg oblique)."""


@dataclass(frozen=True)
class Uneven:
    """Asymmetric part of a mean stride, and what a radian of yaw and of roll adds to it; real and imaginary parts."""

    person: str
    seen: Array
    by_yaw: Array
    by_roll: Array


def uneven(run: Run, harmonics: int) -> Uneven:
    """Return the asymmetric part of the mean stride, with the phase of the vertical force at step frequency.

    Force and angular rate are each scaled to size one.
    """
    cut = np.array(run.strides)
    x, y, z = cut[..., :3].mean(axis=(0, 1))
    up = np.array([x, y, z]) / math.sqrt(x * x + y * y + z * z)
    left = np.array([0.0, 1.0, 0.0]) - up[1] * up
    left /= np.linalg.norm(left)
    axes = np.stack([np.cross(left, up), left, up])
    level = np.concatenate([cut[..., :3] @ axes.T, cut[..., 3:] @ axes.T], axis=-1).mean(axis=0)
    order = np.arange(1, harmonics + 1)
    spectrum = np.fft.rfft(level, axis=0)[order] / (2 * PHASES)
    spectrum *= np.exp(-0.5j * np.angle(spectrum[1, 2]) * order)[:, None]
    # Half a stride remains ambiguous: the leftward force at stride frequency leads by 110-170 deg in everyone.
    if (spectrum[0, 1] * np.exp(1j * math.radians(140.0))).real < 0.0:
        spectrum[::2] *= -1.0
    fx, fy, fz = (spectrum[:, :3] / np.linalg.norm(spectrum[:, :3])).T
    wx, wy, wz = (spectrum[:, 3:] / np.linalg.norm(spectrum[:, 3:])).T
    none = np.zeros(harmonics)
    odd = (order % 2 == 1)[:, None]

    def parts(in_odd: list[Array], in_even: list[Array]) -> Array:
        forbidden = np.where(odd, np.stack(in_odd, axis=1), np.stack(in_even, axis=1)).ravel()
        return np.concatenate([forbidden.real, forbidden.imag])

    return Uneven(
        run.person,
        parts([fx, fz, wy], [fy, wx, wz]),
        parts([-fy, none, wx], [fx, -wy, none]),
        parts([none, fy, -wz], [-fz, none, wy]),
    )


def heading_deg(one: Uneven, others: list[Uneven], shared: float) -> tuple[float, float]:
    """Return the heading of one run in deg, and its standard deviation if new people are like the others."""
    of_person = Counter(other.person for other in others)
    seen = np.stack([other.seen / math.sqrt(of_person[other.person]) for other in others])
    alone = (seen**2).mean(axis=0) * len(seen) / len(of_person)
    half = len(alone) // 2
    alone = np.tile(0.5 * (alone[:half] + alone[half:]), 2)
    covariance = shared * seen.T @ seen / len(of_person) + np.diag((1.0 - shared) * alone + FLOOR**2)
    moved = np.stack([one.by_yaw, one.by_roll], axis=1)
    weighted = np.linalg.solve(covariance, moved)
    information = moved.T @ weighted + np.diag([0.0, ROLL_SD_RAD**-2])
    yaw, _ = np.linalg.solve(information, weighted.T @ one.seen)
    return math.degrees(yaw), math.degrees(math.sqrt(np.linalg.inv(information)[0, 0]))


@dataclass(frozen=True)
class Rule:
    """One way to estimate the heading; `halved`: averaged with the plane of symmetry."""

    harmonics: int
    shared: float
    halved: bool

    def __str__(self) -> str:
        return f"to harmonic {self.harmonics:2d}, shared {self.shared:.1f}{', mean with found' if self.halved else ''}"


class Rules:
    """Every rule on every run, learned from other people than that runner (and `without`)."""

    def __init__(self, every: list[Run]) -> None:
        self._every = every
        self._uneven = {k: [uneven(run, k) for run in every] for k in HARMONICS}
        self.found = [found_deg(run.strides) for run in every]
        self.scored = [n for n, run in enumerate(every) if run.counts]
        self.people = sorted({every[n].person for n in self.scored})
        self.all = [Rule(k, share, half) for half in (False, True) for k in HARMONICS for share in SHARED]

    def heading(self, rule: Rule, n: int, without: str = "") -> tuple[float, float]:
        """Return the heading of run n in deg, and the standard deviation that the rule expects."""
        every = self._uneven[rule.harmonics]
        others = [other for other in every if other.person not in (every[n].person, without)]
        heading, deviation = heading_deg(every[n], others, rule.shared)
        return (0.5 * (heading + self.found[n]) if rule.halved else heading), deviation

    def errors(self, rule: Rule | None, without: str = "") -> dict[int, float]:
        """Return the error of every scored run in deg; None is the plane of symmetry."""
        runs = [n for n in self.scored if self._every[n].person != without]
        return {n: self.found[n] if rule is None else self.heading(rule, n, without)[0] for n in runs}

    def chosen(self) -> dict[int, float]:
        """Return the errors when each person gets the rule that is best on the others, or the plane of symmetry."""
        out = {}
        for person in self.people:
            best = min([None, *self.all], key=lambda rule: self.over_people(self.errors(rule, person)))
            out.update({n: e for n, e in self.errors(best).items() if self._every[n].person == person})
        return out

    def over_people(self, errors: dict[int, float]) -> float:
        """Return the root mean square with equal weight for each person."""
        of_person = defaultdict(list)
        for n, error in errors.items():
            of_person[self._every[n].person].append(error)
        return _rms([_rms(each) for each in of_person.values()])


def table(every: list[Run], per_degree: dict[str, float]) -> str:
    """Format the RMS errors of all rules, and the resulting left-right error of the drop (`per_degree` of heading)."""
    rules = Rules(every)

    def row(name: str, errors: dict[int, float], expected: float = math.nan) -> str:
        cost = [
            per_degree[every[n].recorded.name] * e for n, e in errors.items() if every[n].recorded.name in per_degree
        ]
        figures = (expected, _rms(list(errors.values())), rules.over_people(errors), _rms(cost))
        cells = " ".join(f"{figure:10.2f}" for figure in figures)
        return f"{name:44s} {cells}".replace("nan", "  -")

    lines = [f"{'':44s} {'expected':>10s} {'recordings':>10s} {'people':>10s} {'left-right':>10s}"]
    lines.append(row("found (plane of symmetry)", rules.errors(None)))
    for rule in rules.all:
        expected = float(np.median([rules.heading(rule, n)[1] for n in rules.scored]))
        lines.append(row(str(rule), rules.errors(rule), math.nan if rule.halved else expected))
    lines.append(row("the rule best on the other people", rules.chosen()))
    return "\n".join(lines)


def _rms(values: list[float]) -> float:
    return math.sqrt(float(np.mean(np.square(values))))
