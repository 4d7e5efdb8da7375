"""The virtual runner's motion is physically consistent, its sensors follow the contract, any chunking is equivalent."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.virtual.pose import Motion
from drivers.virtual.runner import ImuErrors, RunnerParams, VirtualRunner
from drivers.virtual.spline import Floats
from dsp.signals import GRAVITY_MPS2, Placement

RATE_HZ = 208.0
IMUS = (Placement.SACRUM, Placement.LEFT_FOOT, Placement.RIGHT_FOOT)
IDEAL = VirtualRunner(RunnerParams(seed=3, errors=None))
FLAWED = VirtualRunner(RunnerParams(seed=3))


def span(from_s: float, to_s: float, rate_hz: float = RATE_HZ) -> tuple[int, int]:
    return round(from_s * rate_hz), round((to_s - from_s) * rate_hz)


def samples(runner: VirtualRunner, placement: Placement, from_s: float, to_s: float) -> tuple[Floats, Floats]:
    first, n = span(from_s, to_s)
    return (first + np.arange(n)) / RATE_HZ, runner.imu(placement, first, n, RATE_HZ)


@pytest.mark.parametrize("placement", IMUS)
def test_gyro_integrates_to_the_orientation(placement: Placement) -> None:
    rate_hz = 1664.0
    first, n = span(20.0, 24.0, rate_hz)
    t_s = (first + np.arange(n)) / rate_hz
    true = IDEAL.motion(placement, t_s).rotation()
    w = IDEAL.imu(placement, first, n, rate_hz)[:, 3:]
    turn = true[0]
    for mean in 0.5 * (w[1:] + w[:-1]) / rate_hz:
        angle = np.linalg.norm(mean)
        k = np.cross(np.eye(3), mean / angle) if angle > 0 else np.zeros((3, 3))
        turn = turn @ (np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k)
    error_deg = np.rad2deg(np.arccos(np.clip((np.trace(turn.T @ true[-1]) - 1) / 2, -1, 1)))
    assert error_deg < 0.05


@pytest.mark.parametrize("placement", IMUS)
def test_velocity_and_acceleration_are_derivatives_of_position(placement: Placement) -> None:
    t_s = np.arange(30.0, 32.0, 1e-4)
    motion = IDEAL.motion(placement, t_s)
    velocity = np.gradient(motion.position_m, t_s, axis=0)
    acceleration = np.gradient(motion.velocity_mps, t_s, axis=0)
    assert np.abs(velocity - motion.velocity_mps)[1:-1].max() < 0.01
    assert np.abs(acceleration - motion.acceleration_mps2)[1:-1].max() < 1.0
    assert np.sqrt(np.mean((acceleration - motion.acceleration_mps2)[1:-1] ** 2)) < 0.05


@pytest.mark.parametrize("placement", IMUS)
def test_at_rest_the_sensor_feels_gravity_and_nothing_else(placement: Placement) -> None:
    _, x = samples(IDEAL, placement, 0.0, 5.5)
    assert np.linalg.norm(x[:, :3], axis=1) == pytest.approx(GRAVITY_MPS2, abs=0.03)
    assert x[:, 2].min() > 9.7
    assert np.abs(x[:, 3:]).max() < 0.01


def test_flaws_tilt_and_shift_but_do_not_hide_gravity() -> None:
    _, x = samples(FLAWED, Placement.SACRUM, 0.0, 5.5)
    assert np.linalg.norm(x[:, :3].mean(0)) == pytest.approx(GRAVITY_MPS2, rel=0.04)
    assert 0 < np.abs(x[:, 3:].mean(0)).max() < np.deg2rad(1.5)
    mount = FLAWED.mount(Placement.SACRUM)
    assert mount.T @ mount == pytest.approx(np.eye(3), abs=1e-12)
    assert np.rad2deg(np.arccos(mount[2, 2])) == pytest.approx(8.4, abs=3.7)


def test_ideal_sensors_are_those_of_no_errors() -> None:
    silent = ImuErrors(
        mount_tilt_deg=0, mount_yaw_deg=0, gyro_bias_dps=0, acc_bias_mg=0, drift_dps=0, gyro_noise_mdps_rthz=0,
        acc_noise_ug_rthz=0, scale_pct=0, cross_pct=0,
    )  # fmt: skip
    same = VirtualRunner(RunnerParams(seed=3, errors=silent))
    assert same.imu(Placement.LEFT_FOOT, 4000, 500, RATE_HZ) == pytest.approx(
        IDEAL.imu(Placement.LEFT_FOOT, 4000, 500, RATE_HZ), abs=1e-9
    )


def test_given_mounting_is_used() -> None:
    mounts_deg = {Placement.SACRUM: (0.0, 90.0, 0.0)}
    runner = VirtualRunner(
        RunnerParams(errors=ImuErrors(acc_bias_mg=0, scale_pct=0, cross_pct=0), mounts_deg=mounts_deg)
    )
    x = runner.imu(Placement.SACRUM, 0, 400, RATE_HZ).mean(0)
    assert x[0] == pytest.approx(-GRAVITY_MPS2, abs=0.1)


def test_quantised_values_are_multiples_of_the_step() -> None:
    runner = VirtualRunner(RunnerParams(errors=ImuErrors(acc_step_mps2=0.01, gyro_step_radps=0.002)))
    x = runner.imu(Placement.RIGHT_FOOT, 3000, 300, RATE_HZ)
    assert x[:, :3] / 0.01 == pytest.approx(np.round(x[:, :3] / 0.01), abs=1e-6)
    assert x[:, 3:] / 0.002 == pytest.approx(np.round(x[:, 3:] / 0.002), abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(
    cuts=st.lists(st.integers(0, 1500), min_size=1, max_size=12),
    start=st.integers(0, 60_000),
    placement=st.sampled_from(IMUS),
)
def test_any_chunking_gives_the_same_samples(cuts: list[int], start: int, placement: Placement) -> None:
    whole = VirtualRunner(RunnerParams(seed=9)).imu(placement, start, 1500, RATE_HZ)
    runner = VirtualRunner(RunnerParams(seed=9))
    edges = [0, *sorted(cuts), 1500]
    order = np.random.default_rng(len(cuts)).permutation(len(edges) - 1)
    parts = {i: runner.imu(placement, start + edges[i], edges[i + 1] - edges[i], RATE_HZ) for i in order}
    assert np.array_equal(np.concatenate([parts[i] for i in range(len(edges) - 1)]), whole)


def test_sensors_may_be_on_before_time_zero() -> None:
    x = VirtualRunner(RunnerParams(seed=9)).imu(Placement.SACRUM, -500, 1000, RATE_HZ)
    assert np.linalg.norm(x[:, :3], axis=1) == pytest.approx(GRAVITY_MPS2, rel=0.05)


def test_the_seed_decides_everything() -> None:
    def run(seed: int) -> Floats:
        return VirtualRunner(RunnerParams(seed=seed)).imu(Placement.SACRUM, 5000, 300, RATE_HZ)

    assert np.array_equal(run(5), run(5))
    assert not np.allclose(run(5), run(6), atol=0.1)


def test_a_reader_may_write_into_its_samples() -> None:
    runner = VirtualRunner(RunnerParams(seed=4))
    first = runner.imu(Placement.SACRUM, 0, 100, RATE_HZ)
    kept = first.copy()
    first[:] = 0.0
    assert np.array_equal(runner.imu(Placement.SACRUM, 0, 100, RATE_HZ), kept)
    assert runner.imu(Placement.SACRUM, 0, 0, RATE_HZ).shape == (0, 6)


def test_hours_into_a_run_memory_stays_bounded() -> None:
    runner = VirtualRunner(RunnerParams(seed=2))
    far = round(2 * 3600 * RATE_HZ)
    tracemalloc.start()
    try:
        for k in range(60):
            runner.imu(Placement.SACRUM, far + 300 * k, 300, RATE_HZ)
        held_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # 16 blocks of samples are 0.2 MB; all 70 would be 0.9 MB, and all steps of two hours 1.5 MB.
    assert held_bytes < 500_000
    assert runner.cadence_spm(7250.0) == pytest.approx(170 * 0.985, rel=0.03)


@pytest.mark.parametrize("placement", IMUS)
def test_a_loose_strap_rocks_after_each_impact_only(placement: Placement) -> None:
    silent = dict.fromkeys(
        ("gyro_noise_mdps_rthz", "acc_noise_ug_rthz", "scale_pct", "cross_pct", "mount_tilt_deg"), 0.0
    )
    silent |= dict.fromkeys(("mount_yaw_deg", "gyro_bias_dps", "acc_bias_mg", "drift_dps"), 0.0)
    loose = VirtualRunner(RunnerParams(seed=3, errors=ImuErrors(**silent, wobble_deg=2.0)))
    t_s, x = samples(loose, placement, 0.0, 20.0)
    _, still = samples(IDEAL, placement, 0.0, 20.0)
    moved = np.abs(x - still)
    assert moved[t_s < 6.6].max() < 1e-9
    assert 0.5 < moved[:, 3].max() < np.deg2rad(2.0) * 2 * np.pi * 9 * 1.2
    assert np.linalg.norm(x[:, :3], axis=1) == pytest.approx(np.linalg.norm(still[:, :3], axis=1), abs=1e-9)
    turned_deg = np.rad2deg(np.cumsum(x[:, 3] - still[:, 3]) / RATE_HZ)
    assert 0.5 < np.abs(turned_deg).max() < 4.0


def test_a_placement_without_an_imu_is_an_error() -> None:
    with pytest.raises(ValueError, match="sacrum, left_foot, right_foot"):
        IDEAL.imu(Placement.CHEST, 0, 10, RATE_HZ)


def test_overground_the_body_feels_the_start_and_on_a_belt_it_does_not() -> None:
    t_s = np.arange(6.0, 9.0, 1 / RATE_HZ)
    ahead = []
    for treadmill in (True, False):
        runner = VirtualRunner(RunnerParams(seed=3, errors=None, treadmill=treadmill))
        first, n = span(6.0, 9.0)
        force = runner.imu(Placement.SACRUM, first, n, RATE_HZ)[:, :3]
        turn = runner.motion(Placement.SACRUM, t_s[:n]).rotation()
        ahead.append(float(np.einsum("nj,nj->n", turn[:, 0, :], force).mean()))
    assert ahead[1] - ahead[0] == pytest.approx(1.0, abs=0.02)


def test_specific_force_of_a_turned_body_at_rest() -> None:
    still = np.zeros((1, 3))
    tipped = Motion(np.deg2rad([[0.0, 30.0, 0.0]]), still, still, still, still)
    assert tipped.imu()[0, :3] == pytest.approx([-GRAVITY_MPS2 / 2, 0, GRAVITY_MPS2 * np.sqrt(0.75)])
    leaning = Motion(np.deg2rad([[10.0, 0.0, 50.0]]), still, still, still, still)
    assert leaning.imu()[0, 1] == pytest.approx(GRAVITY_MPS2 * np.sin(np.deg2rad(10)))
