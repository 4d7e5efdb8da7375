"""What a run has come to at a place: a copy of it goes on by itself."""

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


def told_at(run: RunSoFar, t_s: float, number: int) -> None:
    """All that it can take in."""
    for record in at(t_s, number):
        run.take(record)
    run.devices[f"sensor {number}"] = DeviceInfo(f"sensor {number}", "stridecue.imu6", Placement.SACRUM, "hip")
    total = Quality(0, f"sensor {number}", Placement.SACRUM, 1, 1, 0, 0)
    run.health[total.source] = SourceHealth(total, None, None, "", None)
    for second in range(60):
        run.pass_second(round((t_s + second) * NS_PER_S))


def seen(run: RunSoFar) -> dict[str, object]:
    whole: dict[str, object] = {each.name: repr(getattr(run, each.name)) for each in fields(run)}
    return whole | {"trend": (run.trend.columns(), repr(run.trend._values))}


def test_nothing_that_a_copy_takes_in_is_in_the_first_one() -> None:
    first = RunSoFar()
    told_at(first, 0.0, 1)
    before, other = seen(first), first.copied()
    assert seen(other) == before
    told_at(other, 60.0, 2)
    assert seen(first) == before
    assert all(after != before[name] for name, after in seen(other).items())


def test_what_stands_is_told_in_its_order_and_no_more_than_a_screen_lists() -> None:
    run = RunSoFar()
    for number in range(30):
        for record in at(number, number % 2):
            run.take(record)
    told = run.told()
    assert [each.t_ns for each in told] == sorted(each.t_ns for each in told)
    assert sum(isinstance(each, Cue) for each in told) == CUES_KEPT
    assert [each.t_ns // NS_PER_S for each in told if isinstance(each, Threshold)] == [28, 29]


def test_a_detector_is_not_told_of_when_it_is_clear_and_a_report_changes_nothing() -> None:
    run = RunSoFar()
    for state in (ThresholdState.WATCH, ThresholdState.REPORTED):
        run.take(Threshold(0, "drop_drift", state, Side.LEFT, ()))
    assert run.states == {"drop_drift_left": ThresholdState.WATCH}
    run.take(Threshold(0, "drop_drift", ThresholdState.CLEAR, Side.LEFT, ()))
    assert run.states == {}
