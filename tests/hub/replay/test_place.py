"""What a run has come to at a place: a copy of it goes on by itself."""

from __future__ import annotations

from dataclasses import fields

from drivers.packets import DeviceInfo
from dsp.records import Cue, Metric, Quality, Record, Severity, Side, Threshold, ThresholdState
from dsp.signals import NS_PER_S, Placement
from hub.flow.engine import SourceHealth
from hub.flow.place import CUES_KEPT, Place
from hub.flow.trend import FIELDS


def at(t_s: float, number: int) -> list[Record]:
    t_ns = round(t_s * NS_PER_S)
    return [
        Metric(t_ns, FIELDS[0], float(number), None, 1.0),
        Threshold(t_ns, f"detector_{number}", ThresholdState.NEAR, Side.LEFT, ()),
        Cue(t_ns, "rule", Severity.INFO, f"cue {number}", None, ()),
    ]


def told_at(place: Place, t_s: float, number: int) -> None:
    """All that a place can take in."""
    for record in at(t_s, number):
        place.take(record)
    place.devices[f"sensor {number}"] = DeviceInfo(f"sensor {number}", "stridecue.imu6", Placement.SACRUM, "hip")
    total = Quality(0, f"sensor {number}", Placement.SACRUM, 1, 1, 0, 0)
    place.health[total.source] = SourceHealth(total, None, None, "", None)
    for second in range(60):
        place.pass_second(round((t_s + second) * NS_PER_S))


def seen(place: Place) -> dict[str, object]:
    whole: dict[str, object] = {each.name: repr(getattr(place, each.name)) for each in fields(place)}
    return whole | {"trend": (place.trend.columns(), repr(place.trend._values))}


def test_nothing_that_a_copy_takes_in_is_in_the_first_one():
    first = Place()
    told_at(first, 0.0, 1)
    before, other = seen(first), first.copied()
    assert seen(other) == before
    told_at(other, 60.0, 2)
    assert seen(first) == before
    assert all(after != before[name] for name, after in seen(other).items())


def test_what_stands_is_told_in_its_order_and_no_more_than_a_screen_lists():
    place = Place()
    for number in range(30):
        for record in at(number, number % 2):
            place.take(record)
    told = place.told()
    assert [each.t_ns for each in told] == sorted(each.t_ns for each in told)
    assert sum(isinstance(each, Cue) for each in told) == CUES_KEPT
    assert [each.t_ns // NS_PER_S for each in told if isinstance(each, Threshold)] == [28, 29]


def test_a_detector_is_not_told_of_when_it_is_clear_and_a_report_changes_nothing():
    place = Place()
    for state in (ThresholdState.WATCH, ThresholdState.REPORTED):
        place.take(Threshold(0, "drop_drift", state, Side.LEFT, ()))
    assert place.states == {"drop_drift_left": ThresholdState.WATCH}
    place.take(Threshold(0, "drop_drift", ThresholdState.CLEAR, Side.LEFT, ()))
    assert place.states == {}
