"""Messages that a broker receives late are not shown as new."""

from __future__ import annotations

import io

from msgspec.structs import replace

from hub.client import Received
from hub.contract.examples import EXAMPLES
from hub.messages.topics import parse_topic
from hub.messages.wire import CueMessage, SessionMessage
from hub.text.plain_watch import PlainWatch
from tui.state.board import Board


def received(kind: str, *, late: bool) -> Received:
    message = EXAMPLES[kind]
    assert isinstance(message, CueMessage | SessionMessage)
    return Received(parse_topic(f"stridecue/ann/{kind}"), replace(message, late=late))


def test_a_late_cue_is_no_banner_and_a_late_session_is_not_the_present() -> None:
    board = Board()
    for kind in ("cue", "session"):
        board.apply(received(kind, late=True), 10.0)
    assert (board.cue, board.session) == (None, None)
    for kind in ("cue", "session"):
        board.apply(received(kind, late=False), 11.0)
    assert board.cue is not None
    assert board.session is not None


def test_in_lines_of_text_a_late_cue_says_when_it_was() -> None:
    watch = PlainWatch(io.StringIO())
    assert watch.lines(received("session", late=True)) == []
    assert "late, from 2026-05-01T07:30:00.250Z" in watch.lines(received("cue", late=True))[0]
