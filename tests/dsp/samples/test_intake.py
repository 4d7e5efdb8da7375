"""From blocks to a gapless trace: what is filled, what restarts the trace, and that times are kept."""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest

from dsp.packed import Array
from dsp.samples.averaging import Averaging
from dsp.samples.intake import LEARN_SAMPLES, MAX_CHUNKS, Intake, IntakeParams, Ready
from dsp.samples.trace import Trace
from dsp.signals import IMU6, NS_PER_S, Layout, Placement, SampleBlock
from tests.dsp.reloaded import reloaded

Stamps = npt.NDArray[np.int64]

NAN = float("nan")
HZ = 100
PERIOD_NS = NS_PER_S // HZ
STRIDE_S = 0.7


def stamps(count: int, start_ns: int = 0) -> Stamps:
    return start_ns + np.arange(count, dtype=np.int64) * PERIOD_NS


def strides(t_ns: Stamps) -> Array:
    """(n, 6) samples of a runner whose strides are all the same."""
    phase = 2.0 * np.pi * t_ns[:, None] / NS_PER_S / STRIDE_S
    values: Array = np.sin(phase + np.arange(6)) * np.array([5.0, 3.0, 9.0, 2.0, 4.0, 1.0])
    return values


def block(t_ns: Stamps, values: Array, rate_hz: float = float(HZ), layout: Layout = IMU6) -> SampleBlock:
    return SampleBlock("s", Placement.SACRUM, layout, t_ns, values, rate_hz)


def work(
    intake: Intake,
    trace: Trace,
    t_ns: Stamps,
    values: Array,
    size: int = 7,
    rate_hz: float = float(HZ),
    layout: Layout = IMU6,
) -> list[tuple[Ready, float | None]]:
    """Put samples in, `size` per block; return what `take` yielded, each with the newest time in the trace."""
    events = []
    for a in range(0, len(t_ns), size):
        intake.put(block(t_ns[a : a + size], values[a : a + size], rate_hz, layout))
        events += [(ready, trace.t_s[-1] if trace.t_s else None) for ready in intake.take()]
    return events


def without(t_ns: Stamps, values: Array, first: int, count: int) -> tuple[Stamps, Array]:
    """Return the samples without `count` of them from index `first` on."""
    keep = np.ones(len(t_ns), dtype=bool)
    keep[first : first + count] = False
    return t_ns[keep], values[keep]


@pytest.fixture
def trace() -> Trace:
    return Trace()


@pytest.fixture
def intake(trace: Trace) -> Intake:
    return Intake(trace)


def test_steady_samples_enter_the_trace_unchanged(intake: Intake, trace: Trace) -> None:
    t_ns = stamps(100)
    events = work(intake, trace, t_ns, strides(t_ns))
    assert [ready for ready, _ in events].count("restart") == 1
    assert {ready for ready, _ in events} == {"restart", "samples"}
    assert trace.t_s == pytest.approx(t_ns / NS_PER_S)
    assert np.array(trace.axes).transpose() == pytest.approx(strides(t_ns))
    assert intake.has_gyro


def test_channels_are_found_by_name_not_by_position(intake: Intake, trace: Trace) -> None:
    t_ns, layout = stamps(50), tuple(reversed(IMU6))
    work(intake, trace, t_ns, strides(t_ns)[:, ::-1], layout=layout)
    assert np.array(trace.axes).transpose() == pytest.approx(strides(t_ns))


def test_the_last_samples_are_processed_at_the_end(intake: Intake, trace: Trace) -> None:
    t_ns = stamps(53)
    work(intake, trace, t_ns, strides(t_ns))
    assert len(trace.t_s) == 50
    intake.end()
    assert list(intake.take()) == ["samples"]
    assert trace.t_s[-1] == pytest.approx(t_ns[-1] / NS_PER_S)


def test_an_unknown_rate_is_learned_from_the_median_spacing(intake: Intake, trace: Trace) -> None:
    t_ns = stamps(40)
    t_ns[5:] += 30 * PERIOD_NS  # one long pause among the first samples does not set the rate
    work(intake, trace, t_ns[: LEARN_SAMPLES - 1], strides(t_ns)[: LEARN_SAMPLES - 1], size=1, rate_hz=0.0)
    assert intake.period_s == 0.0
    work(intake, trace, t_ns[LEARN_SAMPLES - 1 :], strides(t_ns)[LEARN_SAMPLES - 1 :], size=1, rate_hz=0.0)
    assert intake.period_s == pytest.approx(1.0 / HZ)
    assert trace.t_s[-1] == pytest.approx(t_ns[-1] / NS_PER_S)


def test_a_fast_sensor_is_averaged_in_groups(trace: Trace) -> None:
    intake, t_ns = Intake(trace), stamps(400) // 4
    work(intake, trace, t_ns, strides(t_ns), size=13, rate_hz=4.0 * HZ)
    assert intake.group == 4
    assert intake.period_s == pytest.approx(1.0 / HZ)
    assert trace.t_s == pytest.approx(t_ns.reshape(-1, 4).mean(axis=1) / NS_PER_S)
    assert np.array(trace.axes).transpose() == pytest.approx(strides(t_ns).reshape(-1, 4, 6).mean(axis=1))


@pytest.mark.parametrize("count", [1, 5, 20])
def test_a_short_gap_is_filled_with_a_straight_line_if_the_stride_is_unknown(
    intake: Intake, trace: Trace, count: int
) -> None:
    t_ns = stamps(100)
    events = work(intake, trace, *without(t_ns, strides(t_ns), 60, count))
    assert [ready for ready, _ in events].count("filled") == 1
    assert intake.gap_s == pytest.approx((count + 1) / HZ)
    assert trace.t_s == pytest.approx(t_ns[: len(trace.t_s)] / NS_PER_S)
    filled = np.array(trace.axes).T[59 : 61 + count]
    assert np.diff(filled, 2, axis=0) == pytest.approx(np.zeros((count, 6)), abs=1e-9)


def test_a_short_gap_is_filled_from_the_preceding_strides(intake: Intake, trace: Trace) -> None:
    t_ns = stamps(400)
    intake.stride_s = STRIDE_S
    events = work(intake, trace, *without(t_ns, strides(t_ns), 300, 30))
    assert "filled" in {ready for ready, _ in events}
    assert [ready for ready, _ in events].count("restart") == 1
    assert np.array(trace.axes).transpose() == pytest.approx(strides(t_ns), abs=0.15)


@pytest.mark.parametrize(
    ("stride_s", "longest_s"), [(0.0, IntakeParams().fill_s), (0.7, IntakeParams().fill_strides_s)]
)
def test_a_longer_gap_restarts_the_trace(stride_s: float, longest_s: float) -> None:
    for count, restarts in ((int(longest_s * HZ) - 1, 1), (int(longest_s * HZ) + 1, 2)):
        intake = Intake(trace := Trace())
        intake.stride_s, t_ns = stride_s, stamps(500)
        events = work(intake, trace, *without(t_ns, strides(t_ns), 300, count))
        assert [ready for ready, _ in events].count("restart") == restarts
        intake.end()
        assert list(intake.take()) in ([], ["samples"])
        assert trace.t_s[-1] == pytest.approx(t_ns[-1] / NS_PER_S)
        assert trace.t_s[0] == pytest.approx(0.0 if restarts == 1 else (300 + count) / HZ)


def test_a_row_with_an_invalid_value_in_one_channel_is_a_lost_sample(trace: Trace) -> None:
    t_ns = stamps(100)
    broken = strides(t_ns)
    broken[60:63, 1], broken[61, 5], broken[62, 2] = NAN, float("inf"), 1e30
    work(intake := Intake(trace), trace, t_ns, broken)
    work(Intake(lost := Trace()), lost, *without(t_ns, strides(t_ns), 60, 3))
    assert intake.gap_s == pytest.approx(0.04)
    assert trace.channels() == lost.channels()


def test_jitter_is_not_a_gap(intake: Intake, trace: Trace) -> None:
    jitter_ns = np.random.default_rng(2).integers(-PERIOD_NS // 5, PERIOD_NS // 5, 200)
    t_ns = stamps(200) + jitter_ns
    events = work(intake, trace, t_ns, strides(t_ns))
    assert "filled" not in {ready for ready, _ in events}
    assert trace.t_s == pytest.approx(t_ns / NS_PER_S)


def test_a_sensor_that_was_silent_joins_again(intake: Intake, trace: Trace) -> None:
    t_ns = stamps(300)
    work(intake, trace, *without(t_ns, strides(t_ns), 100, 50))
    assert intake.joined_s == 0.0
    later = stamps(100, 5 * NS_PER_S)
    work(intake, trace, later, strides(later))
    assert intake.joined_s == 5.0


def test_raw_samples_are_kept_until_taken(trace: Trace) -> None:
    intake, t_ns = Intake(trace, IntakeParams(raw=True)), stamps(60) // 4
    values = strides(t_ns)
    values[30] = NAN
    work(intake, trace, t_ns, values, rate_hz=4.0 * HZ)
    kept_ns, rows = intake.take_raw()
    assert kept_ns == t_ns.tolist()
    assert np.concatenate(rows) == pytest.approx(values, nan_ok=True)
    assert intake.take_raw() == ([], [])


def difficult(start_ns: int = 0) -> tuple[Stamps, Array]:
    """Six seconds with a NaN row at first, short gaps, one too long, a dead gyro and a silence."""
    t_ns = stamps(600, start_ns)
    values = strides(t_ns - start_ns)
    values[0] = NAN
    values[320:345, 3:] = NAN
    for first, count in ((450, 120), (200, 50), (150, 12), (90, 3)):
        t_ns, values = without(t_ns, values, first, count)
    return t_ns, values


@pytest.mark.parametrize("size", [1, 3, 64, 600])
def test_difficult_input_gives_the_same_trace_however_it_is_cut(intake: Intake, trace: Trace, size: int) -> None:
    work(intake, trace, *difficult(), size=size)
    work(Intake(reference := Trace()), reference, *difficult(), size=10)
    assert trace.channels() == reference.channels()


@pytest.mark.parametrize("save", [copy.deepcopy, reloaded], ids=["copy", "pickle"])
def test_saving_and_restoring_after_every_block_changes_nothing(
    intake: Intake, trace: Trace, save: Callable[[tuple[Intake, Trace]], tuple[Intake, Trace]]
) -> None:
    t_ns, values = difficult()
    both = intake, trace
    for k in range(0, len(t_ns), 7):
        work(*both, t_ns[k : k + 7], values[k : k + 7])
        both = save(both)
    work(Intake(reference := Trace()), reference, t_ns, values)
    assert both[1].channels() == reference.channels()


@pytest.mark.parametrize("start_s", [-3, -1000, 4000])
def test_the_origin_of_the_clock_does_not_matter(start_s: int) -> None:
    events = []
    for start_ns in (0, start_s * NS_PER_S):
        intake = Intake(trace := Trace())
        events.append([ready for ready, _ in work(intake, trace, *difficult(start_ns))])
        assert intake.joined_s == pytest.approx(start_ns / NS_PER_S + 5.7, abs=0.02)
        assert all(b > a for a, b in pairwise(trace.t_s))
    assert events[0] == events[1]


def test_a_long_block_is_not_averaged_again_for_every_change_of_chunk_length(
    intake: Intake, trace: Trace, monkeypatch: pytest.MonkeyPatch
) -> None:
    averaged = []
    means = Averaging.means

    def counted(averaging: Averaging, values: Array, chunks: int) -> list[list[list[float]]]:
        averaged.append(chunks * averaging.raw)
        return means(averaging, values, chunks)

    monkeypatch.setattr(Averaging, "means", counted)
    t_ns = stamps(20_000)
    intake.put(block(t_ns, strides(t_ns)))
    for k, _ in enumerate(intake.take()):
        intake.chunk = 4 + k % 3
    assert len(trace.t_s) > 19_000
    assert sum(averaged) <= 2 * MAX_CHUNKS * len(t_ns)
