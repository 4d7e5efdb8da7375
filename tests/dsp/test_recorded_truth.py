"""The core against recorded runs with truth. Limits are measured errors plus a margin for other machines.

`python -m benchmarks.score_recordings` prints every figure behind these, worst first.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.score_recordings import corrupted, run, score
from dsp.records import Metric, Step
from tests.recorded import each_run, folders, load, requires_data

MARKER_DERIVED = ("rbds_virtual_imu", "ric_virtual_imu", "welk002")
WALKING = ("D02_", "wlk_", "mobilised", "ipol", "tripod")
TRUNK = {"sacrum", "lumbar", "waist", "left_hip", "right_hip", "pocket", "pelvis"}


@requires_data
@each_run("jog_", "D03_", "D04_", "adept", *MARKER_DERIVED)
def test_cadence_of_running_is_within_two_steps_a_minute(folder: Path) -> None:
    rec = load(folder)
    assert abs(score(rec, rec.columns, rec.sensors, "clean").cadence_error) <= 2.0


@requires_data
@each_run(*MARKER_DERIVED)
def test_sacrum_alone_finds_every_step_its_side_and_its_drop(folder: Path) -> None:
    rec = load(folder)
    found = score(rec, rec.columns, ["sacrum"], "clean")
    assert (found.missed, found.false, found.side) == (0, 0, 100.0)
    assert found.obliquity_rmse <= 0.35
    assert abs(found.excursion_bias) <= 0.25
    assert found.excursion_sd <= 0.7


@requires_data
@pytest.mark.slow
@pytest.mark.parametrize("rate_hz", [104.0, 208.0])
@each_run(*MARKER_DERIVED)
def test_a_cheap_sensor_in_an_arbitrary_orientation_does_too(folder: Path, rate_hz: float) -> None:
    rec = load(folder)
    found = score(rec, corrupted(rec, 7, rate_hz), ["sacrum"], "corrupt")
    assert (found.missed, found.false, found.side) == (0, 0, 100.0)
    assert found.obliquity_rmse <= 0.8
    assert abs(found.excursion_bias) <= 0.3
    assert abs(found.cadence_error) <= 2.0


@requires_data
@pytest.mark.parametrize("side", ["left_foot", "right_foot"])
@each_run("rbds_virtual_imu", "20160226", "welk002")
def test_one_foot_alone_finds_every_stance_of_its_leg(folder: Path, side: str) -> None:
    rec = load(folder)
    found = score(rec, rec.columns, [side], "clean")
    assert (found.missed, found.false, found.side) == (0, 0, 100.0)
    assert found.contact_sd <= 7.0


@requires_data
@each_run("alcantara")
def test_two_axes_without_a_gyro_on_a_force_treadmill(folder: Path) -> None:
    rec = load(folder)
    found = score(rec, rec.columns, ["sacrum"], "clean")
    assert (found.missed, found.false) == (0, 0)
    assert found.contact_sd <= 9.0
    assert found.duration_rmse <= 20.0


@requires_data
@each_run(*WALKING)
def test_a_walker_has_no_running_steps_on_the_trunk(folder: Path) -> None:
    rec = load(folder)
    worn = [s for s in rec.sensors if s in TRUNK]
    records = run(rec.columns, worn)
    assert not [r for r in records if isinstance(r, Step)]
    assert {r.value for r in records if isinstance(r, Metric) and r.key == "running"} <= {0.0}


WALKERS = ("tripod", "gaitmap", "ipol")
MARKED_OTHERWISE = {"2-3": (2, 4)}
"""Missed and false steps allowed: a mark that fits no motion of the shoes in a turn, steps without a mark."""


@requires_data
@each_run(*WALKERS)
def test_foot_sensors_detect_walking(folder: Path) -> None:
    """Steps, sides and turns of nine people; one rule for all, chosen on them."""
    rec = load(folder)
    found = score(rec, rec.columns, [s for s in rec.sensors if "foot" in s], "clean")
    missed, false = MARKED_OTHERWISE.get(folder.name, (2, 1))
    assert found.missed <= missed
    assert found.false <= false
    assert found.side == 100.0
    assert abs(found.cadence_error) <= 2.5


@requires_data
@pytest.mark.slow
@pytest.mark.parametrize("rate_hz", [104.0, 208.0])
def test_walkers_with_cheap_shoe_sensors(rate_hz: float) -> None:
    true = missed = false = 0
    for folder in folders():
        if any(name in str(folder) for name in WALKERS):
            rec = load(folder)
            feet = [s for s in rec.sensors if "foot" in s]
            found = score(rec, corrupted(rec, 5, rate_hz), feet, "corrupt")
            true, missed, false = true + found.true_steps, missed + found.missed, false + found.false
            assert found.side >= 98.0, folder.name
    assert missed <= 0.015 * true
    assert false <= 0.015 * true


FORCE_RUNS = ("sub041_run_2.5mps", "hamner_sub01_run300", "rajagopal_run")


@requires_data
@pytest.mark.parametrize("rate_hz", [None, 104.0, pytest.param(208.0, marks=pytest.mark.slow)])
@pytest.mark.parametrize("side", ["left_foot", "right_foot"])
@each_run(*FORCE_RUNS)
def test_contact_time_of_a_running_shoe_against_force(folder: Path, side: str, rate_hz: float | None) -> None:
    """Three of the four people on whom the weights were fitted."""
    rec = load(folder)
    columns = rec.columns if rate_hz is None else corrupted(rec, 7, rate_hz)
    found = score(rec, columns, [side], "contact time")
    assert found.extra["truth"] == "force"
    assert abs(found.contact_offset) <= 9.0
    assert found.contact_sd <= 3.0
    assert abs(found.duration_bias) <= 20.0
    assert found.extra["duration_sd"] <= 5.0
