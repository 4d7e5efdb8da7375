"""The footer keeps no reference to closed screens: an hour of opening and closing them leaks nothing."""

from __future__ import annotations

import gc

from textual._styles_cache import StylesCache
from textual.widgets._footer import FooterKey

from tests.tui import scenes
from tests.tui.dashboard import dashboard

SCREENS = 5


def _keys() -> int:
    gc.collect()
    return sum(isinstance(each, FooterKey) for each in gc.get_objects())


def _painted() -> int:
    """Widgets whose painting Textual keeps; fails where another version keeps it elsewhere."""
    return StylesCache.get_inner_outer.cache_info().currsize


async def test_keys_and_paintings_that_are_gone_are_forgotten() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        await board.press("question_mark")
        await board.press("escape")
        keys, painted = _keys(), _painted()
        assert painted, "nothing was painted: this cache is no longer the one that is meant"
        for _ in range(SCREENS):
            await board.press("question_mark")
            await board.press("escape")
        assert _keys() <= keys
        assert _painted() < painted + SCREENS, (
            "less than one widget a screen; it was 22 (a line may be painted a bit late)"
        )
