"""What one jumps to in a replay, and the checkpoints that going back begins from."""

from __future__ import annotations

from itertools import pairwise

import pytest

from dsp.records import Cue, Metric, PainReport, Severity, Threshold, ThresholdState
from dsp.signals import NS_PER_S
from hub.flow.place import Place
from hub.flow.session import SessionSoFar
from hub.flow.turns import Snapshot
from hub.messages.wire import ReplayMark
from hub.replay.checkpoints import Checkpoints
from hub.replay.marks import LEAD_NS, SHOWN_A_KIND, ReplayMarks

NOTHING = Snapshot(engine={}, session=SessionSoFar(), place=Place(), notices={}, muted=False)


def test_next_and_last_are_places_shortly_before():
    marks = ReplayMarks([(40 * NS_PER_S, "pain"), (20 * NS_PER_S, "cue")])
    assert marks.next_ns(0) == 20 * NS_PER_S - LEAD_NS
    assert marks.next_ns(20 * NS_PER_S - LEAD_NS) == 40 * NS_PER_S - LEAD_NS
    assert marks.next_ns(40 * NS_PER_S) is None
    assert marks.last_ns(50 * NS_PER_S) == 40 * NS_PER_S - LEAD_NS
    assert marks.last_ns(20 * NS_PER_S - LEAD_NS) is None


def test_a_recording_without_marks_gets_those_of_this_replay_once_each():
    cue = Cue(9, "r", Severity.INFO, "x", None, ())
    told = [
        cue,
        Threshold(7, "drift", ThresholdState.NEAR, None, ()),
        PainReport(8, 3),
        Metric(6, "cadence_spm", 170.0, None, 1.0),
        cue,
    ]
    own, recorded = ReplayMarks([]), ReplayMarks([(5, "cue")])
    for record in told:
        own.observe(record)
        recorded.observe(record)
    assert own.shown(0, 100) == [ReplayMark(0.0, "threshold"), ReplayMark(0.0, "pain"), ReplayMark(0.0, "cue")]
    assert len(recorded.shown(0, 100)) == 1


def test_a_line_is_given_no_more_than_it_can_show():
    marks = ReplayMarks([(i * NS_PER_S, "threshold") for i in range(10_000)])
    shown = marks.shown(0, 10_000 * NS_PER_S)
    assert [mark.t_s for mark in shown] == pytest.approx([i * 10_000 / SHOWN_A_KIND for i in range(SHOWN_A_KIND)])


def test_checkpoints_are_thinned_evenly_and_keep_the_start():
    kept = Checkpoints(spacing_s=30.0, most=8)
    for t_s in range(3600):
        if kept.is_due(t_s * NS_PER_S):
            kept.add(t_s, t_s * NS_PER_S, NOTHING)
        assert len(kept) <= 8
    places_s = sorted({kept.before(t_s * NS_PER_S).t_ns // NS_PER_S for t_s in range(3600)})
    assert places_s[0] == 0
    gaps_s = {after - before for before, after in pairwise(places_s)}
    assert gaps_s == {480}
    assert kept.before(-1) is None


def test_what_is_forgotten_is_due_again():
    kept = Checkpoints(spacing_s=10.0)
    for t_s in (0, 10, 20):
        kept.add(t_s, t_s * NS_PER_S, NOTHING)
    assert not kept.is_due(12 * NS_PER_S)
    kept.forget_after(12 * NS_PER_S)
    assert len(kept) == 2
    assert kept.is_due(20 * NS_PER_S)
