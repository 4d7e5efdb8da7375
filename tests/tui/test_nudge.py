"""A coach who sends a runner a message sees how it will be delivered."""

from __future__ import annotations

import msgspec
import pytest

from hub.messages.wire import SessionMessage
from tests.tui import coach_scenes, scenes
from tests.tui.coach import a_coach
from tests.tui.dashboard import SMALL
from tui.state.words import reach_words

pytestmark = pytest.mark.real_time


SESSION = scenes.session()


@pytest.mark.parametrize(
    ("session", "said"),
    [
        (SESSION, "hear it spoken"),
        (msgspec.structs.replace(SESSION, sound=scenes.sound(voice=None)), "a tone, no words"),
        (msgspec.structs.replace(SESSION, sound=scenes.sound(output=None)), "no sound"),
        (msgspec.structs.replace(SESSION, sound=None), "no sound"),
        (msgspec.structs.replace(SESSION, muted_by="coach"), "muted by the coach: they neither see nor hear"),
        (msgspec.structs.replace(SESSION, state="ended"), "run is over"),
        (None, "unknown"),
    ],
)
def test_how_words_reach_a_runner_is_said_as_it_is(session: SessionMessage | None, said: str) -> None:
    assert said in reach_words(session)


async def test_who_says_something_is_told_how_it_gets_there() -> None:
    async with a_coach(SMALL) as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"))
        await coach.hear(coach_scenes.of("ann", scenes.session(runner="ann", muted_by="coach")))
        await coach.press("n")
        assert "Muted by the coach: they neither see nor hear it now." in coach.text
