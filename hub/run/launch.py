"""Set up and carry out a run: files, broker, dashboard or lines of text, signals, and the closing messages."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal, TextIO

from drivers.clock import now_ns
from drivers.errors import DriverError
from drivers.recordings.recording import SessionInfo
from drivers.recordings.recording_recovery import recover
from dsp.records import Record
from dsp.signals import NS_PER_S
from firmware_profiles.catalog import Catalog
from hub.broker.joined import Joined
from hub.broker.loopback import LoopbackBroker, available
from hub.broker.serving import BrokerError
from hub.flow.bus import Subscription
from hub.flow.engine import Engine
from hub.flow.source import OpenSource
from hub.history.diary import RunDiary
from hub.history.store import History
from hub.messages.wire import Post, utc
from hub.outcome import Outcome
from hub.run.outlets import Beyond
from hub.run.runtime import Plan, Runtime
from hub.settings.config import SoundSection
from hub.settings.folders import RECORDING, adding_extra, program, recording_name
from hub.settings.run_settings import RunSettings
from hub.settings.sound_output import OFF
from hub.sinks.jsonl import open_jsonl
from hub.sound.phrases import spoken_phrases
from hub.sound.plan import choose_sounds
from hub.stop import LateSignals, Stop, stopping_on_signals
from hub.telemetry.run_info import RunInfo
from hub.terminal.dashboard import dashboard_is_installed
from hub.terminal.terminal import is_interactive, try_echo
from hub.terminal.wrapping import wrap_words
from hub.text.console import Console
from hub.text.pain_text import is_own_terminal
from hub.text.summary_text import WIDTH, earlier_text

NEWEST = 3
"""Recordings checked for a missing end: our own, which has just begun, and the last ones of two killed hubs."""

AT_ONCE = "Stopped at once, as asked twice: messages still on their way to others may be lost."

SILENT = SoundSection(output=OFF)

_LOG = logging.getLogger("stridecue.launch")


@dataclass(frozen=True, slots=True)
class Launch:
    """The description of a run.

    open_source  entered inside the event loop, after broker and dashboard are up: its imports may be slow
    replayed     the recording's own session; None: a live run, whose session starts now
    beyond       brokers that others read too
    folder       where to record; None: not recorded
    sound        which sounds, and where they go; None: no sound
    theme        theme of the dashboard; None: the one chosen last
    seconds      stop after this time; None: only when asked to
    reported     line with the last pain report for the runner's own dashboard; never published
    history      where pain and thresholds are stored during the run; None: nowhere
    shares_onset  whether the states of `onset` are published to others
    """

    source: Literal["live", "replay", "demo"]
    runner: str
    settings: RunSettings
    catalog: Catalog
    open_source: OpenSource
    first_port: int
    replayed: SessionInfo | None = None
    beyond: Beyond = field(default_factory=Beyond)
    folder: Path | None = None
    headless: bool = False
    theme: str | None = None
    jsonl: str | None = None
    signals: bool = False
    sound: SoundSection | None = None
    seconds: float | None = None
    observe: Callable[[Record], None] = lambda _record: None
    history: History | None = None
    reported: str = ""
    shares_onset: bool = True


@dataclass(frozen=True, slots=True)
class Ended:
    """A finished run.

    out          stream for messages to people
    cut_short    asked twice to stop, it did not wait until everything was delivered
    flush_diary  stores what the diary of a run that was cut short still holds
    in_a_hurry   whether the user has asked to stop more than once
    """

    outcome: Outcome
    session: SessionInfo
    faults: tuple[str, ...]
    out: TextIO
    cut_short: bool = False
    flush_diary: Callable[[], None] = lambda: None
    in_a_hurry: Callable[[], bool] = lambda: False

    @property
    def code(self) -> int:
        """Exit code of a run that went through: 1 if recording or history are incomplete or it was cut short."""
        return 1 if self.outcome.unrecorded or self.outcome.unkept or self.cut_short else 0

    def words(self) -> list[str]:
        """Return lines that say what went wrong, what was lost, where the recording is and how to replay it."""
        lines = [*self.faults, *([AT_ONCE] if self.cut_short else [])]
        lost = {name: count for name, count in self.outcome.losses.items() if count}
        lines += [f"lost: {count} items on the way to {name}" for name, count in lost.items()]
        missing = self.outcome.unrecorded
        if missing and not self.outcome.files:
            lines.append(f"\nNot recorded: {missing} packets not written")
        incomplete = f"  (incomplete: {missing} packets not written)" if missing else ""
        lines += [_recorded(path, incomplete) for path in self.outcome.files]
        for path in self.outcome.files:
            lines.append(f"Replay:   {program()} replay {recording_name(path)}")
        return lines


def _recorded(path: Path, incomplete: str) -> str:
    whole = f"Recorded: {path}{incomplete}"
    return whole if len(whole) <= WIDTH else f"Recorded: {path.name}{incomplete}\nIn:       {path.parent}"


def carry_out(launch: Launch, conclude: Callable[[Ended], None] = lambda _ended: None) -> Ended:
    """Carry out a run from start to end; raises DriverError and OSError.

    conclude  stores the result and then prints it; Ctrl-C, pressed again or held down, does not interrupt it unless it
              hangs, and then at least the path of the recording is printed
    """
    with LateSignals() as late:
        ended = asyncio.run(_carry_out(launch, late))
        try:
            if ended.cut_short:
                ended.flush_diary()  # no other thread writes any more
            conclude(ended)
        except KeyboardInterrupt:
            for line in ended.words():
                try_echo(line, ended.out)
            raise
    return ended


async def _carry_out(launch: Launch, late: LateSignals) -> Ended:
    out = sys.stderr if launch.jsonl == "-" else sys.stdout
    run_info, session = _beginning(launch)
    broker, no_broker = _broker(joins=launch.source == "demo")
    dashboard, why_not = _dashboard(launch, broker)
    sound, no_sound = choose_sounds(launch.sound or SILENT, spoken_phrases(), dashboard=dashboard)
    for line in (no_broker, why_not, no_sound):
        if line:
            try_echo(f"stridecue: {line}", sys.stderr)
    if launch.source != "replay" or launch.settings.history:
        try_echo(earlier_text(launch.settings.history), out)
    signals = launch.signals or broker is not None
    engine = Engine(launch.catalog, launch.settings.pipeline(signals=signals), cues=launch.settings.cues)
    stop = Stop()
    with ExitStack() as stack:
        jsonl = None if launch.jsonl is None else stack.enter_context(open_jsonl(launch.jsonl, session.t0_ns))
        stack.enter_context(stopping_on_signals(stop, late))
        if launch.seconds is not None:
            asyncio.get_running_loop().call_later(launch.seconds, stop, "the time is up")
        plan = Plan(
            run_info=run_info,
            session_info=session,
            engine=engine,
            source=launch.open_source,
            broker=broker,
            first_port=launch.first_port,
            beyond=launch.beyond,
            name_file=_namer(launch.folder, session) if launch.folder is not None else None,
            jsonl=jsonl,
            signals=launch.signals,
            console=None if dashboard else _console(out, run_info),
            dashboard=dashboard,
            theme=launch.theme,
            reported=launch.reported,
            observe=launch.observe,
            diary=_diary(launch, run_info, session),
            sound=sound,
            chore=None if launch.folder is None else partial(repair_newest, launch.folder),
        )
        runtime = Runtime(plan, stop, lambda text: print(wrap_words(text, out), file=out, flush=True))
        cut_short = False
        try:
            await runtime.run()
        except asyncio.CancelledError:  # asked to stop a second time while draining
            cut_short = True
    faults = tuple(each.words for each in engine.faults.values())
    return Ended(runtime.outcome, session, faults, out, cut_short, runtime.flush_diary, lambda: cut_short or late.noted)


def repair_newest(folder: Path) -> None:
    """Complete the newest recordings if an earlier hub was killed, so that other tools can open them too.

    A recording that this or another hub is still writing is left alone.
    """
    newest = sorted(folder.glob(f"*{RECORDING}"), key=lambda path: path.stat().st_mtime)[-NEWEST:]
    for path in newest:
        try:
            was_cut = recover(path).was_cut
        except DriverError as error:
            _LOG.info("recording not repaired: %s", error)
        else:
            if was_cut:
                _LOG.info("%s had no end; repaired", path)


def _diary(launch: Launch, run_info: RunInfo, session: SessionInfo) -> RunDiary | None:
    """Return the diary of this run, if there is a history to store it in."""
    if launch.history is None or session.started_utc is None:
        return None
    return RunDiary(launch.history, launch.runner, session.started_utc, session.t0_ns, run_info.unix_zero_ns)


def _beginning(launch: Launch) -> tuple[RunInfo, SessionInfo]:
    """Fix the time axes of a run, `t_ns` and UTC, and what its messages say about it."""
    now_unix_ns = time.time_ns()
    instance = secrets.token_hex(4)
    if launch.replayed is not None:
        session = launch.replayed
        unix_zero_ns = (_unix_ns(session.started_utc) or now_unix_ns) - session.t0_ns
    else:
        t0_ns = now_ns()
        session = SessionInfo(t0_ns, utc(now_unix_ns), launch.runner, launch.settings.stored())
        unix_zero_ns = now_unix_ns - t0_ns
    earlier_runs = len(launch.settings.history)
    pain_rule = launch.settings.pain_rule
    run_info = RunInfo(
        launch.runner,
        instance,
        launch.source,
        unix_zero_ns,
        session.t0_ns,
        earlier_runs,
        pain_rule,
        shares_onset=launch.shares_onset,
    )
    return run_info, session


def _unix_ns(utc_text: str | None) -> int | None:
    if utc_text is None:
        return None
    try:
        return round(datetime.fromisoformat(utc_text).timestamp() * NS_PER_S)
    except ValueError:
        return None


def _broker(*, joins: bool) -> tuple[LoopbackBroker | None, str]:
    try:
        return LoopbackBroker(Joined(available()) if joins else available()), ""
    except BrokerError as error:
        return None, f"{error}; this run continues without MQTT and dashboard"


def _dashboard(launch: Launch, broker: LoopbackBroker | None) -> tuple[bool, str]:
    """Decide whether to show a dashboard; the second value says why there is none although one was wanted."""
    if launch.headless or broker is None or launch.jsonl == "-":
        return False, ""
    if not is_interactive():
        return False, "not on a terminal: printing lines of text instead of the dashboard"
    if not dashboard_is_installed():
        return False, f"the dashboard is not installed: printing lines of text; to add it: {adding_extra('tui')}"
    return True, ""


def _console(out: TextIO, run_info: RunInfo) -> Callable[[Subscription[Post]], Coroutine[Any, Any, None]]:
    own = is_own_terminal(out)
    begins = "looking for sensors; Ctrl-C ends the run"
    if run_info.is_replay:
        begins = "replaying a recording: times are those of the recording; Ctrl-C ends the replay"
    if own and not run_info.is_replay:
        whose = " in a run of your own" if run_info.source == "demo" else ""
        try_echo(f"If something hurts{whose}: tap the hip sensor three times, or use `stridecue pain` afterwards.", out)
    start_unix_s = (run_info.unix_zero_ns + run_info.t0_ns) / NS_PER_S
    return lambda posts: Console(out, posts, start_unix_s=start_unix_s, own_terminal=own, begins=begins).run()


def _namer(folder: Path, session: SessionInfo) -> Callable[[int], Path]:
    """Return a function that names recordings by start and runner, never the name of an existing file."""
    stem = f"{(session.started_utc or utc(time.time_ns()))[:19].replace(':', '')}Z-{session.runner}"

    def name(number: int) -> Path:
        path = folder / (f"{stem}-{number + 1}{RECORDING}" if number else f"{stem}{RECORDING}")
        return path if not path.exists() else folder / f"{stem}-{number + 1}-{os.getpid()}{RECORDING}"

    return name
