"""A dashboard that fails through a bug prints one line; the traceback is in the log, and neither mentions pain."""

from __future__ import annotations

import logging

import pytest
from textual.widget import Widget

from tests.tui import scenes
from tests.tui.dashboard import SMALL, dashboard

HURTS = "left around the kneecap"


def _fails(_widget: Widget) -> None:
    told = HURTS
    raise ZeroDivisionError(told)


async def _play_until_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    async with dashboard(SMALL) as board:
        await board.play(scenes.running)
        monkeypatch.setattr(type(board.banner), "on_resize", _fails)
        await board.pilot.resize_terminal(70, 20)
        await board.pilot.pause()


@pytest.mark.real_time
async def test_it_is_a_line_for_the_runner_and_a_traceback_without_values_for_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ZeroDivisionError), caplog.at_level(logging.ERROR, "stridecue.dashboard"):
        await _play_until_it_fails(monkeypatch)
    line = " ".join(capsys.readouterr().err.split())
    assert line.startswith("stridecue: the dashboard failed (ZeroDivisionError)")
    assert line.endswith("hub.log")
    assert HURTS not in line
    assert "in _fails" in caplog.text
    assert HURTS not in caplog.text


@pytest.mark.real_time
async def test_a_clock_that_ticks_after_the_last_screen_went_paints_nothing() -> None:
    async with dashboard(SMALL) as board:
        await board.play(scenes.running)
    painted = board.app.painted
    assert not board.app.screen_stack
    for _tick in range(5):
        board.app.tick()
    assert board.app.painted == painted
