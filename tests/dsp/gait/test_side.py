"""Side detection: the alternation is tracked, its sign is learned from a force that is mostly noise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pytest

from dsp.gait.side import SideFinder, SideParams
from dsp.records import Side
from dsp.signals import Vector

LEFT = (0.0, 1.0, 0.0)


def forces(count: int, lean: float = 0.8, noise: float = 0.0, seed: int = 1, first: float = 1.0) -> Iterator[Vector]:
    """Yield early forces of stances, left ones first: `lean` to the stance side, gravity, and `noise`."""
    rng = np.random.default_rng(seed)
    for k in range(count):
        sign = first if k % 2 == 0 else -first
        x, y, z = np.array([-1.5, 0.4 + sign * lean, 14.0]) + noise * rng.normal(size=3)
        yield float(x), float(y), float(z)


def sides_of(rows: Iterable[Vector]) -> list[Side | None]:
    finder, out = SideFinder(), []
    for force in rows:
        finder.step(1, force)
        out.append(finder.side(LEFT))
    return out


def test_no_side_before_a_few_steps_agree() -> None:
    sides = sides_of(forces(20))
    assert sides[: SideParams().first_steps - 1] == [None] * (SideParams().first_steps - 1)
    assert sides[10:] == [Side.LEFT, Side.RIGHT] * 5


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("first", [1.0, -1.0])
def test_noise_as_large_as_the_lean_delays_the_side_and_does_not_change_it(seed: int, first: float) -> None:
    sides = sides_of(forces(120, noise=0.9, seed=seed, first=first))
    true = [Side.LEFT, Side.RIGHT] * 60 if first > 0 else [Side.RIGHT, Side.LEFT] * 60
    assert all(side in {None, wanted} for side, wanted in zip(sides[10:], true[10:], strict=True))
    assert None not in sides[80:]


def test_without_a_lean_no_leg_is_named() -> None:
    sides = [side for seed in range(5) for side in sides_of(forces(60, lean=0.0, noise=1.0, seed=seed))]
    assert sum(side is not None for side in sides) < 0.05 * len(sides)


def test_a_missed_step_counts_as_two() -> None:
    finder = SideFinder()
    for force in forces(20):
        finder.step(1, force)
    assert finder.side(LEFT) is Side.RIGHT
    finder.step(2, (-1.5, 0.4 - 0.8, 14.0))
    assert finder.side(LEFT) is Side.RIGHT
    finder.step(1, (-1.5, 0.4 + 0.8, 14.0))
    assert finder.side(LEFT) is Side.LEFT


def test_an_inverted_mount_names_the_other_leg() -> None:
    finder = SideFinder()
    for force in forces(21):
        finder.step(1, force)
    assert finder.side(LEFT) is Side.LEFT
    assert finder.side((0.0, -1.0, 0.0)) is Side.RIGHT
    assert finder.evidence(LEFT) == pytest.approx(-finder.evidence((0.0, -1.0, 0.0)))
    assert finder.side((1.0, 0.0, 0.0)) is None


def test_after_a_gap_the_side_is_unknown() -> None:
    finder = SideFinder()
    for force in forces(20):
        finder.step(1, force)
    finder.reset()
    assert finder.evidence(LEFT) == 0.0
    finder.step(1, (-1.5, 1.2, 14.0))
    assert finder.side(LEFT) is None


@pytest.mark.parametrize("seed", range(5))
def test_feet_that_land_together_do_not_alternate(seed: int) -> None:
    """Even a force that scatters by 0.04 of the body's weight each way does not hide that nothing alternates."""
    finder, alternating = SideFinder(), []
    for force in forces(100, lean=0.0, noise=0.4, seed=seed):
        finder.step(1, force)
        alternating.append(finder.feet_alternate())
    assert alternating[: SideParams().feet_steps - 1] == [True] * (SideParams().feet_steps - 1)
    assert not any(alternating[60:])


@pytest.mark.parametrize(("lean", "noise"), [(0.8, 0.0), (0.8, 0.9), (0.0, 2.0)])
def test_a_runner_and_a_loose_sensor_may_alternate(lean: float, noise: float) -> None:
    finder = SideFinder()
    for force in forces(100, lean=lean, noise=noise):
        finder.step(1, force)
        assert finder.feet_alternate()


def test_a_heavier_load_on_every_other_landing_is_no_alternation() -> None:
    """Jumping jacks: out and in differ along the force itself, not across it."""
    finder = SideFinder()
    for k in range(60):
        finder.step(1, (-1.5 + 0.1 * (k % 2), 0.4, 14.0 + 2.0 * (k % 2)))
    assert not finder.feet_alternate()
