"""The board keeps the newest messages, and its size is bounded."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest

from dsp.records import Severity, Side, ThresholdState
from dsp.texts import clock
from hub.client import LinkChange
from hub.messages.incoming import PainMessage
from hub.messages.wire import Message
from tests.tui import scenes
from tui.state.announcement import announce
from tui.state.board import FORGET_S, FRESH_S, Board
from tui.state.recent_cues import CUE_SHOWN_S, CUES_KEPT
from tui.state.words import ago, middle_cut, wrap_lines


def told(*messages: Message, now_s: float = 0.0) -> Board:
    board = Board()
    board.apply(LinkChange(up=True), now_s)
    for message in messages:
        board.apply(scenes.received(message), now_s)
    return board


@pytest.mark.parametrize(
    "message",
    [
        scenes.status(),
        scenes.session(),
        scenes.metrics(),
        scenes.step(),
        scenes.cue(),
        scenes.threshold(),
        scenes.sensor("pod"),
        scenes.attitude(0.0, seconds=0.1),
        PainMessage(level=3),
    ],
    ids=lambda each: type(each).__name__,
)
def test_every_payload_of_the_wire_is_taken(message: Message) -> None:
    assert told(message).link.up


def test_a_value_goes_stale_then_is_withdrawn_while_null_is_not_zero() -> None:
    board = told(scenes.metrics(flight_ms=None))
    assert board.reading("flight_ms", 0.0) == (None, None)
    assert board.reading("cadence_spm", FRESH_S - 0.1) == (171.6, None)
    assert board.reading("cadence_spm", FRESH_S) == (171.6, FRESH_S)
    assert board.reading("cadence_spm", FORGET_S) == (None, FORGET_S)


def test_a_cue_that_waited_for_a_dashboard_that_hung_is_not_called_new() -> None:
    board = told(scenes.session(), scenes.sensor("sacrum"), scenes.cue(t_s=751.0), now_s=50.0)
    assert announce(board, 50.0, muted=False).word == "ADVICE"
    board.apply(scenes.received(scenes.metrics(t_s=753.0)), 50.0)
    assert announce(board, 50.0, muted=False).when == "just now"
    board.apply(scenes.received(scenes.metrics(t_s=811.0)), 50.1)  # what the broker kept, after the queue's contents
    told_now = announce(board, 50.1, muted=False)
    assert told_now.word != "ADVICE"
    assert told_now.when == "cue 60 s ago"


def test_history_is_bounded() -> None:
    board = told(*[scenes.cue() for _ in range(3 * CUES_KEPT)], *[scenes.sensor("pod") for _ in range(500)])
    assert len(board.cue_history) == CUES_KEPT
    assert board.cues == 3 * CUES_KEPT
    assert len(board.sensors) == 1
    assert len(board.sensors["pod"].totals) < 100


def test_packets_per_second_come_from_totals() -> None:
    board = Board()
    for second in range(30):
        board.apply(scenes.received(scenes.sensor("sacrum", packets=21 * second)), float(second))
    assert board.sensors["sacrum"].packets_per_s == pytest.approx(21.0)
    board.apply(scenes.received(scenes.sensor("sacrum", packets=0)), 30.0)
    assert board.sensors["sacrum"].packets_per_s == 0.0  # a hub that starts over counts from nought


def test_the_worst_threshold_wins() -> None:
    near = scenes.threshold(ThresholdState.NEAR)
    clear = msgspec.structs.replace(near, state=ThresholdState.CLEAR, side=Side.LEFT, t_s=800.0)
    assert told(near, clear).worst_threshold == near
    assert told().worst_threshold is None


@pytest.mark.parametrize("severity", [Severity.INFO, Severity.ADVICE, Severity.WARNING])
def test_a_cue_is_shown_for_its_time(severity: Severity) -> None:
    board = told(scenes.sensor("pod"), scenes.session(), scenes.cue(severity))
    assert announce(board, CUE_SHOWN_S, muted=False).kind == severity
    assert announce(board, CUE_SHOWN_S + 0.1, muted=False).kind == "quiet"
    assert announce(board, 0.0, muted=True).kind == "quiet"


def test_a_fresh_cue_is_said_before_a_lost_sensor() -> None:
    board = told(scenes.session(), scenes.sensor("pod", "lost"), scenes.cue())
    assert announce(board, 0.0, muted=False).kind == "advice"
    assert announce(board, CUE_SHOWN_S + 1, muted=False).word == "SENSOR LOST"


def test_kinds_differ_without_colour() -> None:
    marks = {
        announce(told(scenes.sensor("pod"), scenes.session(), scenes.cue(each)), 0.0, muted=False).mark
        for each in Severity
    }
    assert len(marks) == len(Severity)
    saying = announce(told(scenes.session()), 0.0, muted=False)
    assert dataclasses.asdict(saying)["mark"]


def test_small_words() -> None:
    assert (clock(0), clock(65.9), clock(3725)) == ("0:00", "1:05", "1:02:05")
    assert (ago(1.0), ago(20.0), ago(600.0)) == ("just now", "20 s ago", "10 min ago")
    assert middle_cut("2025-03-01_0730_ann.mcap", 11) == "2025-….mcap"
    assert middle_cut("short", 11) == "short"
    assert wrap_lines("one two three", 9, 2, reserved=4) == ["one", "two three"]
    assert wrap_lines("one two three", 8, 1) == ["one two…"]
    assert wrap_lines("one", 1, 1) == []
