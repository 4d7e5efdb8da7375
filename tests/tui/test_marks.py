"""A mark is confirmed where it was set, with its time, and shown on every screen that it concerns."""

from __future__ import annotations

import pytest

from dsp.texts import clock
from hub.messages.incoming import CommandMessage, Who
from hub.messages.session_status import ReplayFound, ReplayMark
from hub.messages.wire import MarkMessage, ReplyMessage
from tests.tui import coach_scenes, scenes
from tests.tui.coach import a_coach
from tests.tui.dashboard import dashboard
from tui.state.replay_marks import SIGN

pytestmark = pytest.mark.real_time


def mark(by: Who = "runner", text: str | None = None, *, late: bool = False) -> MarkMessage:
    return MarkMessage(t=scenes.UTC, seq=1, t_s=760.0, running_s=751.2, by=by, text=text, late=late)


async def test_the_key_asks_and_the_hub_says_when_it_was() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        await board.press("k")
        (asked,) = board.feed.sent
        assert isinstance(asked, CommandMessage)
        assert (asked.action, asked.by) == ("mark", None)
        assert not board.notices.raised, "nothing is claimed before the hub has it"
        await board.hear(mark())
        assert board.notices.titled == [("", "Marked at 12:31.")]
        await board.hear(mark("coach", "bridge"))
        assert board.notices.titled[1:] == [("", "Marked at 12:31 by your coach: bridge.")]
        refused = ReplyMessage(t=scenes.UTC, seq=1, to="command", id=asked.id, ok=False, text="too fast")
        await board.hear(refused)
        assert board.notices.titled[2:] == [("", "Too fast.")]


async def test_what_a_broker_missed_is_no_news() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        await board.hear(mark(late=True))
        assert not board.notices.raised


async def test_in_a_replay_a_mark_is_told_by_the_time_of_the_recording_and_a_jump_goes_there() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        found = ReplayFound(t_s=760.0, kind="mark", text="marked by a coach: bridge")
        at = scenes.replay(position_s=755.0, marks=[ReplayMark(900.0, "mark")], found=found)
        await board.hear(scenes.session(source="replay", replay=at))
        assert board.said.startswith("MARK IN 5 S: Marked by a coach: bridge.")
        assert SIGN["mark"] in board.text.splitlines()[-3]
        await board.hear(mark("coach", "bridge"))
        assert board.notices.titled == [("", f"Marked at {clock(760.0)} by a coach: bridge.")]


async def test_a_coach_marks_a_runners_moment_and_sees_what_runners_mark() -> None:
    async with a_coach() as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"))
        await coach.press("k")
        (order,) = coach.feed.sent
        assert isinstance(order, CommandMessage)
        assert (order.action, order.by, coach.feed.runners) == ("mark", "coach", ["ann"])
        reply = ReplyMessage(t=scenes.UTC, seq=1, to="command", id=order.id, ok=True, text="marked at 12:31")
        await coach.hear(coach_scenes.of("ann", reply), coach_scenes.of("ann", mark("coach")))
        assert coach.notices.titled == [("ann", "marked at 12:31")]
        await coach.hear(coach_scenes.of("ann", mark("runner", "shoe")))
        assert ("ann", "marked at 12:31: shoe") in coach.notices.titled
