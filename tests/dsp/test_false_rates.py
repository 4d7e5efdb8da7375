"""Sensors whose actual sampling rate is not the nominal one, or is too low to detect steps, do not break a run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dsp.chains.trunk import TrunkChain
from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Record, Step
from dsp.samples.intake import Intake
from dsp.samples.trace import Trace
from dsp.signals import NS_PER_S, Placement, SampleBlock
from tests.dsp.synthetic import Made, blocks_of, make
from tests.dsp.test_stream_contract import cut

TRUE_HZ = 104.0
WORN = (Placement.SACRUM, Placement.LEFT_FOOT)


@pytest.fixture(scope="module")
def made() -> Made:
    return make(seconds=20.0, rate_hz=TRUE_HZ, noise=0.02)


def worn_at(made: Made, placement: Placement, nominal_hz: float) -> SampleBlock:
    block = blocks_of(made, [placement], len(made.t_s), rate_hz=TRUE_HZ)[0]
    return replace(block, rate_hz=nominal_hz)


def played(block: SampleBlock, size: int = 10) -> list[Record]:
    pipeline = Pipeline(PipelineParams(signals=True))
    out = [record for part in cut(block, [size]) for record in pipeline.update(part)]
    return out + pipeline.finish()


def steps_s(records: list[Record]) -> list[float]:
    return [record.t_ns / NS_PER_S for record in records if isinstance(record, Step)]


@pytest.mark.parametrize("placement", WORN)
@pytest.mark.parametrize("nominal_hz", [0.5, 1.0, 1.2, 2.0, 3.0, 6.0, 12.5, 52.0, 208.0, 416.0])
def test_a_wrong_nominal_rate_is_ignored(made: Made, placement: Placement, nominal_hz: float) -> None:
    """Up to 6 Hz the run ended with an IndexError or a ZeroDivisionError."""
    right = steps_s(played(worn_at(made, placement, TRUE_HZ)))
    assert len(right) > 15
    assert steps_s(played(worn_at(made, placement, nominal_hz))) == pytest.approx(right, abs=1e-3)


@pytest.mark.parametrize("placement", WORN)
@pytest.mark.parametrize("nominal_hz", [1.0, 208.0])
def test_cutting_the_samples_changes_nothing_at_a_wrong_rate(
    made: Made, placement: Placement, nominal_hz: float
) -> None:
    block = worn_at(made, placement, nominal_hz)
    whole = played(block, len(block.t_ns))
    assert [played(block, size) == whole for size in (1, 7, 30)] == [True] * 3


def test_no_samples_are_filled_in_for_a_sensor_at_half_its_nominal_rate(made: Made) -> None:
    intake = Intake(Trace())
    intake.put(worn_at(made, Placement.SACRUM, 2.0 * TRUE_HZ))
    assert "filled" not in list(intake.take())


@pytest.mark.parametrize("lost", [0.0, 0.3])
@pytest.mark.parametrize("off", [0.0, 0.3])
@pytest.mark.parametrize("seed", range(5))
def test_a_nominal_rate_is_kept_with_lost_samples_and_jitter(made: Made, lost: float, off: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    block = worn_at(made, Placement.SACRUM, TRUE_HZ * rng.choice([0.92, 1.08]))
    t_ns = block.t_ns + (rng.uniform(-off, off, len(block.t_ns)) / TRUE_HZ * NS_PER_S).astype(np.int64)
    kept = rng.random(len(t_ns)) >= lost
    intake = Intake(Trace())
    intake.put(replace(block, t_ns=t_ns[kept], rows=block.values[kept]))
    assert any(intake.take())
    assert intake.period_s == 1.0 / block.rate_hz


@pytest.mark.parametrize("placement", WORN)
@pytest.mark.parametrize("nominal_hz", [0.0, 1.0, 5.0, TRUE_HZ])
@pytest.mark.parametrize("true_hz", [1.0, 2.0, 5.0, 7.0])
def test_samples_of_a_sensor_too_slow_to_detect_steps_are_neither_used_nor_kept(
    made: Made, placement: Placement, nominal_hz: float, true_hz: float
) -> None:
    rows = worn_at(made, placement, nominal_hz).values[::15]
    t_ns = (np.arange(len(rows)) * NS_PER_S / true_hz).astype(np.int64)
    block = replace(worn_at(made, placement, nominal_hz), t_ns=t_ns, rows=rows)
    assert steps_s(played(block)) == []
    assert [played(block, size) for size in (1, len(rows))] == [played(block)] * 2
    chain = TrunkChain(Placement.SACRUM, signals=True)
    assert [sighting for part in cut(block, [10]) if chain.put(part) for sighting in chain.work()] == []
    assert chain.put(block) is False
    assert chain.finish() == []


@pytest.mark.parametrize("rate_hz", [12.5, 26.0])
def test_slow_sensors_are_still_used(rate_hz: float) -> None:
    slow = make(seconds=20.0, rate_hz=rate_hz, noise=0.02)
    assert len(steps_s(played(blocks_of(slow, [Placement.SACRUM], len(slow.t_s), rate_hz=rate_hz)[0]))) > 15
