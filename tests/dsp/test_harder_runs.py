"""Recorded runners in the scenes of `benchmarks.harder_runs` that once broke the core."""

from __future__ import annotations

from benchmarks.harder_runs.__main__ import played
from benchmarks.harder_runs.scenes import SCENES
from tests.recorded import folders, requires_data


def play(recording, scene, seed=1):
    folder = next(folder for folder in folders() if folder.name == recording)
    return played(folder, next(k for k, s in enumerate(SCENES) if s.name == scene), seed)


@requires_data
def test_lost_samples_do_not_drive_the_bias_about_the_vertical_away():
    """Without standing nothing told it; every hole moved it a bit, by 48 deg/s after 40 s, and 12 deg of obliquity."""
    found = play("sub041_run_4.5mps", "5 min")
    assert (found.missed, found.false, found.side) == (0, 0, 100.0)
    assert found.obliquity_rmse < 0.6
    assert abs(found.excursion_bias) < 0.25


@requires_data
def test_after_a_stop_the_sides_are_found_anew():
    """Sides were counted on over the pause, by a coin's throw: half the runners went on with them exchanged."""
    for recording in ("sub041_run_2.5mps", "sub041_run_4.5mps", "sub032_run_2.5mps"):
        found = play(recording, "stands for 5 s on the way")
        assert (found.missed, found.false, found.side) == (0, 0, 100.0)
        assert abs(found.excursion_bias) < 0.3


@requires_data
def test_what_levelling_corrects_within_a_stance_is_not_its_drop():
    """Of 3 % lost samples half the spread of the drop came from corrections between its lowest and highest point."""
    scene = "3 % lost, holes to 0.3 s, 208 Hz"
    assert max(play(name, scene).excursion_sd for name in ("20140515T133244", "20160226T120637")) < 0.08


@requires_data
def test_fifteen_lost_samples_at_52_hz_cost_no_step():
    for recording in ("sub041_run_3.5mps", "20160226T120637"):
        found = play(recording, "3 % lost, holes to 0.3 s, 52 Hz")
        assert (found.missed, found.false, found.side) == (0, 0, 100.0)


@requires_data
def test_ahead_of_the_sacrum_the_turning_pelvis_is_not_taken_for_the_other_leg():
    """0.2 m ahead its turning pushed harder than the leg: one of five people had left and right exchanged."""
    for recording in ("welk002", "sub041_run_3.5mps"):
        found = play(recording, "on the front of the belt")
        assert (found.missed, found.false, found.side) == (0, 0, 100.0)
        assert abs(found.excursion_bias) < 0.5


@requires_data
def test_a_sensor_on_one_hip_tells_sides_and_drop():
    """Rolling and turning it feels forces of its own; five of seven runs had no side."""
    for recording in ("sub041_run_2.5mps", "sub032_run_2.5mps", "20140515T133244"):
        found = play(recording, "on the left hip")
        assert (found.missed, found.false, found.side) == (0, 0, 100.0)
        assert abs(found.excursion_bias) < 0.3
