"""The run so far: a copy of it is independent; its cues and threshold states are bounded and ordered."""

from __future__ import annotations

from dataclasses import fields

from drivers.packets import DeviceInfo
from dsp.records import Cue, Mark, Metric, PainReport, Quality, Record, Severity, Side, Threshold, ThresholdState
from dsp.signals import NS_PER_S, Placement
from hub.flow.engine import SourceHealth
from hub.flow.run_so_far import CUES_KEPT, RunSoFar
from hub.flow.trend import FIELDS


def at(t_s: float, number: int) -> list[Record]:
    t_ns = round(t_s * NS_PER_S)
    return [
        Metric(t_ns, FIELDS[0], float(number), None, 1.0),
        Threshold(t_ns, f"detector_{number}", ThresholdState.NEAR, Side.LEFT, ()),
        Cue(t_ns, "rule", Severity.STOP, f"cue {number}", None, ()),
        Mark(t_ns, "runner", f"mark {number}"),
        PainReport(t_ns, number),
    ]


def take_minute(run: RunSoFar, t_s: float, number: int) -> None:
    """Feed one minute with everything that a run so far holds."""
    for record in at(t_s, number):
        run.take(record)
    run.devices[f"sensor {number}"] = DeviceInfo(f"sensor {number}", "stridecue.imu6", Placement.SACRUM, "hip")
    total = Quality(0, f"sensor {number}", Placement.SACRUM, 1, 1, 0, 0)
    run.health[total.source] = SourceHealth(total, None, None, "", None)
    for second in range(60):
        t_ns = round((t_s + second) * NS_PER_S)
        run.take(Metric(t_ns, FIELDS[0], float(number), None, 1.0))
        run.pass_second(t_ns)


def contents(run: RunSoFar) -> dict[str, object]:
    closed = run.trend.copied()
    closed.update(120 * NS_PER_S, {})  # also shows the values of the minute that is not over yet
    whole: dict[str, object] = {each.name: repr(getattr(run, each.name)) for each in fields(run)}
    return whole | {"trend": closed.columns()}


def test_updating_a_copy_does_not_change_the_original() -> None:
    first = RunSoFar()
    take_minute(first, 0.0, 1)
    before, other = contents(first), first.copied()
    assert contents(other) == before
    take_minute(other, 60.0, 2)
    assert contents(first) == before
    assert all(after != before[name] for name, after in contents(other).items())


def test_news_are_in_order_of_time_and_no_more_than_a_screen_lists() -> None:
    run = RunSoFar()
    for number in range(30):
        for record in at(number, number % 2):
            run.take(record)
    news = run.news()
    assert [each.t_ns for each in news] == sorted(each.t_ns for each in news)
    assert sum(isinstance(each, Cue) for each in news) == CUES_KEPT
    assert [each.t_ns // NS_PER_S for each in news if isinstance(each, Threshold)] == [28, 29]


def test_a_clear_detector_is_omitted_and_a_pain_report_changes_no_state() -> None:
    run = RunSoFar()
    for state in (ThresholdState.WATCH, ThresholdState.REPORTED):
        run.take(Threshold(0, "drop_drift", state, Side.LEFT, ()))
    assert run.states == {"drop_drift_left": ThresholdState.WATCH}
    run.take(Threshold(0, "drop_drift", ThresholdState.CLEAR, Side.LEFT, ()))
    assert run.states == {}
