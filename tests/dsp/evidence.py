"""Access to the evidence of thresholds and cues."""

from __future__ import annotations

from dsp.records import Cue, Metric, Threshold


def metrics_of(record: Threshold | Cue) -> list[Metric]:
    """Return the metrics in its evidence."""
    return [each for each in record.because if isinstance(each, Metric)]


def numbers_of(record: Threshold | Cue) -> dict[str, float]:
    """Return the values of those metrics by key."""
    return {metric.key: metric.value for metric in metrics_of(record)}
