"""What others may read: nothing that reveals pain, in any message."""

from __future__ import annotations

from msgspec.structs import replace

from dsp.records import Severity, Side, ThresholdState
from hub.contract.examples import EXAMPLES
from hub.messages.delivery import delivery, for_others
from hub.messages.lines import EvidenceLine, MetricLine, PainLine, ThresholdLine
from hub.messages.session_status import ReplayMark, ReplayStatus
from hub.messages.wire import CueMessage, MetricsMessage, SessionMessage, ThresholdMessage

PAIN = PainLine(t_s=9.0, level=6, site="buttock", side=Side.RIGHT, note=None)
SAFE = MetricLine(t_s=9.0, key="onset_safe_m", value=4200.0, side=None, quality=1.0)


def threshold(state: ThresholdState, side: Side | None, *because: EvidenceLine) -> ThresholdMessage:
    return ThresholdMessage(t="", seq=1, t_s=9.0, detector="onset", state=state, side=side, because=because)


def cue(*because: EvidenceLine) -> CueMessage:
    return CueMessage(t="", seq=1, t_s=9.0, rule="r", severity=Severity.STOP, text="Noted", side=None, because=because)


def test_of_the_pain_derived_detector_only_the_state_is_published() -> None:
    assert for_others(threshold(ThresholdState.NEAR, Side.RIGHT, SAFE)) == threshold(ThresholdState.NEAR, None)
    assert for_others(threshold(ThresholdState.REPORTED, Side.RIGHT, PAIN)) is None
    session = EXAMPLES["session"]
    assert isinstance(session, SessionMessage)
    told = {"onset_right": ThresholdState.REACHED, "onset": ThresholdState.NEAR, "drift_left": ThresholdState.NEAR}
    left = for_others(replace(session, thresholds=told))
    assert isinstance(left, SessionMessage)
    assert left.thresholds == {"drift_left": ThresholdState.NEAR, "onset": ThresholdState.REACHED}
    older = {"onset_left": ThresholdState.REPORTED, "onset": ThresholdState.REPORTED, "drift": ThresholdState.WATCH}
    left = for_others(replace(session, thresholds=older))
    assert isinstance(left, SessionMessage)
    assert left.thresholds == {"drift": ThresholdState.WATCH}, "written by an older hub, maybe on disk until today"
    metrics = EXAMPLES["metrics"]
    assert isinstance(metrics, MetricsMessage)
    assert for_others(replace(metrics, extra={**metrics.extra, "onset_safe_m": 4200.0, "cap_m": 4000.0})) == metrics


def test_the_onset_state_can_be_withheld_and_is_gone_after_the_run() -> None:
    session, both = EXAMPLES["session"], {"onset": ThresholdState.NEAR, "drift_left": ThresholdState.WATCH}
    assert isinstance(session, SessionMessage)
    drift = {"drift_left": ThresholdState.WATCH}
    for changed, told in (
        (replace(session, state="running", shares_onset=True), both),
        (replace(session, state="running", shares_onset=False), drift),
        (replace(session, state="ended", shares_onset=True), drift),
    ):
        left = for_others(replace(changed, thresholds=both))
        assert isinstance(left, SessionMessage)
        assert left.thresholds == told
        assert left.shares_onset is None, "the setting itself would reveal that there is something to withhold"
        assert for_others(left) == left, "filtering twice changes nothing"
    assert for_others(replace(threshold(ThresholdState.NEAR, None), seq=0)) is None


def test_no_onset_state_is_retained_and_the_ended_session_is_retained_without_it() -> None:
    session = EXAMPLES["session"]
    assert isinstance(session, SessionMessage)
    near = replace(session, state="running", thresholds={"onset": ThresholdState.NEAR})
    ended = for_others(replace(near, state="ended"))
    assert ended is not None
    assert delivery(ended).retain
    assert not delivery(threshold(ThresholdState.NEAR, None)).retain
    watched = for_others(near)
    assert isinstance(watched, SessionMessage)
    assert watched.thresholds
    assert not delivery(watched).retain


def test_the_marks_of_a_replay_are_withheld() -> None:
    session = EXAMPLES["session"]
    assert isinstance(session, SessionMessage)
    marks = [ReplayMark(9.0, "pain")]
    where = ReplayStatus(
        state="playing", position_s=9.0, target_s=None, duration_s=20.0, speed=1.0, seeks=0, marks=marks
    )
    onset = {"onset_right": ThresholdState.REACHED}
    assert for_others(replace(session, replay=where)) == for_others(session)
    assert for_others(replace(session, replay=where, thresholds=onset)) == for_others(
        replace(session, thresholds=onset)
    )


def test_no_session_of_a_replay_is_retained() -> None:
    live = EXAMPLES["session"]
    assert isinstance(live, SessionMessage)
    status = ReplayStatus(state="paused", position_s=1.0, target_s=None, duration_s=9.0, speed=1.0, seeks=0)
    assert delivery(replace(live, replay=None)).retain
    assert not delivery(replace(live, replay=status)).retain


def test_a_cue_that_reveals_pain_is_withheld() -> None:
    near = ThresholdLine(t_s=9.0, detector="onset", state=ThresholdState.NEAR, side=None, because=(SAFE,))
    assert [for_others(cue(each)) for each in (PAIN, near, SAFE)] == [None] * 3


def test_everything_else_is_unchanged() -> None:
    kept = {kind: for_others(message) for kind, message in EXAMPLES.items()}
    assert {kind for kind, message in kept.items() if message is None} == {"attitude", "pain", "command"}
    left = {kind for kind, message in kept.items() if message not in (None, EXAMPLES[kind])}
    assert left == {"session"}, "its own tests check what changes"
