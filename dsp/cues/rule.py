"""The interface of a cue rule, and the discovery of all rules.

A rule is one module in this folder, named after its id, with a class `Rule`; adding a rule means adding its file. Rules
only propose cues; `dsp.cues.schedule` decides whether and when a cue is emitted. Every sentence is in `dsp.texts`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import dsp.cues
from dsp.records import Cue, Metric, PainReport, Threshold
from dsp.runner.exposure import Exposure
from dsp.runner.history import PastRun
from dsp.runner.triage import PainRule

GOOD = 0.6
"""Minimum quality of a metric that may lead to a cue: feedback from a poor sensor did not help (sources 4)."""


@dataclass(frozen=True, slots=True)
class CueParams:
    """What rules know about this runner. `heart_rate_max_bpm` None: no heart-rate cues."""

    history: tuple[PastRun, ...] = ()
    pain_rule: PainRule = PainRule.TREK
    heart_rate_max_bpm: float | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """One second of the run.

    t_ns        end of the second
    exposure    running time and distances so far
    running     whether the runner is running
    guided      whether teaching is on
    metrics     by key, without those of a single leg
    own_spm     own cadence at this speed, steps/min; None: too few earlier runs, or cadence is not taught (`on_hold`)
    target_spm  target cadence at this speed, steps/min; None: no target, also far from the speeds of earlier runs
    on_hold     quicker steps are not taught: calf or Achilles pain, before this run or in it
    """

    t_ns: int
    exposure: Exposure
    running: bool
    guided: bool
    metrics: Mapping[str, Metric]
    own_spm: float | None = None
    target_spm: float | None = None
    on_hold: bool = False

    def good(self, key: str) -> Metric | None:
        """Return a metric if its quality is good enough to act on, else None."""
        metric = self.metrics.get(key)
        return metric if metric is not None and metric.quality >= GOOD else None


class CueRule:
    """Base class of all rules; it proposes nothing. A rule overrides the methods for what it reacts to.

    Each method returns the cue that the rule proposes, or None. `Cue.because` holds the evidence: a cue that rests on a
    metric of quality below `GOOD` is never emitted.

    teaches  whether its cues teach: emitted only in guided time, not in a silent probe (`dsp.runner.plan`), and
             dropped rather than kept waiting when another cue was emitted just before
    """

    teaches: ClassVar[bool] = False

    def __init__(self, params: CueParams) -> None:
        self._params = params

    def second(self, now: Moment) -> Cue | None:
        """React to a new second; called once a second of data time."""

    def threshold(self, threshold: Threshold) -> Cue | None:
        """React to a change of a detector's state."""

    def pain(self, report: PainReport) -> Cue | None:
        """React to a pain report; the cue is its answer and is emitted even while cues are muted."""


def all_rules(params: CueParams) -> list[CueRule]:
    """Return a new instance of every rule in this folder, in the order of their ids."""
    rules: list[CueRule] = []
    for module in sorted(pkgutil.iter_modules(dsp.cues.__path__), key=lambda m: m.name):
        rule = getattr(importlib.import_module(f"dsp.cues.{module.name}"), "Rule", None)
        if rule is not None:
            rules.append(rule(params))
    return rules
