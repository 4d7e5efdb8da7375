"""What a metric is, and how the metrics are found.

A metric is one module in this folder named after its key, with a class `Stage`. Adding one is adding its file.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Protocol

import dsp.metrics
from dsp.records import Metric, Step


class MetricStage(Protocol):
    """Sees every step and every reading once, in order, and is asked for its value once a second of data time."""

    def step(self, step: Step) -> None:
        """A step was told."""

    def reading(self, metric: Metric) -> None:
        """A sensor gave a ready-made value."""

    def report(self, t_ns: int) -> list[Metric]:
        """The value now; empty when there is none."""


def all_metrics() -> list[MetricStage]:
    """One fresh stage of every metric, in the order of their keys."""
    stages: list[MetricStage] = []
    for module in sorted(pkgutil.iter_modules(dsp.metrics.__path__), key=lambda m: m.name):
        stage = getattr(importlib.import_module(f"dsp.metrics.{module.name}"), "Stage", None)
        if stage is not None:
            stages.append(stage())
    return stages
