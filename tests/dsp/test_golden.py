"""Regression test: the steps and metrics of a short synthetic run against a stored result.

A difference here is a scientific change: examine it, then rewrite the file with `python -m tests.dsp.test_golden` and
state in the changelog which number moved. A metric added since then is not a difference.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dsp.pipeline import Pipeline
from dsp.records import Metric, Record, Step
from dsp.signals import Placement
from tests.dsp.synthetic import Array, blocks_of, make

GOLDEN = Path(__file__).parent / "golden" / "synthetic_run.json"


def turned() -> Array:
    """Return an unusual mount orientation: upside down and sideways."""
    axis = np.array([0.6, -0.5, 0.62])
    axis /= np.linalg.norm(axis)
    k = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    turn: Array = np.eye(3) + np.sin(2.4) * k + (1 - np.cos(2.4)) * k @ k
    return turn


def play() -> list[Record]:
    made = make(seconds=14.0, mount=turned(), noise=0.01)
    pipeline, records = Pipeline(), []
    for block in blocks_of(made, [Placement.SACRUM, Placement.LEFT_FOOT], 8):
        records += pipeline.update(block)
    records += pipeline.finish()
    return [*records, pipeline.summary(14_000_000_000)]


def stored(records: list[Record]) -> dict[str, list[list[object]]]:
    """Return the steps, and the metrics of every other second, as they are stored."""
    steps = [r for r in records if isinstance(r, Step)]
    metrics = [r for r in records if isinstance(r, Metric)]
    return {
        "steps": [
            [
                s.t_ns / 1e9,
                s.toe_off_ns and s.toe_off_ns / 1e9,
                s.step_time_s,
                s.side,
                s.drop_excursion_deg,
                s.drop_peak_deg,
            ]
            for s in steps
        ],
        "metrics": [[m.t_ns / 1e9, m.key, m.side, m.value, m.quality] for m in metrics if m.t_ns % 2_000_000_000 == 0],
    }


def assert_same(now: object, then: object, where: str = "") -> None:
    if isinstance(then, list):
        assert isinstance(now, list), where
        assert len(now) == len(then), where
        for k, (a, b) in enumerate(zip(now, then, strict=True)):
            assert_same(a, b, f"{where}[{k}]")
    elif isinstance(then, float):
        # Another processor may differ in the last digits; a millisecond or a hundredth of a degree may not.
        assert now == pytest.approx(then, rel=1e-6, abs=1e-5), where
    else:
        assert now == then, where


def test_steps_and_metrics_are_as_stored() -> None:
    now, then = stored(play()), json.loads(GOLDEN.read_text())
    assert_same(now["steps"], then["steps"], "steps")
    known = {key for _, key, *_ in then["metrics"]}
    assert_same([each for each in now["metrics"] if each[1] in known], then["metrics"], "metrics")


def test_the_same_run_twice_is_the_same_bit_for_bit() -> None:
    assert play() == play()


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(stored(play()), indent=0) + "\n")
