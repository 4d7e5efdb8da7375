"""One contact at a wrong time exchanges left and right: a trunk sensor notices within a few steps, and noise does not.

Separation is the difference of the mean early force to the mean of both legs, in standard deviations of a step: 0.4 to
19 in recordings of 25 runs, 9 typically.
"""

from __future__ import annotations

import numpy as np
import pytest

from dsp.gait.side import SideFinder
from dsp.records import Side
from dsp.signals import Vector
from tests.dsp.reloaded import reloaded

LEFT = (0.0, 1.0, 0.0)


class Runner:
    """Early forces of a runner, and whether the side that the finder names is right (None: it names none)."""

    def __init__(self, separation: float, seed: int, noise: float = 1.0) -> None:
        self.finder = SideFinder()
        self.on_left = False
        self.aside = separation * noise
        self._rng, self._noise = np.random.default_rng(seed), noise

    def step(self, offset: float = 0.0) -> bool | None:
        """Take the next step; `offset`: further force to the left, m/s2."""
        self.on_left = not self.on_left
        lean = self.aside if self.on_left else -self.aside
        x, y, z = np.array([-1.5, 0.4 + lean + offset, 14.0]) + self._noise * self._rng.normal(size=3)
        self.finder.step(1, (float(x), float(y), float(z)), LEFT)
        side = self.finder.side(LEFT)
        return None if side is None else (side is Side.LEFT) is self.on_left

    def steps(self, count: int) -> list[bool | None]:
        return [self.step() for _ in range(count)]

    def mistime_a_contact(self) -> None:
        """Shift the count: from now on each step is taken for one of the other leg."""
        self.on_left = not self.on_left


@pytest.mark.parametrize("separation", [3.0, 9.0, 19.0])
@pytest.mark.parametrize("before", [15, 16, 40, 121, 400])
def test_sides_are_right_again_six_steps_after_the_count_was_shifted(separation: float, before: int) -> None:
    for seed in range(10):
        runner = Runner(separation, seed)
        assert runner.steps(before)[-1]
        runner.mistime_a_contact()
        after = runner.steps(100)
        assert after.count(False) <= 2
        assert all(after[10:])


def test_a_count_shifted_at_any_step_of_a_noisy_runner_is_mended() -> None:
    wrong, unnamed = [], []
    for before in range(5, 125):
        runner = Runner(1.5, seed=before)
        runner.steps(before)
        runner.mistime_a_contact()
        after = runner.steps(80)
        wrong.append(after.count(False))
        unnamed.append(after.count(None))
        assert all(after[40:])
    assert np.mean(wrong) < 3.5  # it was 11 with the long mean alone
    assert np.mean(unnamed) < 10.0  # it was 45


def test_the_count_is_mended_again_and_again() -> None:
    runner = Runner(9.0, seed=1)
    runner.steps(30)
    for _ in range(10):
        runner.mistime_a_contact()
        after = runner.steps(12)
        assert after.count(False) <= 1
        assert all(after[-6:])


@pytest.mark.parametrize("separation", [1.0, 2.0, 9.0, 19.0])
def test_noise_alone_never_turns_the_sides_round(separation: float) -> None:
    runner = Runner(separation, seed=5)
    runner.steps(100)
    sides = runner.steps(20_000)
    assert False not in sides
    assert sides.count(None) < 0.002 * len(sides)


def test_a_force_that_is_almost_all_noise_names_hardly_a_wrong_side() -> None:
    runner = Runner(0.4, seed=6)
    runner.steps(100)
    assert runner.steps(20_000).count(False) < 20


def test_a_force_that_is_all_noise_names_hardly_a_side() -> None:
    assert Runner(0.0, seed=7).steps(20_000).count(None) > 19_800


def test_a_limp_that_begins_does_not_turn_the_sides_round() -> None:
    """From step 100 on the right leg pushes to the left as well, but less."""
    runner = Runner(9.0, seed=2, noise=0.2)
    assert all(runner.steps(100)[10:])
    sides = [runner.step(offset=0.0 if not runner.on_left else 2.6) for _ in range(400)]
    assert False not in sides


@pytest.mark.parametrize("offset", [-6.0, -2.0, 2.0, 6.0])
def test_a_sensor_that_tilts_does_not_turn_the_sides_round(offset: float) -> None:
    """Tilted by 8 to 40 degrees, gravity pushes it to the same side at every step."""
    runner = Runner(9.0, seed=3, noise=0.2)
    assert all(runner.steps(100)[10:])
    assert False not in [runner.step(offset) for _ in range(400)]


def test_a_few_steps_pushed_to_the_wrong_side_leave_sides_unnamed_not_wrong() -> None:
    """Someone turns on the spot or stumbles: four steps contradict, then it goes on as before."""
    runner = Runner(9.0, seed=4)
    runner.steps(80)
    pushed = [runner.step(offset=-2.0 * runner.aside if not runner.on_left else 2.0 * runner.aside) for _ in range(4)]
    assert pushed == [True, None, None, None]
    after = runner.steps(40)
    assert False not in after
    assert all(after[4:])


@pytest.mark.parametrize("separation", [3.0, 9.0])
@pytest.mark.parametrize("before", [20, 60, 200])
def test_a_sensor_turned_back_to_front_has_no_sides_instead_of_wrong_ones(separation: float, before: int) -> None:
    """Both horizontal axes are reversed; a shifted count leaves the force along the run as it was."""
    rng = np.random.default_rng(1)
    for turned in (True, False):
        finder, sides = SideFinder(), []
        for k in range(before + 200):
            sign = 1.0 if k % 2 == 0 else -1.0
            late = k >= before
            ahead, aside = -1.5 + 0.5 * rng.normal(), sign * 0.5 * separation + 0.5 * rng.normal()
            ahead, aside = (-ahead, -aside) if late and turned else (ahead, -aside if late else aside)
            finder.step(1, (float(ahead), float(aside), 14.0), LEFT, (1.0, 0.0, 0.0))
            sides.append(finder.side(LEFT))
        if turned:
            assert sides[before + 3 :] == [None] * 197
        else:
            assert sides[before + 12 :] == [Side.RIGHT, Side.LEFT] * 94


def test_as_long_as_left_is_unknown_the_count_is_left_alone() -> None:
    finder = SideFinder()
    force: list[Vector] = [(-1.5, 1.2, 14.0), (-1.5, -0.4, 14.0)]
    for k in range(40):
        finder.step(1, force[k % 2])
    for k in range(1, 10):
        finder.step(1, force[k % 2])
    assert finder.side(LEFT) is Side.LEFT  # by the count; the last force was to the right


@pytest.mark.parametrize("later", range(8))
def test_a_finder_restored_amid_contradiction_names_the_same_sides(later: int) -> None:
    runner = Runner(9.0, seed=8)
    runner.steps(50)
    runner.mistime_a_contact()
    runner.steps(later)
    again = reloaded(runner)
    assert runner.steps(30) == again.steps(30)
    assert runner.finder.evidence(LEFT) == again.finder.evidence(LEFT)


def test_a_gap_forgets_the_contradiction() -> None:
    runner = Runner(9.0, seed=9)
    runner.steps(50)
    runner.mistime_a_contact()
    runner.steps(4)
    runner.finder.reset()
    after = runner.steps(40)
    assert False not in after
    assert all(after[10:])
