"""Detection of the sensor that is being shaken."""

import numpy as np
import pytest

from dsp.packed import Array
from dsp.shake import ShakeFinder

RATE_HZ = 104.0


def motion(seconds: float, size: float, seed: int, from_s: float = 0.0, to_s: float = 1e9) -> Array:
    """Return the specific force of a sensor that lies still but for a shake at 4 Hz and `size` m/s2."""
    t_s = np.arange(0, seconds, 1 / RATE_HZ)
    force: Array = np.random.default_rng(seed).normal(0, 0.05, (len(t_s), 3)) + np.array([0, 0, 9.81])
    force[:, 2] += np.where((t_s >= from_s) & (t_s < to_s), size * np.sin(2 * np.pi * 4 * t_s), 0.0)
    return force


def found(sensors: dict[str, Array], cut: int = 8) -> tuple[str | None, float]:
    """Return the sensor detected, and when, for packets of `cut` samples, sensors interleaved."""
    finder = ShakeFinder()
    n = min(map(len, sensors.values()))
    for first in range(0, n - cut, cut):
        t_ns = (np.arange(first, first + cut) / RATE_HZ * 1e9).astype(np.int64) + 10**12
        for name, force in sensors.items():
            if (who := finder.update(name, t_ns, force[first : first + cut])) is not None:
                return who, first / RATE_HZ
    return None, n / RATE_HZ


def test_the_shaken_one_is_found_within_two_seconds() -> None:
    sensors = {"a": motion(10, 0, 1), "b": motion(10, 15, 2, 4.0, 8.0), "c": motion(10, 0, 3)}
    who, when_s = found(sensors)
    assert who == "b"
    assert 5.0 < when_s < 6.2


@pytest.mark.parametrize("cut", [1, 3, 40])
def test_packets_of_any_size(cut: int) -> None:
    assert found({"a": motion(6, 12, 1, 2.0), "b": motion(6, 0, 2)}, cut)[0] == "a"


def test_none_is_detected_when_all_lie_still_or_two_move() -> None:
    assert found({"a": motion(10, 0, 1), "b": motion(10, 0, 2)})[0] is None
    assert found({"a": motion(10, 12, 1), "b": motion(10, 9, 2)})[0] is None


def test_a_knock_is_not_a_shake() -> None:
    assert found({"a": motion(10, 40, 1, 4.0, 4.3), "b": motion(10, 0, 2)})[0] is None


def test_small_motion_of_another_sensor_does_not_hide_a_shake() -> None:
    assert found({"a": motion(10, 15, 1, 3.0), "b": motion(10, 1.5, 2)})[0] == "a"
