"""Every screen in every state worth checking: stored as text in `tests/tui/screens`, and drawn for the documents.

`python -m tests.tui.gallery` rewrites the texts (`make snapshots`); read the difference before you commit it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import msgspec

from dsp.cues import pain_noted
from dsp.cues.rule import CueParams
from dsp.records import PainReport, Side
from hub.client import LinkChange
from hub.messages.lines import PainLine
from hub.messages.session_status import ReplayFound, ReplayMark
from tests.tui import coach_scenes, scenes
from tests.tui.coach import Coach, a_coach
from tests.tui.dashboard import LARGE, SMALL, Dashboard, dashboard
from tests.tui.scenes import Say

FOLDER = Path(__file__).parent / "screens"
Size: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class OfRunner:
    """A state of the runner's dashboard: messages of the hub, then keys."""

    sizes: tuple[Size, ...]
    parts: tuple[Say, ...]
    keys: tuple[str, ...] = ()

    @asynccontextmanager
    async def drawn(self, size: Size) -> AsyncIterator[Dashboard]:
        async with dashboard(size) as board:
            await board.play(*self.parts)
            await board.press(*self.keys)
            yield board


@dataclass(frozen=True)
class OfCoach:
    """A state of the coach's dashboard: messages, then keys."""

    sizes: tuple[Size, ...]
    hears: Callable[[Coach], Awaitable[None]]
    keys: tuple[str, ...] = ()

    @asynccontextmanager
    async def drawn(self, size: Size) -> AsyncIterator[Coach]:
        async with a_coach(size) as coach:
            await self.hears(coach)
            await coach.press(*self.keys)
            yield coach


async def _nobody(coach: Coach) -> None:
    await coach.hear(coach_scenes.up())


async def _forty(coach: Coach) -> None:
    await coach.hear(*coach_scenes.forty())
    coach.clock.now_s += 1.0
    await coach.hear(*coach_scenes.a_second(1.0))


async def _one_silent(coach: Coach) -> None:
    """One silent runner, one hub that has stopped, and then the broker is lost."""
    await coach.hear(coach_scenes.up())
    for number, name in enumerate(("ann", "ben", "cleo")):
        await coach.hear(*coach_scenes.runner(name, number))
    coach.clock.now_s += 40.0
    gone = coach_scenes.of("cleo", scenes.status("offline", instance="cleo"))
    await coach.hear(*coach_scenes.runner("ann"), gone)
    await coach.hear(LinkChange(up=False, reason="connection refused", retry_s=4.0))


def _stop(feed: scenes.ScriptedFeed, clock: scenes.Clock) -> None:
    scenes.running(feed, clock)
    answer = pain_noted.Rule(CueParams()).pain(PainReport(0, 4, "buttock", Side.RIGHT))
    assert answer is not None
    pain = PainLine(t_s=750.0, level=4, site="buttock", side=Side.RIGHT, note=None)
    stop = scenes.cue(answer.severity, answer.text)
    feed.say(msgspec.structs.replace(stop, because=(pain,)))


def _link_lost(feed: scenes.ScriptedFeed, clock: scenes.Clock) -> None:
    scenes.running(feed, clock)
    feed.say(LinkChange(up=False, reason="connection reset", retry_s=5.0))


def _pain_before(feed: scenes.ScriptedFeed, clock: scenes.Clock) -> None:
    scenes.running(feed, clock)
    feed.say(scenes.metrics(scenes.PAIN_BEFORE))


def _a_minute_later(feed: scenes.ScriptedFeed, clock: scenes.Clock) -> None:
    clock.now_s += 59.0
    extra = {**scenes.EXTRA, "drop_excursion_mean_right_deg": scenes.TIRED_DEG}
    feed.say(scenes.metrics(extra, drop_excursion_right_deg=scenes.TIRED_DEG), scenes.attitude(804.0))
    scenes.a_second_later(feed, clock)


def _replayed(feed: scenes.ScriptedFeed, clock: scenes.Clock) -> None:
    scenes.with_cue(feed, clock)
    held = scenes.replay(state="paused", marks=_MARKS, speed=2.0)
    feed.say(scenes.session(source="replay", sound=None, recording=None, replay=held))


def _jumped(feed: scenes.ScriptedFeed, clock: scenes.Clock) -> None:
    scenes.running(feed, clock)
    found = ReplayFound(t_s=1100.0, kind="pain", text="4 of 10, left outer knee")
    goes = scenes.replay(position_s=1095.0, marks=_MARKS, found=found)
    feed.say(scenes.session(source="replay", sound=None, recording=None, replay=goes))


_MARKS = [
    *(ReplayMark(701.0, "cue"), ReplayMark(750.0, "threshold"), ReplayMark(750.0, "cue")),
    *(ReplayMark(1100.0, "pain"), ReplayMark(1100.0, "cue")),
]


GALLERY: dict[str, OfRunner | OfCoach] = {
    "connecting": OfRunner((SMALL,), (scenes.connecting,)),
    "no-sensors": OfRunner((SMALL,), (scenes.no_sensors,)),
    "searching": OfRunner((SMALL,), (scenes.searching,)),
    "running": OfRunner((SMALL, LARGE), (scenes.running, scenes.a_second_later)),
    "pain-before": OfRunner((LARGE,), (_pain_before, scenes.a_second_later)),
    "cue": OfRunner((SMALL, LARGE), (scenes.with_cue, scenes.a_second_later)),
    "stop": OfRunner((SMALL,), (_stop, scenes.a_second_later)),
    "threshold": OfRunner((SMALL,), (scenes.with_cue, _a_minute_later)),
    "sensor-lost": OfRunner((SMALL, LARGE), (scenes.running, scenes.sensor_lost, scenes.after_loss)),
    "link-lost": OfRunner((SMALL,), (_link_lost,)),
    "muted": OfRunner((SMALL,), (scenes.with_cue, scenes.a_second_later), ("m",)),
    "replay-paused": OfRunner((SMALL,), (_replayed,)),
    "replay-jumped": OfRunner((SMALL,), (_jumped,)),
    "finished": OfRunner((SMALL,), (scenes.ended,)),
    "pain": OfRunner((SMALL,), (scenes.running, scenes.a_second_later), ("p", "4", "down", "r")),
    "help": OfRunner((SMALL, LARGE), (scenes.running, scenes.a_second_later), ("question_mark",)),
    "web": OfRunner((SMALL,), (scenes.running, scenes.a_second_later), ("w",)),
    "roster-empty": OfCoach((SMALL,), _nobody),
    "roster": OfCoach((SMALL, LARGE), _forty),
    "roster-silent": OfCoach((LARGE,), _one_silent),
    "watched": OfCoach((SMALL, LARGE), _forty, ("enter",)),
    "nudge": OfCoach((SMALL,), _forty, ("n", *"quick", "space", *"feet")),
    "coach-help": OfCoach((SMALL,), _forty, ("question_mark",)),
}


def named() -> list[tuple[str, str, Size]]:
    """Return file, screen and size of every snapshot."""
    return [
        (f"{name}-{columns}x{rows}.txt", name, (columns, rows))
        for name, each in GALLERY.items()
        for columns, rows in each.sizes
    ]


async def _renew() -> None:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.txt"):
        old.unlink()
    for file, name, size in named():
        async with GALLERY[name].drawn(size) as driver:
            await driver.look()
            (FOLDER / file).write_text(driver.text, encoding="utf-8")
        print(FOLDER / file)


if __name__ == "__main__":
    asyncio.run(_renew())
