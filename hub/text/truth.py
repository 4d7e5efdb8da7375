"""The demo's self-check: what the hub measured compared with what the virtual runner really did."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from drivers.virtual.runner import TruthStep, VirtualRunner
from dsp.records import Side, Step
from dsp.signals import NS_PER_S
from hub.text.summary_text import row

NAME = "against ground truth"
"""Heading of the comparison; only a virtual runner's true values are known."""
MATCH_S = 0.1
"""A step found within this of a true one matches it: steps are at least 0.3 s apart."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Steps and mean differences, measured minus true; None where not measured.

    true        steps of the virtual runner
    found       true steps that were detected
    extra       detections that match no true step, or one already matched
    wrong_side  matched detections on the wrong side
    """

    true: int
    found: int
    extra: int
    wrong_side: int
    cadence_spm: float | None
    drop_left_deg: float | None
    drop_right_deg: float | None


def compare(steps: Sequence[Step], runner: VirtualRunner, epoch_ns: int) -> Comparison:
    """Match detected steps with all true ones up to the last detection; `epoch_ns` is the runner's time 0."""
    if not steps:
        return Comparison(0, 0, 0, 0, None, None, None)
    times_s = [(step.t_ns - epoch_ns) / NS_PER_S for step in steps]
    truth = runner.truth_steps(0.0, times_s[-1] + MATCH_S)
    pairs = [
        (step, true) for step, t_s in zip(steps, times_s, strict=True) if (true := _nearest(truth, t_s)) is not None
    ]
    return Comparison(
        true=len(truth),
        found=len({true.ic_s for _step, true in pairs}),
        extra=len(steps) - len({true.ic_s for _step, true in pairs}),
        wrong_side=sum(step.side not in (None, true.side) for step, true in pairs),
        cadence_spm=_cadence_difference_spm(pairs),
        drop_left_deg=_drop_difference_deg(pairs, Side.LEFT),
        drop_right_deg=_drop_difference_deg(pairs, Side.RIGHT),
    )


def comparison_text(one: Comparison) -> str:
    """Return the comparison in words, two or three lines of a summary."""
    if not one.true:
        return row(NAME, "no steps were found, so there is nothing to compare")
    off = [
        f"{words} {_signed(value, unit)}"
        for words, value, unit in (
            ("cadence", one.cadence_spm, ""),
            ("hip drop on left leg", one.drop_left_deg, "°"),
            ("on right leg", one.drop_right_deg, "°"),
        )
    ]
    return row(NAME, f"{_steps(one)}; off by: {', '.join(off)}")


def _steps(one: Comparison) -> str:
    wrong = [f"{one.extra} false"] if one.extra else []
    wrong += [f"{one.wrong_side} on the wrong side"] if one.wrong_side else []
    return ", ".join([f"{one.found} of {one.true} steps found", *wrong])


def _nearest(truth: Sequence[TruthStep], t_s: float) -> TruthStep | None:
    at = bisect_left(truth, t_s, key=lambda true: true.ic_s)
    near = min(truth[max(0, at - 1) : at + 1], key=lambda true: abs(true.ic_s - t_s), default=None)
    return near if near is not None and abs(near.ic_s - t_s) <= MATCH_S else None


def _cadence_difference_spm(pairs: Sequence[tuple[Step, TruthStep]]) -> float | None:
    """Return the difference in mean steps per minute from the first to the last match, each on its own clock."""
    if len(pairs) < 2:
        return None
    (first, first_true), (last, last_true) = pairs[0], pairs[-1]
    measured_s, true_s = (last.t_ns - first.t_ns) / NS_PER_S, last_true.ic_s - first_true.ic_s
    return 60 * (len(pairs) - 1) * (1 / measured_s - 1 / true_s)


def _drop_difference_deg(pairs: Sequence[tuple[Step, TruthStep]], side: Side) -> float | None:
    differences = [
        step.drop_excursion_deg - true.drop_excursion_deg
        for step, true in pairs
        if true.side is side and step.side is side and step.drop_excursion_deg is not None
    ]
    return fmean(differences) if differences else None


def _signed(value: float | None, unit: str) -> str:
    return "not measured" if value is None else f"{value:+.2f}{unit}"
