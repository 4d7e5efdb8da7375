"""Messages when the dashboard has ended."""

from __future__ import annotations

import asyncio

import pytest

from hub.run.screen import SAME_KEY_S, Screen
from hub.stop import Stop
from hub.terminal.dashboard import Dashboard


@pytest.mark.parametrize("when", ["before it ends", "right after", "never", "much later"])
async def test_a_dashboard_ended_by_the_same_ctrl_c_is_not_reported(when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def killed(_dashboard: Dashboard) -> int:
        return -2

    monkeypatch.setattr(Dashboard, "ended", killed)
    stop, said, loop = Stop(), list[str](), asyncio.get_running_loop()
    after_s = {"before it ends": 0.0, "right after": SAME_KEY_S / 2, "much later": SAME_KEY_S * 4}
    if when in after_s:
        loop.call_later(after_s[when], stop, "SIGINT")
    await Screen(Dashboard(), stop, said.append).watch()
    missed = ["the dashboard ended (code -2); the run continues without it, Ctrl-C stops it"]
    assert said == (missed if when in {"never", "much later"} else [])


async def test_quitting_the_dashboard_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    async def quit_by_key(_dashboard: Dashboard) -> int:
        return 0

    monkeypatch.setattr(Dashboard, "ended", quit_by_key)
    stop, said = Stop(), list[str]()
    await Screen(Dashboard(), stop, said.append).watch()
    assert (stop.reason, said) == ("the dashboard was quit", [])
