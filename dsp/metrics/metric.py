"""What a metric is, and how the metrics are found.

A metric is one module in this folder named after its key, with a class `Stage`. Adding one is adding its file.
"""

from __future__ import annotations

import importlib
import pkgutil

import dsp.metrics
from dsp.records import Metric, Step


class MetricStage:
    """Sees every step, and every reading that it wants, once, in order; is asked once a second of data time."""

    reads: tuple[str, ...] = ()
    """Keys of the readings that it wants."""

    made_of: tuple[str, ...] = ()
    """Keys of the metrics that it is worked out of, all before its own in the alphabet: then `derive` is asked."""

    def step(self, step: Step) -> None:
        """A step was told."""

    def reading(self, metric: Metric) -> None:
        """A sensor gave a ready-made value."""

    def report(self, t_ns: int) -> list[Metric]:
        """The value at `t_ns`; empty when there is none."""
        del t_ns
        return []

    def derive(self, others: list[Metric]) -> list[Metric]:
        """The value out of the others `made_of` names, in that order, when all of them are there."""
        del others
        return []


class Metrics:
    """All of them, each told only what it wants to know."""

    def __init__(self) -> None:
        self._stages = all_metrics()
        self._of_steps = [stage for stage in self._stages if type(stage).step is not MetricStage.step]
        keys = {key for stage in self._stages for key in stage.reads}
        self._of_readings = {key: [stage for stage in self._stages if key in stage.reads] for key in keys}

    def step(self, step: Step) -> None:
        """A step was told."""
        for stage in self._of_steps:
            stage.step(step)

    def reading(self, metric: Metric) -> None:
        """A sensor gave a ready-made value."""
        for stage in self._of_readings.get(metric.key, ()):
            stage.reading(metric)

    def report(self, t_ns: int) -> list[Metric]:
        """All values there are now, in the order of their keys."""
        out: list[Metric] = []
        for stage in self._stages:
            if stage.made_of:
                others = [metric for key in stage.made_of for metric in out if metric.key == key]
                out += stage.derive(others) if len(others) == len(stage.made_of) else []
            else:
                out += stage.report(t_ns)
        return out


def all_metrics() -> list[MetricStage]:
    """One fresh stage of every metric, in the order of their keys."""
    stages: list[MetricStage] = []
    for module in sorted(pkgutil.iter_modules(dsp.metrics.__path__), key=lambda m: m.name):
        stage = getattr(importlib.import_module(f"dsp.metrics.{module.name}"), "Stage", None)
        if stage is not None:
            stages.append(stage())
    return stages
