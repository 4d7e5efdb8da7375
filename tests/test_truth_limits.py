"""What `benchmarks.truth_limits` concludes from noise that is known; and from the recording that it was made for."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.truth_limits.measurers import seen
from benchmarks.truth_limits.noise import Array, by_itself, by_three, by_two, less_means, noise, root
from tests.recorded import folders, load, requires_data

TRUTH_MS, HIP_MS, SHOES_MS = 14.0, 3.0, 2.0


def measured(seed: int, n: int, *, wander_ms: float = 0.0) -> tuple[Array, Array, Array, np.ndarray]:
    """Simulate `n` contacts (330 ms, SD 4 ms, left longer) as three measurers see them, and which are left."""
    rng = np.random.default_rng(seed)
    left = np.arange(n) % 2 == 0
    steps = 330.0 + 4.0 * rng.standard_normal(n) + 6.0 * left + wander_ms * np.sin(np.arange(n) / 15.0)
    contacts = np.cumsum(steps)
    truth, hip, shoes = (contacts + sd * rng.standard_normal(n) for sd in (TRUTH_MS, HIP_MS, SHOES_MS))
    return truth, hip + 12.0 * left - 20.0, shoes, left


def test_a_measurers_own_noise_is_found_in_all_three_ways() -> None:
    truth, hip, shoes, left = measured(1, 20_000)
    assert noise(by_itself(truth, left), 10).sd == pytest.approx(TRUTH_MS, rel=0.03)
    assert noise(by_two(truth, hip, left), 10).sd == pytest.approx(TRUTH_MS, rel=0.03)
    assert noise(by_two(hip, truth, left), 10).sd == pytest.approx(HIP_MS, rel=0.1)
    assert noise(by_three(truth, hip, shoes, left), 10).sd == pytest.approx(TRUTH_MS, rel=0.03)
    assert noise(by_three(hip, truth, shoes, left), 10).sd == pytest.approx(HIP_MS, rel=0.1)
    assert noise(by_three(shoes, truth, hip, left), 10).sd == pytest.approx(SHOES_MS, rel=0.15)


def test_a_runner_who_changes_speed_hides_noise_from_one_measurer_only() -> None:
    truth, hip, shoes, left = measured(2, 20_000, wander_ms=25.0)
    assert noise(by_itself(hip, left), 10).sd < 0.0
    assert noise(by_two(hip, truth, left), 10).sd == pytest.approx(HIP_MS, rel=0.2)
    assert noise(by_three(hip, truth, shoes, left), 10).sd == pytest.approx(HIP_MS, rel=0.1)


def test_what_two_measurers_err_alike_is_put_on_the_third() -> None:
    truth, hip, shoes, left = measured(3, 20_000)
    common = 5.0 * np.random.default_rng(4).standard_normal(len(truth))
    assert noise(by_three(truth + common, hip, shoes + common, left), 10).sd == pytest.approx(TRUTH_MS, rel=0.03)
    assert noise(by_three(hip, truth + common, shoes + common, left), 10).sd == pytest.approx(np.hypot(3, 5), rel=0.05)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    inside = 0
    for seed in range(60):
        truth, hip, shoes, left = measured(100 + seed, 80)
        found = noise(by_three(truth, hip, shoes, left), 300)
        inside += found.low <= TRUTH_MS <= found.high
    assert inside >= 50


def test_noise_is_a_signed_root_and_the_same_every_time() -> None:
    assert root(9.0) == 3.0
    assert root(-9.0) == -3.0
    four = noise(np.full(25, 4.0))
    assert (four.sd, four.low, four.high) == (2.0, 2.0, 2.0)
    products = np.random.default_rng(5).standard_normal(90)
    assert noise(products) == noise(products)


def test_a_constant_difference_of_the_sides_is_no_scatter() -> None:
    left = np.array([True, False, True, False])
    assert less_means(np.array([5.0, -1.0, 5.0, -1.0]), left) == pytest.approx(np.zeros(4))


@requires_data
def test_the_recording_with_jumping_markers_has_a_truth_noisier_than_the_hip() -> None:
    (folder,) = [folder for folder in folders() if folder.name == "20140515T133244"]
    run = seen(load(folder))
    assert run is not None
    assert run.third_name == "pelvis"
    truth, hip = 1e3 * run.truth, 1e3 * run.hip
    own, ours = noise(by_two(truth, hip, run.left)), noise(by_two(hip, truth, run.left))
    assert own.low > 2.0 * ours.high
    error = hip - truth
    assert error[~run.left].std() > 4.0 * error[run.left].std()
