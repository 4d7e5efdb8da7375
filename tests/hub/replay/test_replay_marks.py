"""The marks that jumps go to, inputs given to a replay by hand, and the checkpoints for seeking back."""

from __future__ import annotations

from itertools import pairwise

import pytest

from drivers.packets import UserInput
from dsp.records import Cue, Metric, PainReport, Record, Severity, Threshold, ThresholdState
from dsp.signals import NS_PER_S
from hub.flow.run_so_far import RunSoFar
from hub.flow.session import SessionSoFar
from hub.flow.turns import Snapshot
from hub.messages.session_status import MarkKind, ReplayMark
from hub.replay.checkpoints import Checkpoints
from hub.replay.marks import SHOWN_PER_KIND, Landmark, ReplayMarks, mark_of
from hub.replay.viewer_inputs import MAX_INPUTS, ViewerInputs

NOTHING = Snapshot(engine={}, session=SessionSoFar(), run=RunSoFar(), notices={}, muted=False)


def mark(t_s: float, kind: MarkKind, words: str = "") -> Landmark:
    return Landmark(round(t_s * NS_PER_S), kind, words)


def test_after_and_before_step_through_positions_and_prefer_the_most_important_mark() -> None:
    marks = ReplayMarks(
        [mark(40, "pain"), mark(20, "cue", "belt level"), mark(20, "threshold"), mark(20, "pain", "4 of 10")]
    )
    assert marks.after(0) == mark(20, "pain", "4 of 10") == marks.before(40 * NS_PER_S)
    assert marks.after(20 * NS_PER_S) == mark(40, "pain") == marks.before(41 * NS_PER_S)
    assert marks.after(40 * NS_PER_S) is None
    assert marks.before(20 * NS_PER_S) is None


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("cue", b'{"type":"cue","t_s":3.0,"text":"Quick, light steps.","rule":"r"}', "Quick, light steps."),
        (
            "threshold",
            b'{"detector":"drop_drift","state":"near","side":"left"}',
            "hip drop vs usual, on left leg: close to the threshold",
        ),
        ("pain", b'{"type":"pain","level":4,"side":"left","site":"outer knee"}', "4 of 10, left outer knee"),
        ("pain", b'{"level":0,"takes_back_s":9.5}', "withdrawn"),
        ("mark", b'{"type":"mark","by":"coach","text":"bridge"}', "marked by a coach: bridge"),
        ("mark", b'{"by":"runner","text":null}', "marked by the runner"),
        ("cue", b'{"text":null}', ""),
        ("cue", b"{}", ""),
        ("cue", b"not ours", ""),
        ("pain", b'{"level":"much"}', ""),
    ],
)
def test_a_mark_has_the_text_of_its_record(kind: MarkKind, data: bytes, words: str) -> None:
    assert Landmark.read(7, kind, data) == Landmark(7, kind, words)


def test_a_recording_without_marks_gets_each_of_the_replays_once() -> None:
    told: list[Record] = [
        Cue(9, "r", Severity.INFO, "x", None, ()),
        Threshold(7, "drift", ThresholdState.NEAR, None, ()),
        PainReport(8, 3),
        Metric(6, "cadence_spm", 170.0, None, 1.0),
        Cue(9, "r", Severity.INFO, "x", None, ()),
    ]
    found = [mark_of(record, record.t_ns + 1 + i // 4) for i, record in enumerate(told)]
    assert found[0] == Landmark(10, "cue", "x")
    assert found[3] is None
    own, recorded = ReplayMarks([]), ReplayMarks([Landmark(5, "cue", "")])
    for record, each in zip(told, found, strict=True):
        if each is not None:
            own.observe(each, record.t_ns)
            recorded.observe(each, record.t_ns)
    assert own.shown(0, 100) == [ReplayMark(0.0, "threshold"), ReplayMark(0.0, "pain"), ReplayMark(0.0, "cue")]
    assert len(recorded.shown(0, 100)) == 1


@pytest.mark.parametrize("came_ns", [(400, 100), (100, 400)])
def test_of_repeated_marks_the_earliest_position_counts(came_ns: tuple[int, int]) -> None:
    own = ReplayMarks([])
    for at_ns in came_ns:
        own.observe(Landmark(at_ns, "cue", "x"), 90)
    assert own.after(0) == Landmark(100, "cue", "x")
    assert own.after(100) is None


def test_the_number_of_marks_on_a_timeline_is_bounded() -> None:
    marks = ReplayMarks([mark(i, "threshold") for i in range(10_000)])
    shown = marks.shown(0, 10_000 * NS_PER_S)
    assert [each.t_s for each in shown] == pytest.approx([i * 10_000 / SHOWN_PER_KIND for i in range(SHOWN_PER_KIND)])


def said(t_s: float) -> UserInput:
    return UserInput(round(t_s * NS_PER_S), b"less")


def test_an_input_by_hand_is_repeated_once_at_its_position() -> None:
    hand = ViewerInputs()
    hand.add(50, said(5.0))
    hand.add(90, said(9.0))
    assert list(hand.due(1000)) == []  # it was said just now
    hand.rewind(20)
    assert not hand.is_due(49)
    assert hand.is_due(50)
    assert list(hand.due(50)) == [said(5.0)]
    hand.add(60, said(6.0))
    assert list(hand.due(100)) == [said(9.0)]
    hand.rewind(60)  # a checkpoint there was made after this input
    assert list(hand.due(100)) == [said(9.0)]
    hand.rewind(0)
    assert list(hand.due(100)) == [said(5.0), said(6.0), said(9.0)]


def test_inputs_after_a_position_are_forgotten() -> None:
    hand = ViewerInputs()
    for item in (10, 20, 30):
        hand.add(item, said(item))
    assert hand.forget_after(30 * NS_PER_S) is None
    assert hand.forget_after(15 * NS_PER_S) == 20
    hand.rewind(0)
    assert list(hand.due(1000)) == [said(10)]


def test_the_number_of_inputs_is_bounded() -> None:
    hand = ViewerInputs()
    for item in range(2 * MAX_INPUTS):
        hand.add(item, said(item))
    hand.rewind(0)
    assert sum(1 for _ in hand.due(2 * MAX_INPUTS)) == MAX_INPUTS


def test_checkpoints_are_thinned_evenly_and_keep_the_start() -> None:
    kept = Checkpoints(spacing_s=30.0, most=8)
    for t_s in range(3600):
        if kept.is_due(t_s * NS_PER_S):
            kept.add(t_s, t_s * NS_PER_S, NOTHING)
        assert len(kept) <= 8
    places = [place for t_s in range(3600) if (place := kept.before(t_s * NS_PER_S)) is not None]
    assert len(places) == 3600
    places_s = sorted({place.t_ns // NS_PER_S for place in places})
    assert places_s[0] == 0
    gaps_s = {after - before for before, after in pairwise(places_s)}
    assert gaps_s == {480}
    assert kept.before(-1) is None


def test_discarded_checkpoints_are_due_again_but_the_start_is_never_discarded() -> None:
    kept = Checkpoints(spacing_s=10.0)
    for item, t_s in ((0, 0), (100, 10), (200, 20)):
        kept.add(item, t_s * NS_PER_S, NOTHING)
    assert not kept.is_due(12 * NS_PER_S)
    kept.forget_from(200)
    assert len(kept) == 2
    assert kept.is_due(20 * NS_PER_S)
    kept.forget_from(0)
    assert len(kept) == 1
