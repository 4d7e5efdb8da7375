"""Mounts given as text, and mounts found from strides."""

from __future__ import annotations

import numpy as np
import pytest

from dsp.orientation.mount import Mount, MountFinder
from dsp.orientation.standing_zero import Zero
from dsp.orientation.vectors import dot, unit
from dsp.packed import Array


def test_axes_are_read_as_forward_left_up() -> None:
    mount = Mount.from_axes("-y +x".replace(" ", "") + "+z")
    assert mount.forward == (0.0, -1.0, 0.0)
    assert mount.left == (1.0, 0.0, 0.0)
    assert mount.up == (0.0, 0.0, 1.0)


@pytest.mark.parametrize("text", ["", "+x+y", "+x+x+z", "xyz", "+x+y+q", "+x-y+z", "+x+y+z+x"])
def test_an_invalid_mount_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ValueError, match="mount"):
        Mount.from_axes(text)


@pytest.mark.parametrize("sure", [True, False])
def test_standing_levels_a_configured_mount(*, sure: bool) -> None:
    up = unit((0.0, 0.98, 9.75))
    mount = Mount.from_axes("+x+y+z").levelled(Zero(up, 0.0 if sure else 0.1))
    assert dot(mount.left, up) == pytest.approx(0.0, abs=1e-9)
    assert mount.level is sure
    assert np.linalg.norm(mount.forward) == pytest.approx(1.0)


UPSIDE_DOWN, SIDEWAYS = np.diag([1.0, -1.0, -1.0]), np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])


def random_rotation(seed: int) -> Array:
    """Return a uniformly random rotation."""
    q, r = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    turned: Array = q * np.sign(np.diag(r))
    return turned * float(np.sign(np.linalg.det(turned)))


def stride(finder: MountFinder, uneven_roll: float = 0.0) -> Array:
    """Return (2 phases, 6) of a runner, forward left up: symmetric but for a roll at step frequency, rad/s."""
    turn = 2.0 * np.pi * np.arange(2 * finder.phases) / (2 * finder.phases)
    force = np.stack([2.5 * np.sin(2 * turn), np.sin(turn) + np.cos(3 * turn), 9.8 + 8.0 * np.cos(2 * turn)], axis=1)
    roll = 0.5 * np.cos(turn) + 0.4 * np.sin(3 * turn) + uneven_roll * np.cos(2 * turn + 0.7)
    rate = np.stack([roll, 0.4 * np.cos(2 * turn + 0.5), 0.3 * np.sin(turn)], axis=1)
    return np.concatenate([force, rate], axis=1)


def found(finder: MountFinder, seen: Array, worn_as: Array) -> Array:
    """Return the mount, (3, 3) rows forward left up in the runner's axes, after eight strides with a sensor worn so."""
    for _ in range(8):
        finder.stride(np.concatenate([seen[:, :3] @ worn_as.T, seen[:, 3:] @ worn_as.T], axis=1))
    mount = finder.mount()
    assert mount is not None
    return np.array([mount.forward, mount.left, mount.up]) @ worn_as


@pytest.mark.parametrize("worn_as", [UPSIDE_DOWN, SIDEWAYS, *(random_rotation(seed) for seed in range(10))])
def test_the_mount_is_found_in_any_orientation_for_a_symmetric_runner(worn_as: Array) -> None:
    finder = MountFinder()
    assert found(finder, stride(finder), worn_as) == pytest.approx(np.eye(3), abs=1e-6)


def test_an_uneven_drop_is_not_mistaken_for_a_turned_sensor() -> None:
    finder = MountFinder()
    assert found(finder, stride(finder, uneven_roll=0.3), random_rotation(1)) == pytest.approx(np.eye(3), abs=1e-6)


def test_a_rotated_pelvis_is_indistinguishable_from_a_rotated_sensor() -> None:
    """What limits the heading (decision 6): such a runner moves like another one who is seen by a turned sensor."""
    c, s = np.cos(np.radians(8.0)), np.sin(np.radians(8.0))
    aside = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
    finder, other = MountFinder(), MountFinder()
    seen = stride(finder)
    pelvis = np.concatenate([seen[:, :3] @ aside.T, seen[:, 3:] @ aside.T], axis=1)
    assert found(finder, pelvis, np.eye(3)) == pytest.approx(found(other, seen, aside) @ aside.T, abs=1e-9)
    assert found(MountFinder(), pelvis, np.eye(3))[0] == pytest.approx([c, -s, 0.0], abs=1e-6)


def quality_of(gyro: Array) -> float:
    """Return the quality of the mount of a symmetric runner whose gyroscope axes are changed by this matrix."""
    finder = MountFinder()
    seen = stride(finder)
    for _ in range(8):
        finder.stride(np.concatenate([seen[:, :3], seen[:, 3:] @ gyro.T], axis=1))
    mount = finder.mount()
    assert mount is not None
    return mount.quality


def test_a_gyroscope_that_contradicts_the_accelerometer_leaves_no_trust_in_the_mount() -> None:
    assert quality_of(np.eye(3)) > 0.9
    turned = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    for wrong in (-np.eye(3), np.diag([-1.0, 1.0, 1.0]) @ -np.eye(3) @ turned, turned, turned.T):
        assert quality_of(wrong) < 0.05


def test_a_gyroscope_with_half_the_scale_is_not_detected() -> None:
    assert quality_of(0.5 * np.eye(3)) == pytest.approx(quality_of(np.eye(3)))
