"""The contract of all metrics: what each declares to read and to be made of, and how readings reach it."""

from __future__ import annotations

import pytest

from dsp.metrics import incline_pct, running, speed_mps
from dsp.metrics.metric import Metrics, MetricStage, all_metrics
from dsp.records import Metric
from dsp.runner import exposure


@pytest.mark.parametrize("stage", all_metrics(), ids=lambda stage: type(stage).__module__)
def test_a_metric_that_takes_readings_declares_their_keys(stage: MetricStage) -> None:
    assert bool(stage.reads) == (type(stage).reading is not MetricStage.reading)


def test_a_reading_reaches_every_metric_that_declares_it() -> None:
    metrics = Metrics()
    metrics.reading(Metric(0, "cadence_spm", 172.0, None, 0.8))
    values = {metric.key: metric.value for metric in metrics.report(1_000_000_000)}
    assert values == {"cadence_spm": 172.0, "running": 1.0}


def test_a_reading_that_no_metric_declares_is_ignored() -> None:
    metrics = Metrics()
    metrics.reading(Metric(0, "moon_phase", 0.5, None, 1.0))
    assert {metric.key for metric in metrics.report(0)} == {"running"}


def test_the_exposure_uses_existing_metrics() -> None:
    assert (exposure.RUNNING, exposure.SPEED, exposure.INCLINE) == (running.KEY, speed_mps.KEY, incline_pct.KEY)


@pytest.mark.parametrize("stage", [s for s in all_metrics() if s.made_of], ids=lambda stage: type(stage).__module__)
def test_the_metrics_that_one_is_made_of_are_reported_before_it(stage: MetricStage) -> None:
    before = [type(other).__module__.rpartition(".")[2] for other in all_metrics()]
    before = before[: before.index(type(stage).__module__.rpartition(".")[2])]
    assert set(stage.made_of) <= set(before)
