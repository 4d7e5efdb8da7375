"""The numbers behind what the core says."""

from __future__ import annotations

from dsp.records import Cue, Metric, Threshold


def metrics_of(told: Threshold | Cue) -> list[Metric]:
    """Those among its evidence."""
    return [each for each in told.because if isinstance(each, Metric)]


def numbers_of(told: Threshold | Cue) -> dict[str, float]:
    """Their values by key."""
    return {metric.key: metric.value for metric in metrics_of(told)}
