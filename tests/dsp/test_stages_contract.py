"""The contract of `dsp.samples.stage`, tested on each chain and on the pipeline in runs with every kind of fault.

A run without faults is in `test_stream_contract`; here samples are lost, broken, late or of a sensor that has slipped,
and a stage is saved meanwhile.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pytest

from dsp.chains.foot import FootChain
from dsp.chains.trunk import TrunkChain
from dsp.gait.sightings import Contact, Reading, Sighting
from dsp.metrics import sensor_moved
from dsp.packed import Array
from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Record, Step
from dsp.signals import IMU6, NS_PER_S, Layout, Placement, SampleBlock
from tests.dsp.reloaded import reloaded
from tests.dsp.synthetic import Made, make
from tests.dsp.test_stream_contract import cut
from tests.dsp.virtual import in_order

HIP, LEFT, RIGHT = Placement.SACRUM, Placement.LEFT_FOOT, Placement.RIGHT_FOOT
RATE_HZ = 104.0
NAN = float("nan")

Output = Record | Sighting
Case = tuple[str, str, list[Output]]


class Stage(Protocol):
    """A stage that continues from samples, and from its saved state."""

    def update(self, block: SampleBlock) -> Sequence[Output]: ...

    def finish(self) -> Sequence[Output]: ...

    def copied(self) -> Stage: ...

    def stored(self) -> Stage: ...


class Chain:
    """A chain with the interface of a pipeline."""

    def __init__(self, chain: TrunkChain | FootChain) -> None:
        self._chain = chain

    def update(self, block: SampleBlock) -> list[Sighting]:
        return self._chain.work() if self._chain.put(block) else []

    def finish(self) -> list[Sighting]:
        return self._chain.finish()

    def copied(self) -> Chain:
        return copy.deepcopy(self)

    def stored(self) -> Chain:
        return Chain(reloaded(self._chain))


class WholePipeline:
    """A pipeline, saved as the hub does it."""

    def __init__(self, state: dict[str, object] | None = None) -> None:
        self._pipeline = Pipeline(PipelineParams(signals=True))
        if state is not None:
            self._pipeline.restore(state)

    def update(self, block: SampleBlock) -> list[Record]:
        return self._pipeline.update(block)

    def finish(self) -> list[Record]:
        return self._pipeline.finish()

    def copied(self) -> WholePipeline:
        return WholePipeline(self._pipeline.state())

    def stored(self) -> WholePipeline:
        return WholePipeline(reloaded(self._pipeline.state()))


STAGES: dict[str, tuple[Callable[[], Stage], list[Placement], Layout]] = {
    "hip": (lambda: Chain(TrunkChain(HIP, signals=True)), [HIP], IMU6),
    "hip without gyro": (lambda: Chain(TrunkChain(HIP)), [HIP], IMU6[:3]),
    "shoe": (lambda: Chain(FootChain(LEFT)), [LEFT], IMU6),
    "shoe without gyro": (lambda: Chain(FootChain(LEFT)), [LEFT], IMU6[:3]),
    "pipeline": (WholePipeline, [HIP, LEFT, RIGHT], IMU6),
}


def between(t_s: Array, from_s: float, to_s: float) -> npt.NDArray[np.bool_]:
    return (t_s >= from_s) & (t_s < to_s)


def broken(t_s: Array, values: Array) -> None:
    """Break the first row, others, single channels and one value, which is absurdly large."""
    values[0] = NAN
    values[np.random.default_rng(3).random(len(t_s)) < 0.03] = NAN
    values[between(t_s, 11.0, 11.08), 2] = NAN
    values[t_s.searchsorted(13.3), 0] = 1e12


def short_gaps(t_s: Array, values: Array) -> None:
    for at in (2.0, 8.05, 9.2, 12.0):
        values[between(t_s, at, at + 0.15)] = NAN


def long_gaps(t_s: Array, values: Array) -> None:
    for at, seconds in ((7.0, 0.45), (9.0, 2.5)):
        values[between(t_s, at, at + seconds)] = NAN


def dead_gyro(t_s: Array, values: Array) -> None:
    values[between(t_s, 8.0, 13.0), 3:] = NAN


def slipped(t_s: Array, values: Array) -> None:
    """Turn the sensor by 40 deg about its first axis."""
    c, s = np.cos(np.radians(40.0)), np.sin(np.radians(40.0))
    turn = np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])
    after = t_s >= 11.0
    for columns in (slice(0, 3), slice(3, 6)):
        values[after, columns] = values[after, columns] @ turn.T


HARD = {f.__name__: f for f in (broken, short_gaps, long_gaps, dead_gyro, slipped)}
ALL_AT_ONCE = {HIP: (long_gaps, slipped), LEFT: (dead_gyro, broken), RIGHT: (short_gaps,)}
CASES = [(stage, how) for stage in STAGES if stage != "pipeline" for how in HARD] + [("pipeline", "all at once")]
SAVED_S = (0.0, 2.1, 7.2, 8.12, 9.25, 10.4, 11.03, 11.3, 12.05, 13.31, 14.0, 15.52)
"""Before, in and after each of these faults."""


@pytest.fixture(scope="module")
def made() -> Made:
    return make(seconds=18.0, rate_hz=RATE_HZ, stand_s=2.0, noise=0.02)


def blocks_of(made: Made, stage: str, how: str, sizes: tuple[int, ...] = (10,), start_ns: int = 0) -> list[SampleBlock]:
    """Return the blocks of a stage's sensors with the fault `how`; lost samples are missing, broken ones are there."""
    _, placements, layout = STAGES[stage]
    out: list[SampleBlock] = []
    for placement in placements:
        values = made.sensors[placement].copy()
        changes = [HARD[how]] if how in HARD else ALL_AT_ONCE[placement]
        for change in changes:
            change(made.t_s, values)
        keep = np.ones(len(values), dtype=bool)
        if short_gaps in changes or long_gaps in changes:
            keep = ~np.all(np.isnan(values), axis=1)
        t_ns = start_ns + np.round(made.t_s * NS_PER_S).astype(np.int64)[keep]
        block = SampleBlock(str(placement), placement, layout, t_ns, values[keep][:, : len(layout)], RATE_HZ)
        # A packet is sent when it is full; none is held back over a gap.
        ends = [0, *(np.flatnonzero(np.diff(t_ns) > NS_PER_S // 20) + 1).tolist(), len(t_ns)]
        for a, b in pairwise(ends):
            out += cut(replace(block, t_ns=t_ns[a:b], rows=block.values[a:b]), sizes)
    return in_order(out)


def play(stage: str, blocks: list[SampleBlock], *, saved: bool = False) -> list[Output]:
    out: list[Output] = []
    running, saves_s = STAGES[stage][0](), list(SAVED_S)
    for block in blocks:
        out += running.update(block)
        if saved and saves_s and block.t_ns[-1] >= saves_s[0] * NS_PER_S:
            running = running.copied() if len(saves_s) % 2 else running.stored()
            del saves_s[0]
    assert not (saved and saves_s)
    return [*out, *running.finish()]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}, {case[1]}")
def case(request: pytest.FixtureRequest, made: Made) -> Case:
    """Return a stage, its fault, and its output in that run."""
    stage, how = request.param
    return stage, how, play(stage, blocks_of(made, stage, how))


def test_block_size_and_saving_in_the_middle_change_nothing(made: Made, case: Case) -> None:
    stage, how, reference = case
    assert play(stage, blocks_of(made, stage, how, sizes=(3, 17, 1, 40)), saved=True) == reference != []


def test_the_fault_is_reported_and_steps_continue_afterwards(case: Case) -> None:
    stage, how, out = case
    late = [r for r in out if isinstance(r, Step | Contact) and _time_s(r) > 15.7]
    assert len(late) >= (2 if "hip" in stage or stage == "pipeline" else 1)
    moved = [r for r in out if isinstance(r, Reading) and r.metric.key == sensor_moved.KEY]
    assert bool(moved) == ("hip" in stage and how == "slipped")


@pytest.mark.parametrize(("stage", "how"), [(s, "long_gaps") for s in STAGES if s != "pipeline"] + CASES[-1:])
def test_the_start_of_the_clock_does_not_matter(made: Made, stage: str, how: str) -> None:
    def times(start_ns: int) -> list[float]:
        out = play(stage, blocks_of(made, stage, how, start_ns=start_ns))
        return [_time_s(r) - start_ns * 1e-9 for r in out if isinstance(r, Step | Contact)]

    assert times(-9 * NS_PER_S) == pytest.approx(times(0), abs=1e-5)


def test_a_saved_state_is_independent_of_the_running_stage(made: Made) -> None:
    blocks = blocks_of(made, "hip", "short_gaps")
    out: list[Output] = []
    one = STAGES["hip"][0]()
    for block in blocks[: len(blocks) // 2]:
        out += one.update(block)
    two = one.copied()
    for block in blocks[len(blocks) // 2 :]:
        two.update(replace(block, rows=block.values * 0.5))
    for block in blocks[len(blocks) // 2 :]:
        out += one.update(block)
    assert [*out, *one.finish()] == play("hip", blocks)


def _time_s(record: Step | Contact) -> float:
    return record.t_ns * 1e-9 if isinstance(record, Step) else record.t_s
