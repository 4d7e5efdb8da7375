"""What a cue rule is, and how the rules are found.

A rule is one module in this folder named after its id, with a class `Rule`. Adding one is adding its file. Rules only
propose; `dsp.cues.turn` lets one cue through at a time.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Protocol

import dsp.cues
from dsp.history import PastRun
from dsp.records import Cue, Metric, Step, Threshold


class CueRule(Protocol):
    """Sees what the core says; answers with a cue or nothing."""

    def step(self, step: Step) -> Cue | None:
        """A step was told."""

    def metrics(self, metrics: list[Metric]) -> Cue | None:
        """The metrics of this second."""

    def threshold(self, threshold: Threshold) -> Cue | None:
        """A detector changed its state."""


def all_rules(history: tuple[PastRun, ...]) -> list[CueRule]:
    """One fresh instance of every rule, in the order of their ids."""
    rules: list[CueRule] = []
    for module in sorted(pkgutil.iter_modules(dsp.cues.__path__), key=lambda m: m.name):
        rule = getattr(importlib.import_module(f"dsp.cues.{module.name}"), "Rule", None)
        if rule is not None:
            rules.append(rule(history))
    return rules
