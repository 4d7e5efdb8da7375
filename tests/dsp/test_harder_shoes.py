"""Regression tests: recorded runners in the scenes of `benchmarks.harder_shoes` that once broke the core."""

from __future__ import annotations

import pytest

from benchmarks.harder_shoes.__main__ import Foot, made, played
from benchmarks.harder_shoes.scenes import SCENES
from benchmarks.score_recordings import run
from dsp.records import Metric
from tests.recorded import folders, load, requires_data


def play(recording: str, scene: str, seed: int = 1) -> list[Foot]:
    folder = next(folder for folder in folders() if folder.name == recording)
    return played(folder, next(k for k, s in enumerate(SCENES) if s.name == scene), seed)


@requires_data
@pytest.mark.parametrize(
    ("recording", "scene", "lost"),
    [("sub041_run_4.5mps", "slips by 180 deg about z", 6), ("sub041_run_2.5mps", "slips by 90 deg about x", 4)],
)
def test_a_sensor_that_slips_costs_a_few_steps(recording: str, scene: str, lost: int) -> None:
    """Half a turn about the vertical cost every step after it, on both feet."""
    for foot in play(recording, scene):
        assert foot.missed <= lost
        assert foot.false <= lost


@requires_data
@pytest.mark.parametrize("recording", ["sub041_run_3.5mps", "sub041_run_4.5mps"])
def test_without_a_gyro_a_push_off_is_not_taken_for_a_landing(recording: str) -> None:
    """At 4.5 m/s the push-off was taken for the stop before landing: each contact 0.3 s late."""
    for foot in play(recording, "without gyros"):
        assert foot.missed <= 2
        assert foot.false == 0
        assert foot.contact_sd_ms < 10.0


@requires_data
def test_a_long_stance_of_a_runner_ends_as_the_others_do() -> None:
    """Near 0.45 s the end of the push-off, 0.1 s later, was reported instead in one stance of ten."""
    for foot in play("sub032_run_2.5mps", "times x 1.2, same forces"):
        assert foot.duration_sd_ms < 8.0


@requires_data
def test_a_gyro_bias_does_not_lengthen_stances() -> None:
    """10 deg/s changed the contact time of a foot by up to 11 ms."""
    plain, off = (play("sub041_run_2.5mps", scene) for scene in ("cheap sensors, nothing else", "bias 10 dps"))
    for a, b in zip(plain, off, strict=True):
        assert abs(a.duration_bias_ms - b.duration_bias_ms) < 3.0


@requires_data
def test_on_a_slope_the_speed_is_that_along_the_ground() -> None:
    """It was the horizontal speed: 1.1 % less on 15 %."""
    scenes = ("cheap sensors, nothing else", "climbs by -15 %")
    plain, steep = (play("sub041_run_3.5mps", scene)[0] for scene in scenes)
    assert abs(plain.speed_pct - steep.speed_pct) < 0.4
    assert abs(plain.slope_pct - steep.slope_pct) < 0.5


@requires_data
def test_a_clipped_accelerometer_lowers_the_quality_of_speed() -> None:
    """With a range of 4 g the speed is 6-27 % low; its quality was up to nine tenths of the maximum."""
    qualities = []
    for name in ("range 16 g, 1000 dps", "range 4 g, 1000 dps"):
        folder = next(folder for folder in folders() if folder.name == "sub032_run_2.5mps")
        harder, _ = made(load(folder), next(s for s in SCENES if s.name == name), 1)
        records = run(harder.columns, harder.sensors)
        qualities.append([r.quality for r in records if isinstance(r, Metric) and r.key == "speed_mps"][-1])
    assert qualities[0] > 0.3
    assert qualities[1] < 0.2
