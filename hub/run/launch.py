"""Sets a run up and sees it through: files, broker, dashboard or lines of text, signals, and the words at the end."""

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
from hub.stop import Late, Stop, stopping_on_signals
from hub.telemetry.stamps import About
from hub.terminal.between_words import between_words
from hub.terminal.dashboard import dashboard_is_installed
from hub.terminal.terminal import is_whole, tell
from hub.text.console import Console
from hub.text.pain_text import is_own_terminal
from hub.text.summary_text import WIDTH, earlier_text

NEWEST = 3
"""Recordings looked at: our own, which was begun just now, and the last of two hubs that were killed."""

AT_ONCE = "Stopped at once, as asked twice: what was still on its way to others may not have got there."

SILENT = SoundSection(output=OFF)

_LOG = logging.getLogger("stridecue.launch")


@dataclass(frozen=True, slots=True)
class Launch:
    """What to run.

    open_source  entered inside the loop, after broker and dashboard are up: its imports may be heavy
    replayed     the recording's own session; None: a live run, whose session starts now
    beyond       brokers that others read too
    folder       where to record; None: not recorded
    sound    what is heard and where; None: nothing
    theme        look of the dashboard; None: the one chosen last
    seconds      end by itself after so long; None: when asked to
    reported     what was reported last, in a line for the runner's own dashboard; on no broker
    history      where pain and thresholds are kept while the run goes on; None: nowhere
    shares_onset  whether others are told the states of `onset`
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
    """A run that is over.

    out         where words for people go
    cut_short   told twice to stop, it did not wait for what it had to deliver
    write_left  keeps what a diary that was cut short holds yet
    in_a_hurry  whether somebody has asked more than once
    """

    outcome: Outcome
    session: SessionInfo
    faults: tuple[str, ...]
    out: TextIO
    cut_short: bool = False
    write_left: Callable[[], None] = lambda: None
    in_a_hurry: Callable[[], bool] = lambda: False

    @property
    def code(self) -> int:
        """Exit code: 1 when recording or history are not whole, or not all was delivered; the run went through."""
        return 1 if self.outcome.unrecorded or self.outcome.unkept or self.cut_short else 0

    def words(self) -> list[str]:
        """Say what went wrong, what was lost, where the recording is and what can be done with it."""
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
    """Run from start to end; raises DriverError and OSError.

    conclude  puts what the run came to where it is to be and then tells it; Ctrl-C, pressed again or held down,
              does not interrupt it unless it hangs, and then the recording is named at least
    """
    with Late() as late:
        ended = asyncio.run(_carry_out(launch, late))
        try:
            if ended.cut_short:
                ended.write_left()  # by now no thread writes any more
            conclude(ended)
        except KeyboardInterrupt:
            for line in ended.words():
                tell(line, ended.out)
            raise
    return ended


async def _carry_out(launch: Launch, late: Late) -> Ended:
    out = sys.stderr if launch.jsonl == "-" else sys.stdout
    about, session = _beginning(launch)
    broker, no_broker = _broker(joins=launch.source == "demo")
    dashboard, why_not = _dashboard(launch, broker)
    sound, no_sound = choose_sounds(launch.sound or SILENT, spoken_phrases(), dashboard=dashboard)
    for line in (no_broker, why_not, no_sound):
        if line:
            tell(f"stridecue: {line}", sys.stderr)
    if launch.source != "replay" or launch.settings.history:
        tell(earlier_text(launch.settings.history), out)
    signals = launch.signals or broker is not None
    engine = Engine(launch.catalog, launch.settings.pipeline(signals=signals), cues=launch.settings.cues)
    stop = Stop()
    with ExitStack() as stack:
        jsonl = None if launch.jsonl is None else stack.enter_context(open_jsonl(launch.jsonl, session.t0_ns))
        stack.enter_context(stopping_on_signals(stop, late))
        if launch.seconds is not None:
            asyncio.get_running_loop().call_later(launch.seconds, stop, "the time is up")
        plan = Plan(
            about=about,
            session_info=session,
            engine=engine,
            source=launch.open_source,
            broker=broker,
            first_port=launch.first_port,
            beyond=launch.beyond,
            name_file=_namer(launch.folder, session) if launch.folder is not None else None,
            jsonl=jsonl,
            signals=launch.signals,
            console=None if dashboard else _console(out, launch.source),
            dashboard=dashboard,
            theme=launch.theme,
            reported=launch.reported,
            observe=launch.observe,
            diary=_diary(launch, about, session),
            sound=sound,
            chore=None if launch.folder is None else partial(mend_newest, launch.folder),
        )
        runtime = Runtime(plan, stop, lambda text: print(between_words(text, out), file=out, flush=True))
        cut_short = False
        try:
            await runtime.run()
        except asyncio.CancelledError:  # asked a second time while it drained
            cut_short = True
    faults = tuple(each.words for each in engine.faults.values())
    return Ended(runtime.outcome, session, faults, out, cut_short, runtime.write_left, lambda: cut_short or late.noted)


def mend_newest(folder: Path) -> None:
    """Give the newest recordings an end when an earlier hub was killed, so that other tools open them too.

    Those that another hub, or this one, is recording to are left alone.
    """
    newest = sorted(folder.glob(f"*{RECORDING}"), key=lambda path: path.stat().st_mtime)[-NEWEST:]
    for path in newest:
        try:
            was_cut = recover(path).was_cut
        except DriverError as error:
            _LOG.info("left as it is: %s", error)
        else:
            if was_cut:
                _LOG.info("%s had no end; it has one now", path)


def _diary(launch: Launch, about: About, session: SessionInfo) -> RunDiary | None:
    """Make the pages of this run, where there is a history to keep it in."""
    if launch.history is None or session.started_utc is None:
        return None
    return RunDiary(launch.history, launch.runner, session.started_utc, session.t0_ns, about.unix_zero_ns)


def _beginning(launch: Launch) -> tuple[About, SessionInfo]:
    """Fix the two axes of a run: `t_ns` and UTC."""
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
    about = About(
        launch.runner,
        instance,
        launch.source,
        unix_zero_ns,
        session.t0_ns,
        earlier_runs,
        pain_rule,
        shares_onset=launch.shares_onset,
    )
    return about, session


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
        return None, f"{error}; this run goes on without MQTT and dashboard"


def _dashboard(launch: Launch, broker: LoopbackBroker | None) -> tuple[bool, str]:
    """Decide whether there is a dashboard; the second value says why there is none although one was meant."""
    if launch.headless or broker is None or launch.jsonl == "-":
        return False, ""
    if not is_whole():
        return False, "not on a terminal: no dashboard, lines of text instead"
    if not dashboard_is_installed():
        return False, f"no dashboard, lines of text instead; to add it: {adding_extra('tui')}"
    return True, ""


def _console(out: TextIO, source: str) -> Callable[[Subscription[Post]], Coroutine[Any, Any, None]]:
    own, begins = is_own_terminal(out), "a recording is played" if source == "replay" else "looking for sensors"
    if own and source != "replay":
        whose = " in a run of your own" if source == "demo" else ""
        tell(f"Something hurts{whose}: three taps on the hip sensor, or `stridecue pain` afterwards.", out)
    return lambda subscription: Console(out, subscription, own_terminal=own, begins=begins).run()


def _namer(folder: Path, session: SessionInfo) -> Callable[[int], Path]:
    """Name recordings by start and runner; what exists is never overwritten."""
    stem = f"{(session.started_utc or utc(time.time_ns()))[:19].replace(':', '')}Z-{session.runner}"

    def name(number: int) -> Path:
        path = folder / (f"{stem}-{number + 1}{RECORDING}" if number else f"{stem}{RECORDING}")
        return path if not path.exists() else folder / f"{stem}-{number + 1}-{os.getpid()}{RECORDING}"

    return name
