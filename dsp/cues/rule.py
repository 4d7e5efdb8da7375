"""What a cue rule is, and how the rules are found.

A rule is one module in this folder named after its id, with a class `Rule`. Adding one is adding its file. Rules only
propose; `dsp.cues.schedule` decides whether and when a cue is said. Every sentence stands in `dsp.texts`.
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
"""Least quality of a number that may lead to a cue: feedback from a poor sensor did not help (sources 4)."""


@dataclass(frozen=True, slots=True)
class CueParams:
    """What rules are told about this runner. `heart_rate_max_bpm` None: no heart-rate cues."""

    history: tuple[PastRun, ...] = ()
    pain_rule: PainRule = PainRule.TREK
    heart_rate_max_bpm: float | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """This second of the run: sums so far, and the metrics by key (those of a leg are not in it).

    guided             whether teaching is on
    own_spm, goal_spm  own cadence at this speed, and the one to aim at; None: not known, no goal
    on_hold            quicker steps are not taught: calf or Achilles pain, before this run or in it
    """

    t_ns: int
    exposure: Exposure
    running: bool
    guided: bool
    metrics: Mapping[str, Metric]
    own_spm: float | None = None
    goal_spm: float | None = None
    on_hold: bool = False

    def good(self, key: str) -> Metric | None:
        """A metric, if its quality is good enough to act on."""
        metric = self.metrics.get(key)
        return metric if metric is not None and metric.quality >= GOOD else None


class CueRule:
    """A rule that says nothing. Rules override what they react to.

    teaches  said only in guided time, silent while the runner is being probed (`dsp.runner.plan`)
    """

    teaches: ClassVar[bool] = False

    def __init__(self, params: CueParams) -> None:
        self._params = params

    def second(self, now: Moment) -> Cue | None:
        """A second has passed."""

    def threshold(self, threshold: Threshold) -> Cue | None:
        """A detector changed its state."""

    def pain(self, report: PainReport) -> Cue | None:
        """The runner reported pain."""


def all_rules(params: CueParams) -> list[CueRule]:
    """One fresh instance of every rule, in the order of their ids."""
    rules: list[CueRule] = []
    for module in sorted(pkgutil.iter_modules(dsp.cues.__path__), key=lambda m: m.name):
        rule = getattr(importlib.import_module(f"dsp.cues.{module.name}"), "Rule", None)
        if rule is not None:
            rules.append(rule(params))
    return rules
