"""The parts of a trunk sensor's chain one by one: level, alignment and steps."""

from __future__ import annotations

import numpy as np
import pytest

from dsp.chains.trunk_alignment import AlignmentParams, TrunkAlignment
from dsp.chains.trunk_level import TrunkLevel
from dsp.chains.trunk_steps import TrunkSteps
from dsp.detectors.trunk import TrunkContactParams
from dsp.gait.stances import StanceParams
from dsp.orientation.bend import Pace
from dsp.orientation.mount import Mount
from dsp.orientation.stillness import QuietWindow, Standing
from dsp.packed import Array
from dsp.samples.trace import Trace
from dsp.signals import GRAVITY_MPS2, Placement, Vector
from tests.dsp.reloaded import reloaded
from tests.dsp.synthetic import Made, make

RATE_HZ = 100.0
PERIOD_S = 1.0 / RATE_HZ
MOUNT = Mount.from_axes("+x+y+z")


def traced(samples: Array) -> Trace:
    """A trace with (n, 6) samples and nothing computed from them."""
    trace = Trace()
    trace.t_s += (np.arange(len(samples)) * PERIOD_S).tolist()
    for kept, column in zip(trace.axes, samples.T.tolist(), strict=True):
        kept += column
    for kept, column in zip(trace.turns, samples[:, 3:].T.tolist(), strict=True):
        kept += column
    return trace


@pytest.fixture(scope="module")
def runner() -> Made:
    return make(seconds=20.0, rate_hz=RATE_HZ, stand_s=0.0, gyro_bias_radps=(0.0, 0.0, 0.0))


def for_3_s(force: Vector) -> Standing:
    return Standing(force, 3.0, fresh=True)


@pytest.fixture
def trace(runner: Made) -> Trace:
    return traced(runner.sensors[Placement.SACRUM])


@pytest.mark.parametrize("levelled", [True, False])
def test_level_is_aligned_with_the_mean_force(*, levelled: bool) -> None:
    lying = np.tile([0.0, -GRAVITY_MPS2, 0.0, 0.0, 0.0, 0.0], (100, 1))
    trace, level = traced(lying), TrunkLevel(Pace())
    level.start(trace, 75, PERIOD_S, levelled=levelled, has_lean=levelled)
    vertical = level.run(trace.t_s, 0, 100, trace)
    assert vertical == pytest.approx([GRAVITY_MPS2] * 100)
    assert [axis[-1] for axis in trace.up] == pytest.approx([0.0, -1.0, 0.0])
    assert len(trace.vx) == (100 if levelled else 0)


def test_standing_gives_the_bias_and_a_moved_sensor_loses_its_certainty() -> None:
    still = np.tile([0.0, 0.0, GRAVITY_MPS2, 0.0, 0.02, 0.0], (400, 1))
    trace, level = traced(still), TrunkLevel(Pace())
    level.start(trace, 75, PERIOD_S, levelled=True, has_lean=True)
    for start in range(0, 400, 50):
        t_s = trace.t_s[start : start + 50]
        level.run(t_s, start, start + 50, trace)
        level.learn_without_steps(t_s[-1], QuietWindow((0.0, 0.0, GRAVITY_MPS2), (0.0, 0.02, 0.0)))
    assert level.bias == pytest.approx((0.0, 0.02, 0.0), abs=0.003)
    sure, doubtful = reloaded(level), level
    doubtful.doubt_bias()
    for again in (sure, doubtful):
        again.start(trace, 75, PERIOD_S, levelled=True, has_lean=True)
        again.learn_without_steps(0.5, QuietWindow((0.0, 0.0, GRAVITY_MPS2), (0.0, 0.08, 0.0)))
    assert abs(sure.bias[1] - 0.02) < 0.5 * abs(doubtful.bias[1] - 0.02)


def test_an_explicit_mount_is_kept_until_the_sensor_has_moved(runner: Made, trace: Trace) -> None:
    alignment = TrunkAlignment(Placement.SACRUM, MOUNT, AlignmentParams())
    strides = list(zip(runner.contacts_s[2::2], runner.contacts_s[3::2], runner.contacts_s[4::2], strict=False))
    for stride in strides:
        assert not alignment.stride(stride, trace, running=True)
    assert (alignment.mount, alignment.trust) == (MOUNT, 1.0)
    alignment.take_standing(for_3_s((0.0, 1.0, GRAVITY_MPS2)))
    stood = alignment.mount
    assert stood is not None
    assert stood.level
    alignment.forget()
    alignment.reset()
    assert (alignment.mount, alignment.trust) == (None, AlignmentParams().doubtful_trust)
    for stride in strides:
        alignment.stride(stride, trace, running=True)
    assert alignment.mount is not None
    assert alignment.mount.left == pytest.approx(MOUNT.left, abs=0.05)
    assert alignment.trust == 1.0


def test_the_mount_is_not_learned_while_nobody_runs(runner: Made, trace: Trace) -> None:
    alignment = TrunkAlignment(Placement.SACRUM, None)
    for one_s, two_s, three_s in zip(*(runner.contacts_s[k:] for k in (2, 3, 4)), strict=False):
        assert not alignment.stride((one_s, two_s, three_s), trace, running=False)
    assert alignment.mount is None


def test_every_contact_closes_one_stride_and_is_returned_once(runner: Made, trace: Trace) -> None:
    level = TrunkLevel(Pace())
    level.start(trace, 75, PERIOD_S, levelled=True, has_lean=True)
    steps = TrunkSteps(Placement.SACRUM, PERIOD_S, 0.9, RATE_HZ, TrunkContactParams(), StanceParams())
    closed = []
    for start in range(0, len(trace.t_s), 5):
        t_s = trace.t_s[start : start + 5]
        steps.run(t_s, level.run(t_s, start, start + 5, trace), trace, level, None)
        stride = steps.take_stride()
        assert steps.take_stride() is None
        closed += [stride] if stride else []
    lasts_s = np.array([stride[2] for stride in closed])
    true_s = runner.contacts_s[runner.contacts_s > lasts_s[0] - 0.1][: len(lasts_s)]
    assert len(closed) > 40
    assert np.abs(lasts_s - true_s).max() < 0.05
    assert steps.due_s(0.714) > lasts_s[-1]
    steps.reset()
    assert steps.take_stride() is None
    assert not steps.stances.running


@pytest.mark.parametrize("lying", [(0.0, GRAVITY_MPS2, 0.0), (GRAVITY_MPS2, 0.0, 0.0)])
def test_lying_on_a_table_is_not_standing_for_an_explicit_mount(lying: Vector) -> None:
    alignment = TrunkAlignment(Placement.SACRUM, MOUNT)
    alignment.take_standing(for_3_s(lying))
    assert alignment.mount == MOUNT
    alignment.take_standing(for_3_s((0.0, 0.5, 9.8)))
    levelled = alignment.mount
    assert levelled is not None
    assert levelled.level
    alignment.take_standing(for_3_s(lying))
    assert alignment.mount == levelled
