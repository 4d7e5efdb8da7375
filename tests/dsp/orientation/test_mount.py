"""Mounts given in words, and found from strides."""

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
def test_what_is_no_mount_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ValueError, match="mount"):
        Mount.from_axes(text)


@pytest.mark.parametrize("sure", [True, False])
def test_standing_levels_a_given_mount(*, sure: bool) -> None:
    up = unit((0.0, 0.98, 9.75))
    mount = Mount.from_axes("+x+y+z").levelled(Zero(up, 0.0 if sure else 0.1))
    assert dot(mount.left, up) == pytest.approx(0.0, abs=1e-9)
    assert mount.level is sure
    assert np.linalg.norm(mount.forward) == pytest.approx(1.0)


UPSIDE_DOWN, SIDEWAYS = np.diag([1.0, -1.0, -1.0]), np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])


def anyhow(seed: int) -> Array:
    """A rotation, uniformly random."""
    q, r = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    turned: Array = q * np.sign(np.diag(r))
    return turned * float(np.sign(np.linalg.det(turned)))


def stride(finder: MountFinder, uneven_roll: float = 0.0) -> Array:
    """(2 phases, 6) of a runner, forward left up: left and right alike but for a roll at step frequency, rad/s."""
    turn = 2.0 * np.pi * np.arange(2 * finder.phases) / (2 * finder.phases)
    force = np.stack([2.5 * np.sin(2 * turn), np.sin(turn) + np.cos(3 * turn), 9.8 + 8.0 * np.cos(2 * turn)], axis=1)
    roll = 0.5 * np.cos(turn) + 0.4 * np.sin(3 * turn) + uneven_roll * np.cos(2 * turn + 0.7)
    rate = np.stack([roll, 0.4 * np.cos(2 * turn + 0.5), 0.3 * np.sin(turn)], axis=1)
    return np.concatenate([force, rate], axis=1)


def found(finder: MountFinder, seen: Array, put_on: Array) -> Array:
    """The mount, (3, 3) rows forward left up in the runner's axes, after eight strides through a sensor put on so."""
    for _ in range(8):
        finder.stride(np.concatenate([seen[:, :3] @ put_on.T, seen[:, 3:] @ put_on.T], axis=1))
    mount = finder.mount()
    assert mount is not None
    return np.array([mount.forward, mount.left, mount.up]) @ put_on


@pytest.mark.parametrize("put_on", [UPSIDE_DOWN, SIDEWAYS, *(anyhow(seed) for seed in range(10))])
def test_an_even_runner_is_found_however_the_sensor_is_put_on(put_on: Array) -> None:
    finder = MountFinder()
    assert found(finder, stride(finder), put_on) == pytest.approx(np.eye(3), abs=1e-6)


def test_a_hip_that_drops_more_on_one_leg_is_not_taken_for_a_turned_sensor() -> None:
    finder = MountFinder()
    assert found(finder, stride(finder, uneven_roll=0.3), anyhow(1)) == pytest.approx(np.eye(3), abs=1e-6)


def test_a_pelvis_that_points_aside_cannot_be_told_from_a_sensor_that_does() -> None:
    """What limits the heading (decision 6): the motion of such a runner is that of another, seen by a turned sensor."""
    c, s = np.cos(np.radians(8.0)), np.sin(np.radians(8.0))
    aside = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
    finder, other = MountFinder(), MountFinder()
    seen = stride(finder)
    pelvis = np.concatenate([seen[:, :3] @ aside.T, seen[:, 3:] @ aside.T], axis=1)
    assert found(finder, pelvis, np.eye(3)) == pytest.approx(found(other, seen, aside) @ aside.T, abs=1e-9)
    assert found(MountFinder(), pelvis, np.eye(3))[0] == pytest.approx([c, -s, 0.0], abs=1e-6)


def quality_of(gyro: Array) -> float:
    """Of the mount of an even runner whose sensor has the axes of its gyro changed by this matrix."""
    finder = MountFinder()
    seen = stride(finder)
    for _ in range(8):
        finder.stride(np.concatenate([seen[:, :3], seen[:, 3:] @ gyro.T], axis=1))
    mount = finder.mount()
    assert mount is not None
    return mount.quality


def test_a_gyro_that_contradicts_the_accelerometer_leaves_no_mount_to_trust() -> None:
    assert quality_of(np.eye(3)) > 0.9
    turned = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    for wrong in (-np.eye(3), np.diag([-1.0, 1.0, 1.0]) @ -np.eye(3) @ turned, turned, turned.T):
        assert quality_of(wrong) < 0.05


def test_half_a_gyro_cannot_be_told_from_a_runner_who_turns_half_as_far() -> None:
    assert quality_of(0.5 * np.eye(3)) == pytest.approx(quality_of(np.eye(3)))
