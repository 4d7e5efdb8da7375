"""A complete run of a recording for tests: its plan and its results."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypedDict, Unpack

from drivers.recordings.recording import RecordingReader
from dsp.records import Record
from firmware_profiles.catalog import load_catalog
from hub.broker.loopback import LoopbackBroker
from hub.flow.bus import Subscription
from hub.flow.engine import Engine
from hub.flow.source import OpenSource
from hub.messages.wire import Post
from hub.outcome import Outcome
from hub.replay.replayed import ReplayedSource, opened
from hub.run.outlets import Beyond
from hub.run.runtime import Plan, Runtime
from hub.settings.run_settings import RunSettings
from hub.sinks.diary import Diary
from hub.sinks.jsonl import JsonlFile
from hub.sound.plan import Sounds
from hub.stop import Stop
from hub.telemetry.run_info import RunInfo


@dataclass
class Run:
    """A run under test and its results."""

    plan: Plan
    stop: Stop = field(default_factory=Stop)
    said: list[str] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)

    async def play(self) -> Outcome:
        self.outcome = await Runtime(self.plan, self.stop, self.said.append).run()
        return self.outcome


class PlanFields(TypedDict, total=False):
    """Fields of a plan that tests change."""

    run_info: RunInfo
    engine: Engine
    source: OpenSource
    broker: LoopbackBroker | None
    first_port: int
    name_file: Callable[[int], Path] | None
    jsonl: JsonlFile | None
    console: Callable[[Subscription[Post]], Coroutine[Any, Any, None]] | None
    dashboard: bool
    reported: str
    observe: Callable[[Record], None]
    sound: Sounds | None
    diary: Diary | None
    beyond: Beyond
    strict: bool


def a_run(recording: Path, tmp_path: Path, **changes: Unpack[PlanFields]) -> Run:
    """Play a recording at its own pace and record it again in `tmp_path`; `changes` are fields of its plan."""
    session = RecordingReader(recording).session
    plan = Plan(
        run_info=RunInfo("ann", "one", "replay", 0, session.t0_ns),
        session_info=session,
        engine=Engine(load_catalog(), RunSettings().pipeline(signals=True), strict=True),
        source=opened(ReplayedSource(RecordingReader(recording), 1.0)),
        broker=None,
        name_file=lambda number: tmp_path / f"run{number}.mcap",
        strict=True,
    )
    return Run(replace(plan, **changes))


def kept(posts: list[Post]) -> Callable[[Subscription[Post]], Coroutine[Any, Any, None]]:
    """Return a console that prints nothing and collects everything posted in `posts`."""

    async def keep(subscription: Subscription[Post]) -> None:
        async for batch in subscription.batches():
            posts.extend(batch)

    return keep
