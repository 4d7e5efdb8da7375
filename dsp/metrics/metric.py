"""The interface of a metric, and the discovery of all metrics.

A metric is one module in this folder, named after its key, with a constant `KEY` and a class `Stage`; adding a metric
means adding its file. Its module docstring gives the definition, unit, usual range and source, and its measured error.
"""

from __future__ import annotations

import importlib
import pkgutil

import dsp.metrics
from dsp.records import Metric, Step


class MetricStage:
    """Base class of all metrics: takes every step and the readings in `reads`, in order; reports once a second.

    A metric overrides what it needs. Params in `__init__`, state in attributes, no clock: the pipeline saves and
    restores it.
    """

    reads: tuple[str, ...] = ()
    """Keys of the readings (values from a sensor or a processing chain) that it takes."""

    made_of: tuple[str, ...] = ()
    """Keys of the metrics that it is derived from, all before its own in the alphabet; `derive` replaces `report`."""

    def step(self, step: Step) -> None:
        """Take a step."""

    def reading(self, metric: Metric) -> None:
        """Take a reading with one of the keys in `reads`."""

    def report(self, t_ns: int) -> list[Metric]:
        """Return the metric at `t_ns`: empty when it has no value, one or two (left and right) otherwise."""
        del t_ns
        return []

    def derive(self, others: list[Metric]) -> list[Metric]:
        """Return the metric derived from `others`, in the order of `made_of`; called when all of them have a value."""
        del others
        return []


class Metrics:
    """All metrics of a run; each step and reading goes to those that take it."""

    def __init__(self) -> None:
        self._stages = all_metrics()
        self._of_steps = [stage for stage in self._stages if type(stage).step is not MetricStage.step]
        keys = {key for stage in self._stages for key in stage.reads}
        self._of_readings = {key: [stage for stage in self._stages if key in stage.reads] for key in keys}

    def step(self, step: Step) -> None:
        """Take a step."""
        for stage in self._of_steps:
            stage.step(step)

    def reading(self, metric: Metric) -> None:
        """Take a reading."""
        for stage in self._of_readings.get(metric.key, ()):
            stage.reading(metric)

    def report(self, t_ns: int) -> list[Metric]:
        """Return every metric that has a value at `t_ns`, in the order of their keys."""
        out: list[Metric] = []
        for stage in self._stages:
            if stage.made_of:
                others = [metric for key in stage.made_of for metric in out if metric.key == key]
                out += stage.derive(others) if len(others) == len(stage.made_of) else []
            else:
                out += stage.report(t_ns)
        return out


def all_metrics() -> list[MetricStage]:
    """Return a new stage of every metric in this folder, in the order of their keys."""
    stages: list[MetricStage] = []
    for module in sorted(pkgutil.iter_modules(dsp.metrics.__path__), key=lambda m: m.name):
        stage = getattr(importlib.import_module(f"dsp.metrics.{module.name}"), "Stage", None)
        if stage is not None:
            stages.append(stage())
    return stages
