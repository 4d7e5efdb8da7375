"""`signals`: pelvis angles at the sacrum sensor's own rate, whatever rate the core uses internally."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.virtual.runner import RunnerParams, VirtualRunner
from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Attitude, Record, Step
from dsp.signals import IMU6, Placement, SampleBlock

SECONDS = 20


def sacrum_blocks(rate_hz: float) -> list[SampleBlock]:
    runner = VirtualRunner(RunnerParams(seed=3, standing_s=4.0))
    n = int(SECONDS * rate_hz)
    values = runner.imu(Placement.SACRUM, 0, n, rate_hz)
    t_ns = np.round(np.arange(n) / rate_hz * 1e9).astype(np.int64)
    return [
        SampleBlock("hip", Placement.SACRUM, IMU6, t_ns[k : k + 5], values[k : k + 5], rate_hz) for k in range(0, n, 5)
    ]


def replayed(blocks: list[SampleBlock], *, signals: bool) -> list[Record]:
    pipeline = Pipeline(PipelineParams(signals=signals))
    return [record for block in blocks for record in pipeline.update(block)] + pipeline.finish()


@pytest.mark.parametrize("rate_hz", [52.0, 104.0, 208.0, 416.0])
def test_there_is_one_attitude_per_sample_at_its_time(rate_hz: float) -> None:
    blocks = sacrum_blocks(rate_hz)
    stamps = np.array([each.t_ns for each in replayed(blocks, signals=True) if isinstance(each, Attitude)])
    wanted = np.concatenate([block.t_ns for block in blocks])
    assert len(wanted) - len(stamps) <= 0.2 * rate_hz  # the last chunk may still be open
    assert np.abs(stamps - wanted[: len(stamps)]).max() <= 1000


@pytest.mark.parametrize("rate_hz", [104.0, 208.0, 416.0])
def test_the_angle_agrees_with_the_truth(rate_hz: float) -> None:
    runner = VirtualRunner(RunnerParams(seed=3, standing_s=4.0))
    found = [each for each in replayed(sacrum_blocks(rate_hz), signals=True) if isinstance(each, Attitude)]
    late = [each for each in found if each.t_ns > 14e9 and each.obliquity_deg is not None]
    assert len(late) > 4 * rate_hz
    true_deg = runner.obliquity_deg(np.array([each.t_ns * 1e-9 for each in late]))
    error_deg = np.array([each.obliquity_deg for each in late]) - true_deg
    assert (error_deg - error_deg.mean()).std() <= 0.4


def test_asking_for_signals_changes_no_step() -> None:
    blocks = sacrum_blocks(208.0)
    plain, with_signals = (
        [each for each in replayed(blocks, signals=signals) if isinstance(each, Step)] for signals in (False, True)
    )
    assert len(plain) > 20
    assert plain == with_signals
