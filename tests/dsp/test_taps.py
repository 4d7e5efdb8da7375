"""Three taps on the hip sensor: detected on a runner, no false detections."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.thresholds.taps import found, resampled, trunk_recordings, with_taps
from drivers.virtual.runner import RunnerParams, VirtualRunner
from dsp.packed import Array
from dsp.records import Cue, PainReport
from dsp.signals import Placement, SampleBlock
from dsp.taps import ThreeTaps
from tests.dsp.virtual import play, worn_by
from tests.recorded import requires_data

SACRUM = Placement.SACRUM


def runner_samples(seconds: float = 40.0, seed: int = 2) -> tuple[Array, Array, list[SampleBlock]]:
    blocks = worn_by(VirtualRunner(RunnerParams(seed=seed)), [SACRUM], seconds)
    t_s = np.concatenate([block.t_ns for block in blocks]) * 1e-9
    return t_s, np.concatenate([block.values[:, :3] for block in blocks]), blocks


def test_three_taps_on_a_runner_are_found_and_two_or_four_are_not() -> None:
    t_s, a, _ = runner_samples()
    rate_hz = 1.0 / float(np.median(np.diff(t_s)))
    at, a = resampled(t_s, a, 208.0) if rate_hz < 150.0 else (t_s, a)
    rate_hz = 1.0 / float(np.median(np.diff(at)))
    rng = np.random.default_rng(4)
    assert found(at, a, rate_hz) == []
    hits = 0
    for k in range(8):
        tapped = with_taps(at, a, 12.0 + 2.7 * k, 0.3, 5.0, rng)
        hits += len(found(at, tapped, rate_hz)) == 1
    assert hits >= 7
    four = with_taps(at, with_taps(at, a, 20.0, 0.25, 5.0, rng), 20.9, 0.25, 5.0, rng)
    assert found(at, four, rate_hz) == []


def test_any_cut_finds_the_same() -> None:
    t_s, a, _ = runner_samples()
    tapped = with_taps(t_s, a, 21.0, 0.3, 8.0, np.random.default_rng(4))
    rate_hz = 1.0 / float(np.median(np.diff(t_s)))
    assert found(t_s, tapped, rate_hz, 1) == found(t_s, tapped, rate_hz, 10) == found(t_s, tapped, rate_hz, 997)


def test_slow_sensors_and_gaps_give_no_taps() -> None:
    _, _, blocks = runner_samples(12.0)
    for rate_hz, scale in ((50.0, 1.0), (208.0, np.nan)):
        taps = ThreeTaps(rate_hz)
        assert not any(taps.look(block.t_ns.tolist(), [scale * block.values]) for block in blocks)


def test_taps_in_mid_run_are_a_pain_report_with_its_place_and_an_answer() -> None:
    t_s, a, blocks = runner_samples(45.0)
    tapped = with_taps(t_s, a, 38.0, 0.3, 10.0, np.random.default_rng(1))
    first, changed = 0, []
    for block in blocks:
        values = block.values.copy()
        values[:, :3] = tapped[first : first + len(block.t_ns)]
        first += len(block.t_ns)
        changed.append(replace(block, rows=values))
    records = play(changed)
    (report,) = (record for record in records if isinstance(record, PainReport))
    assert report.level is None
    assert report.t_ns * 1e-9 == pytest.approx(38.3, abs=0.2)
    assert report.running_s is not None
    assert report.running_s > 20.0
    (answer,) = (record for record in records if isinstance(record, Cue) and record.rule == "pain_noted")
    assert "three taps" in answer.text
    assert not [record for record in play(blocks) if isinstance(record, PainReport)]


@requires_data
@pytest.mark.parametrize("part", ["adept_outdoor", "D04_SA04", "D04_SA10", "jog_9_sub04", "rbds_virtual"])
def test_no_taps_are_detected_in_the_roughest_recordings(part: str) -> None:
    """The benchmark covers all recordings."""
    recordings = trunk_recordings(part)
    assert recordings
    for name, t_s, a in recordings:
        at, force = resampled(t_s, a, 104.0)
        assert found(at, force, 104.0, 500) == [], name
