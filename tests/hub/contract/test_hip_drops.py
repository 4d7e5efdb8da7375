"""The page about MQTT distinguishes the hip drops as the examples of the contract do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.contract.examples import EXAMPLES
from hub.messages.lines import MetricLine, ThresholdLine
from hub.messages.wire import CueMessage, MetricsMessage, StepMessage, ThresholdMessage, TrendMessage

PAGE = Path(__file__).parents[3] / "docs" / "mqtt.md"


def told() -> list[float]:
    """The column of examples."""
    section = PAGE.read_text(encoding="utf-8").partition("## Which hip drop is which")[2].partition("\n## ")[0]
    return [float(value) for value in re.findall(r"\| (\d+\.\d) \|$", section, flags=re.MULTILINE)]


def because(message: object) -> dict[str, float]:
    assert isinstance(message, ThresholdMessage | CueMessage)
    (first, *_) = message.because
    lines = first.because if isinstance(first, ThresholdLine) else message.because
    return {line.key: line.value for line in lines if isinstance(line, MetricLine)}


@pytest.mark.parametrize("kind", ["threshold", "cue"])
def test_each_hip_drop_has_a_value_of_its_own_and_the_same_one_everywhere(kind: str) -> None:
    step, metrics, trend = EXAMPLES["step"], EXAMPLES["metrics"], EXAMPLES["trend"]
    assert isinstance(step, StepMessage)
    assert isinstance(metrics, MetricsMessage)
    assert isinstance(trend, TrendMessage)
    judged = because(EXAMPLES[kind])
    extra = metrics.extra
    assert told() == [
        step.drop_excursion_deg,
        metrics.drop_excursion_left_deg,
        extra["drop_excursion_mean_left_deg"],
        judged["drop_excursion_deg"],
        extra["drop_excursion_baseline_left_deg"],
        extra["drop_excursion_bound_left_deg"],
        trend.drop_excursion_left_deg[1],
    ]
    assert judged["drop_excursion_baseline_deg"] == extra["drop_excursion_baseline_left_deg"]
    assert judged["drop_excursion_bound_deg"] == extra["drop_excursion_bound_left_deg"]
    assert judged["drop_excursion_deg"] != metrics.drop_excursion_left_deg
