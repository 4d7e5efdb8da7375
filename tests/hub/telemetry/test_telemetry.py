"""Posts are numbered and timed; old values are not shown as new; a sensor's state is published with its totals."""

from __future__ import annotations

import pytest

from drivers.link_state import LinkState
from drivers.packets import DeviceInfo
from dsp.records import Attitude, Metric, PainReport, Quality, Side, Threshold, ThresholdState
from dsp.signals import Placement
from hub.flow.engine import SourceHealth
from hub.flow.facts import Asked, Mute
from hub.flow.session import Session
from hub.messages.session_status import Question
from hub.messages.wire import AttitudeMessage, MetricsMessage, SensorMessage, SessionMessage, TrendMessage, encode
from hub.telemetry.posts import Telemetry
from hub.telemetry.run_info import RunInfo

S = 1_000_000_000
ZERO_UNIX_NS = 1_740_814_200 * S


def telemetry() -> Telemetry:
    return Telemetry(RunInfo("ann", "one", "live", ZERO_UNIX_NS, 10 * S), Session())


def metric(t_s: float, key: str, value: float, side: Side | None = None, quality: float = 1.0) -> Metric:
    return Metric(round(t_s * S), key, value, side, quality)


def frame(one: Telemetry, t_s: float) -> MetricsMessage:
    message = one.frames(round(t_s * S), {})[0].message
    assert isinstance(message, MetricsMessage)
    return message


def test_a_frame_has_fresh_values_and_null_for_the_rest() -> None:
    one = telemetry()
    for each in (
        metric(12, "cadence_spm", 170.12345),
        metric(12, "contact_ms", 240, Side.LEFT, quality=0.8),
        metric(12, "step_asymmetry_pct", 1.5),
        metric(5, "speed_mps", 3.0),
        metric(12, "running", 1),
    ):
        assert one.record(each) == []
    now = frame(one, 12)
    assert (now.cadence_spm, now.contact_left_ms, now.contact_right_ms) == (170.123, 240, None)
    assert now.speed_mps is None
    assert now.extra == {"step_asymmetry_pct": 1.5}
    assert (now.quality, now.t_s, now.t, now.seq) == (0.8, 2.0, "2025-03-01T07:30:12.000Z", 1)
    later = frame(one, 30)
    assert (later.cadence_spm, later.quality, later.seq) == (None, None, 2)


def test_attitude_comes_in_batches_of_at_most_ten_a_second() -> None:
    one = telemetry()
    posts = [
        post
        for index in range(208)
        for post in one.record(Attitude(10 * S + index * S // 208, float(index % 7), None, None))
    ]
    assert 7 <= len(posts) <= 10
    first = posts[0].message
    assert isinstance(first, AttitudeMessage)
    assert first.t0_s == 0.0
    assert first.dt_s == pytest.approx(4 / 208, rel=0.01)
    assert first.obliquity_deg[:2] == [0.0, 4.0]


def test_a_sensor_is_published_at_once_and_with_totals_each_second() -> None:
    one = telemetry()
    one.device(DeviceInfo("hip", "stridecue.imu6", Placement.SACRUM, "Hip"))
    link = LinkState("hip", Placement.SACRUM, "Hip", "lost", 11 * S, "out of range", battery_pct=None)
    told = one.link(link, 11 * S)[0].message
    assert isinstance(told, SensorMessage)
    assert (told.state, told.detail, told.last_seen_s) == ("lost", "out of range", None)
    for second in range(3):
        total = Quality(0, "hip", Placement.SACRUM, 10, 104 * second, 3, 1)
        health = {"hip": SourceHealth(total, (11 + second) * S, 80.0, "")}
        told = one.frames((12 + second) * S, health)[-1].message
    assert isinstance(told, SensorMessage)
    assert (told.rate_hz, told.lost, told.dropped) == (104.0, 3, 1)
    assert (told.battery_pct, told.last_seen_s) == (80.0, 1.0)


def test_without_a_radio_the_age_of_the_data_gives_the_state() -> None:
    one = telemetry()
    one.device(DeviceInfo("hip", "stridecue.imu6", Placement.SACRUM, "Hip"))
    total = Quality(0, "hip", Placement.SACRUM, 1, 1, 0, 0)

    def state(last_seen_ns: int | None) -> str:
        told = one.frames(5 * S, {"hip": SourceHealth(total, last_seen_ns, None, "")})[-1].message
        assert isinstance(told, SensorMessage)
        return told.state

    assert [state(None), state(0), state(4 * S)] == ["searching", "lost", "streaming"]


def test_a_run_begins_with_an_empty_trend() -> None:
    trend = telemetry().hello(0)[1].message
    assert isinstance(trend, TrendMessage)
    assert (trend.cadence_spm, trend.drop_excursion_left_deg) == ([], [])


def test_the_session_does_not_reveal_a_pain_report() -> None:
    hub = telemetry()
    report = PainReport(0, 6, "hip", Side.LEFT)
    hub.record(Threshold(0, "onset", ThresholdState.WATCH, None, ()))
    hub.record(Threshold(1, "onset", ThresholdState.REPORTED, None, (report,)))
    message = hub.session(2).message
    assert isinstance(message, SessionMessage)
    assert message.thresholds == {"onset": ThresholdState.WATCH}


def test_an_unanswered_question_expires_and_a_later_report_is_no_answer() -> None:
    hub = telemetry()
    hub.note(Asked(11 * S))
    for t_s, waits in ((11 + 180, True), (11 + 181, False)):
        message = hub.session(t_s * S).message
        assert isinstance(message, SessionMessage)
        assert (message.question is not None) is waits
    assert hub.record(PainReport(3600 * S, 6, "hip")) == []
    hub.note(Asked(4000 * S))
    assert hub.record(PainReport(4181 * S, 6, "hip")) == [], "also when no session was told between"


def test_a_question_is_answered_and_the_answer_is_not_published() -> None:
    hub = telemetry()
    assert hub.record(PainReport(0, 3)) == [], "nobody asked"
    (asked,) = hub.note(Asked(1 * S))
    (answered,) = hub.record(PainReport(26 * S, 6, "hip", Side.LEFT, numb=True))
    assert hub.record(PainReport(27 * S, 0)) == [], "once is enough"
    for post, at in ((asked, None), (answered, "2025-03-01T07:30:26.000Z")):
        assert isinstance(post.message, SessionMessage)
        assert post.message.question == Question(asked="2025-03-01T07:30:01.000Z", answered=at)
    assert b"hip" not in encode(answered.message)
    (again,) = hub.note(Asked(60 * S))
    assert isinstance(again.message, SessionMessage)
    assert again.message.question == Question(asked="2025-03-01T07:31:00.000Z")


def test_the_session_names_who_muted_until_cues_are_back() -> None:
    hub = telemetry()
    by = []
    for fact in (Mute(0, muted=True, by="coach"), Mute(1, muted=True, by="runner"), Mute(2, muted=False, by="coach")):
        (post,) = hub.note(fact)
        assert isinstance(post.message, SessionMessage)
        by.append(post.message.muted_by)
    assert by == ["coach", "runner", None]


def test_saved_state_can_be_restored_repeatedly() -> None:
    one = telemetry()
    one.record(metric(12, "cadence_spm", 170.0))
    before = one.saved()
    for _ in range(2):
        one.record(metric(13, "cadence_spm", 180.0))
        one.record(Threshold(13 * S, "drop_drift", ThresholdState.NEAR, Side.LEFT, ()))
        one.device(DeviceInfo("hip", "stridecue.imu6", Placement.SACRUM, "Hip"))
        assert (frame(one, 13).cadence_spm, len(one.so_far())) == (180.0, 1)
        one.restore(before)
        assert (frame(one, 13).cadence_spm, one.so_far(), one.placements()) == (170.0, [], {})


def test_streaming_placements_come_from_links_or_in_a_replay_from_packets() -> None:
    one = telemetry()
    one.link(LinkState("hip", Placement.SACRUM, "hip", "lost", 0), 0)
    one.link(LinkState("strap", Placement.CHEST, "strap", "streaming", 0), 0)
    assert one.streaming(10 * S) == {Placement.CHEST}
    replayed = telemetry()
    worn = {"hip": Placement.SACRUM, "left": Placement.LEFT_FOOT, "right": Placement.RIGHT_FOOT}
    for device, placement in worn.items():
        replayed.device(DeviceInfo(device, "metamotion", placement, device))
    total = Quality(0, "hip", Placement.SACRUM, 1, 1, 0, 0)
    last_s = {"hip": 9, "left": 6}
    replayed.frames(10 * S, {device: SourceHealth(total, at_s * S, None, "") for device, at_s in last_s.items()})
    assert replayed.streaming(10 * S) == {Placement.SACRUM}
