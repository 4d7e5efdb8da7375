"""The line of keys forgets keys that are gone: an hour of opening and closing screens leaves nothing behind."""

from __future__ import annotations

import gc

from textual.widgets._footer import FooterKey

from tests.tui import scenes
from tests.tui.dashboard import dashboard


def _keys() -> int:
    gc.collect()
    return sum(isinstance(each, FooterKey) for each in gc.get_objects())


async def test_keys_that_are_gone_are_forgotten() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        await board.press("question_mark")
        await board.press("escape")
        before = _keys()
        for _ in range(5):
            await board.press("question_mark")
            await board.press("escape")
        assert _keys() <= before
