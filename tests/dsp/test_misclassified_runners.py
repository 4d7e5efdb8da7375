"""Recorded runners whose steps were once misclassified."""

from __future__ import annotations

from pathlib import Path

from benchmarks.score_recordings import corrupted, run
from dsp.records import Step
from tests.recorded import each_run, load, requires_data


@requires_data
@each_run("D04_SE10")
def test_a_shuffling_runner_of_64_years_is_running_but_not_when_she_walks(folder: Path) -> None:
    steps = [r for r in run(load(folder).columns, ["waist"]) if isinstance(r, Step)]
    assert len(steps) >= 185
    walked = [s for s in steps if 51.5e9 < s.t_ns < 62e9]
    assert not walked


@requires_data
@each_run("D03_SA07")
def test_a_bouncing_buckle_adds_no_false_contacts(folder: Path) -> None:
    steps = [r for r in run(corrupted(load(folder), 1, 52.0), ["waist"]) if isinstance(r, Step)]
    assert 265 <= len(steps) <= 273
