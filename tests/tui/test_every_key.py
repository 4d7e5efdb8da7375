"""Every key of every screen is pressed: bindings are discovered, and one that is not expected here fails the test."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

import tui
from dsp.records import Side
from hub.messages.incoming import CommandMessage, PainMessage
from tests.tui import coach_scenes, scenes
from tests.tui.coach import Coach, a_coach
from tests.tui.dashboard import Dashboard, dashboard
from tests.tui.page import WrittenPage
from tui.look.theme import look_name
from tui.screens.pain import LETTERS, SITES, PainScreen

pytestmark = pytest.mark.real_time

Shown: TypeAlias = Dashboard | Coach
Begin: TypeAlias = Callable[[], AbstractAsyncContextManager[Shown]]


@asynccontextmanager
async def a_run() -> AsyncIterator[Dashboard]:
    async with dashboard() as board:
        await board.play(scenes.running)
        yield board


@asynccontextmanager
async def a_replay() -> AsyncIterator[Dashboard]:
    async with dashboard() as board:
        await board.play(scenes.running)
        await board.hear(scenes.session(source="replay", replay=scenes.replay()))
        yield board


@asynccontextmanager
async def a_roster() -> AsyncIterator[Coach]:
    async with a_coach() as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.runner("ann"))
        yield coach


@dataclass(frozen=True)
class Press:
    """Where a key is pressed, after which others, and the expected result (see `state`)."""

    begin: Begin
    before: tuple[str, ...] = ()
    then: tuple[str, object] = ("screen", "")


def _screen(begin: Begin, then: str, *before: str) -> Press:
    return Press(begin, before, ("screen", then))


def _order(begin: Begin, *then: object) -> Press:
    return Press(begin, (), ("order", then))


def _pain(what: str, then: object) -> Press:
    return Press(a_run, ("p", "4"), (what, then))


END = ("running", False)
NUMB = ("numb", True)
KEYS = {
    "DashboardApp": {
        ("pain", "p"): _screen(a_run, "PainScreen"),
        ("mute", "m"): _order(a_run, "mute"),
        ("cues('less')", "minus"): _order(a_run, "less"),
        ("cues('more')", "plus"): _order(a_run, "more"),
        ("cues('more')", "equals_sign"): _order(a_run, "more"),
        ("mark", "k"): _order(a_run, "mark"),
        ("theme", "d"): Press(a_run, (), ("theme", "light")),
        ("web", "w"): _screen(a_run, "WebScreen"),
        ("help", "question_mark"): _screen(a_run, "HelpScreen"),
        ("hold", "space"): _order(a_replay, "pause"),
        ("faster(2)", "plus"): _order(a_replay, "speed", 2.0),
        ("faster(2)", "equals_sign"): _order(a_replay, "speed", 2.0),
        ("faster(0.5)", "minus"): _order(a_replay, "speed", 0.5),
        ("skip(-10.0)", "left"): _order(a_replay, "skip", -10.0),
        ("skip(10.0)", "right"): _order(a_replay, "skip", 10.0),
        ("skip(-60.0)", "comma"): _order(a_replay, "skip", -60.0),
        ("skip(-60.0)", "shift+left"): _order(a_replay, "skip", -60.0),
        ("skip(60.0)", "full_stop"): _order(a_replay, "skip", 60.0),
        ("skip(60.0)", "shift+right"): _order(a_replay, "skip", 60.0),
        ("seek", "home"): _order(a_replay, "seek", 0.0),
        ("jump('jump')", "n"): _order(a_replay, "jump"),
        ("jump('jump_back')", "N"): _order(a_replay, "jump_back"),
        ("quit", "q"): Press(a_run, (), END),
        ("quit", "ctrl+c"): Press(a_run, ("p",), END),
    },
    "CoachApp": {
        ("nudge", "n"): _screen(a_roster, "NudgeScreen"),
        ("order('ask_pain')", "a"): _order(a_roster, "ask_pain"),
        ("order('mute')", "m"): _order(a_roster, "mute"),
        ("order('unmute')", "u"): _order(a_roster, "unmute"),
        ("order('mark')", "k"): _order(a_roster, "mark"),
        ("theme", "d"): Press(a_roster, (), ("theme", "light")),
        ("web", "w"): _screen(a_roster, "WebScreen"),
        ("help", "question_mark"): _screen(a_roster, "HelpScreen"),
        ("quit", "q"): Press(a_roster, (), END),
        ("quit", "ctrl+c"): Press(a_roster, ("n",), END),
    },
    "RosterScreen": {("app.open", "enter"): _screen(a_roster, "WatchedScreen")},
    "WatchedScreen": {("app.roster", "escape"): _screen(a_roster, "RosterScreen", "enter")},
    "HelpScreen": {
        ("dismiss", key): _screen(a_run, "RunnerScreen", "question_mark")
        for key in ("escape", "question_mark", "q", "enter")
    },
    "WebScreen": {
        ("open", "enter"): Press(a_run, ("w",), ("shown", 1)),
        ("stop", "s"): Press(a_run, ("w",), ("page", "off")),
        **{("dismiss", key): _screen(a_run, "RunnerScreen", "w") for key in ("escape", "w", "q")},
    },
    "NudgeScreen": {("dismiss", "escape"): _screen(a_roster, "RosterScreen", "n", "x")},
    "PainScreen": {
        ("back", "escape"): _screen(a_run, "RunnerScreen", "p", "4"),
        ("send", "enter"): _pain("order", ("pain", 4)),
        ("step(-1)", "left"): _pain("level", 3),
        ("step(1)", "right"): _pain("level", 5),
        ("site(-1)", "up"): _pain("site", SITES[-1]),
        ("site(1)", "down"): _pain("site", SITES[1]),
        **{(f"place({place})", key): _pain("site", SITES[place]) for place, key in enumerate(LETTERS, 1)},
        ("side('left')", "l"): _pain("side", Side.LEFT),
        ("side('right')", "r"): _pain("side", Side.RIGHT),
        ("numb", "n"): Press(a_run, ("p", "4"), NUMB),
    },
}


def state(shown: Shown) -> dict[str, object]:
    """What a key can change."""
    app, sent = shown.app, shown.feed.sent
    now: dict[str, object] = {"running": app.is_running, "theme": look_name(app.theme)}
    if isinstance(app.page, WrittenPage):
        now |= {"page": app.page.state, "shown": app.page.shown}
    if sent:
        now["order"] = _said(sent[-1])
    if app.is_running:
        now["screen"] = type(app.screen).__name__
        if isinstance(app.screen, PainScreen):
            pain = app.screen
            now |= {"level": pain.level, "site": SITES[pain.site], "side": pain.side, "numb": pain.numb}
    return now


def _said(order: CommandMessage | PainMessage) -> tuple[object, ...]:
    if isinstance(order, PainMessage):
        return ("pain", order.level)
    return tuple(each for each in (order.action, order.factor, order.seconds) if each is not None)


def bindings() -> Iterator[tuple[str, str, str]]:
    """Class, action and key of every binding that a class of ours brings."""
    for module in pkgutil.walk_packages(tui.__path__, "tui."):
        if module.name.endswith("__main__"):
            continue
        for name, each in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(each, DOMNode) and each.__module__ == module.name:
                for binding in vars(each).get("BINDINGS", ()):
                    assert isinstance(binding, Binding)
                    yield from ((name, binding.action, key) for key in binding.key.split(","))


FOUND = sorted(bindings())


@pytest.mark.parametrize(
    ("where", "action", "key"), FOUND, ids=[f"{where}-{key}-{action}" for where, action, key in FOUND]
)
async def test_a_key_does_what_it_is_for(where: str, action: str, key: str) -> None:
    press = KEYS.get(where, {}).get((action, key))
    if press is None:
        pytest.fail(f"{key} of {where} ({action}) has no test: say in KEYS what it does")
    what, then = press.then
    async with press.begin() as shown:
        await shown.press(*press.before)
        assert state(shown).get(what) != then
        await shown.pilot.press(key)
        await shown.pilot.pause()
        assert state(shown).get(what) == then


def test_every_key_that_is_tested_is_there() -> None:
    assert sorted((where, *key) for where, keys in KEYS.items() for key in keys) == FOUND
