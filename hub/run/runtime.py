r"""A run from start to end: owns the task groups; every task is named.

    source -> engine -> session -> facts -> recorder, jsonl
                            \-> posts -> loopback broker (dashboard), external broker, console

A stop is an event: the source drains and ends, then the sinks drain and end, then files are flushed. Only a failure
of the source ends a run: failures of broker, disk, dashboard and terminal are reported, and the run continues.
"""

from __future__ import annotations

import asyncio
import gc
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.recordings.recording import SessionInfo
from dsp.records import Record, Summary
from dsp.signals import NS_PER_S
from hub.broker.loopback import DEFAULT_PORT, LoopbackBroker
from hub.flow.bus import Policy, Subscription
from hub.flow.engine import Engine
from hub.flow.facts import Beat, Fact
from hub.flow.source import OpenSource, PlannedSource, Source, driver_error
from hub.messages.incoming import CommandMessage
from hub.messages.wire import Post
from hub.orders.obey import Obey
from hub.outcome import Outcome
from hub.run.background import BackgroundTasks
from hub.run.course import Course
from hub.run.outlets import Beyond, Outlets
from hub.run.run_parts import RunParts
from hub.run.screen import Screen
from hub.sinks import diary, jsonl, recorder, sound
from hub.sinks.diary import Diary, DiarySink
from hub.sinks.jsonl import JsonlFile, JsonlSink
from hub.sinks.recorder import RecorderSink
from hub.sinks.sound import SoundSink
from hub.sound.plan import Sounds
from hub.stop import Stop
from hub.telemetry.run_info import RunInfo
from hub.terminal.dashboard import Dashboard
from hub.text.missing import missing_text

BEAT_S = 0.5
"""The recorder writes at this interval, so that a killed hub loses less than a second."""
BEATS_A_FRAME = 2
SENSORS_DUE_NS = 20 * NS_PER_S
"""By then the sensors have connected; what is missing is reported from then on."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts of a run.

    broker    the loopback broker; None: this machine has none, so no MQTT and no dashboard
    beyond    brokers that others read too
    name_file path of the n-th recording of this run; None: not recorded
    jsonl     open output for every record; attitude only with `signals`
    console   prints posts when there is no dashboard; gets a subscription of its own
    reported  line with the last pain report, for the dashboard only
    observe   called with every record, synchronously
    sound     None: no sound
    diary     stores pain and thresholds at once, in a thread
    chore     runs in a thread while the run starts, e.g. to repair what an earlier run left behind
    strict    tests: a failed background task ends the run
    """

    run_info: RunInfo
    session_info: SessionInfo
    engine: Engine
    source: OpenSource
    broker: LoopbackBroker | None
    first_port: int = DEFAULT_PORT
    beyond: Beyond = field(default_factory=Beyond)
    name_file: Callable[[int], Path] | None = None
    jsonl: JsonlFile | None = None
    signals: bool = False
    console: Callable[[Subscription[Post]], Coroutine[Any, Any, None]] | None = None
    dashboard: bool = False
    theme: str | None = None
    reported: str = ""
    observe: Callable[[Record], None] = lambda _record: None
    sound: Sounds | None = None
    diary: Diary | None = None
    chore: Callable[[], None] | None = None
    strict: bool = False


class Runtime:
    """Carries out one plan, once; `say` gets lines for the terminal, only while no dashboard owns it."""

    def __init__(self, plan: Plan, stop: Stop, say: Callable[[str], None]) -> None:
        self._plan = plan
        self._stop = stop
        self._source = PlannedSource(plan.source, plan.run_info.t0_ns)
        self._screen = Screen(Dashboard(plan.theme, plan.reported), stop, say)
        parts = RunParts.of(plan.run_info, self._source, plan.engine, self._screen.say)
        self._facts, self._posts = parts.facts, parts.posts
        self._session, self._telemetry, self._notices = parts.session, parts.telemetry, parts.notices
        self._course = Course(parts, plan.observe)
        self._recorder: RecorderSink | None = None
        self._diary: DiarySink | None = None
        self._outcome = Outcome()
        self._is_concluded = False
        self._last: deque[Record] = deque()  # the core's final records that are not published yet

    @property
    def outcome(self) -> Outcome:
        """The outcome so far; complete when `run` has ended, cancelled or not."""
        return self._outcome

    def flush_diary(self) -> None:
        """Store what the diary of a cancelled run still holds; call it once its thread has ended."""
        if self._diary is not None:
            self._diary.write_left()

    async def run(self) -> Outcome:
        """Run until the source ends or a stop is requested. Raises DriverError when the source cannot be opened.

        When cancelled it ends at once: `outcome` then holds what is known, and what was not delivered is lost.
        """
        try:
            await self._run()
        except BaseExceptionGroup as errors:
            if (cause := driver_error(errors)) is not None:
                if self._recorder is not None:
                    self._recorder.discard_empty()
                raise cause from errors
            raise
        finally:
            self._outcome.marks, self._outcome.pains = self._telemetry.marks, self._telemetry.pains
            self._outcome.silent = not any(each.quality.packets for each in self._plan.engine.health().values())
            self._count_losses()
        reported = self._outcome.marks or self._outcome.pains
        is_empty = self._outcome.silent and not reported and self._plan.run_info.source == "live"
        if self._recorder is not None and is_empty:
            self._recorder.discard_empty()  # else it would be the newest run to replay
        return self._outcome

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            background = BackgroundTasks(group, self._notices, strict=self._plan.strict)
            outlets = self._outlets(background)
            heartbeat: asyncio.Task[None] | None = None
            try:
                heard = self._subscribe_sound()
                self._start_files(background)
                if self._plan.broker is not None:
                    await outlets.open_own(
                        self._plan.broker,
                        self._plan.first_port,
                        leave=self._plan.beyond.ports,
                        dashboard=self._plan.dashboard,
                    )
                await outlets.open_beyond(self._plan.beyond)
                self._start_sound(background, heard)
                async with self._source.open() as source:
                    gc.freeze()  # a garbage collection of all that is loaded takes long (benchmarks/garbage_pause.py)
                    heartbeat = background.start("heartbeat", self._beat(source))
                    await self._follow(source)
            except asyncio.CancelledError:  # asked twice to stop
                await self._publish_last()
                raise
            finally:
                if heartbeat is not None:
                    heartbeat.cancel()  # what it published on closed buses would count as lost
                try:
                    await self._drain(background)
                finally:  # also when asked twice to stop
                    gc.unfreeze()
                    outlets.close()
                    if outlets.dropped is not None:
                        self._outcome.losses["watchers"] = outlets.dropped.messages
                    await self._screen.close()
                    for broker in (self._plan.broker, self._plan.beyond.listen):
                        if broker is not None:
                            await broker.stop()

    # -- from the source to the buses

    async def _follow(self, source: Source) -> None:
        async with asyncio.TaskGroup() as group:
            for name, work in source.tasks(self._stop):
                group.create_task(work, name=name)
            while True:
                self._is_concluded = False  # a replay can continue after its end
                async for batch in source.batches(self._stop):
                    await self._course.take_all(batch)
                await self._finish(source)
                if not (self._screen.has_dashboard and await source.continues(self._stop)):
                    break

    async def _finish(self, source: Source) -> None:
        self._outcome.losses["radio"] = source.dropped
        await self._publish_last()
        self._session.end(source.now_ns())
        await self._course.frame(source.now_ns())

    async def _publish_last(self) -> None:
        """Finish the core and publish its final records; from here on the outcome has summary and plan."""
        if not self._is_concluded:
            self._is_concluded = True
            self._outcome.plan = self._plan.engine.plan()
            self._last.extend(self._plan.engine.finish())
            self._outcome.summary = next(record for record in self._last if isinstance(record, Summary))
        while self._last:  # if cancelled meanwhile, the next call continues with the next record
            await self._course.emit(self._last.popleft())

    async def _steered(self, order: CommandMessage) -> str | None:
        done = self._source.steer(order)
        if done is not None:  # so that a key press is confirmed at once
            await self._course.post([self._telemetry.session(self._source.now_ns())])
        return done

    async def _beat(self, source: Source) -> None:
        loop = asyncio.get_running_loop()
        start_s, count = loop.time(), 0
        begun_ns, some_came = source.now_ns(), False
        while True:
            count += 1
            await asyncio.sleep(start_s + count * BEAT_S - loop.time())
            await self._facts.publish(Beat(source.now_ns()))
            if count % BEATS_A_FRAME == 0:
                self._notices.put("radio", _dropped(source.dropped))
                now_ns = source.now_ns()
                streaming = self._telemetry.streaming(now_ns)
                some_came = some_came or bool(streaming)
                # In a replay nobody can wake a sensor.
                is_due = now_ns - begun_ns > SENSORS_DUE_NS and (some_came or not self._plan.run_info.is_replay)
                missing = missing_text(streaming, some_came=some_came) if is_due else ""
                self._notices.put("missing", missing, "nothing is missing any more")
                if self._recorder is not None:
                    self._note_recording_state(self._recorder)
                self._telemetry.notice = self._notices.text
                await self._course.frame(source.now_ns())

    # -- in the background

    def _start_files(self, background: BackgroundTasks) -> None:
        plan = self._plan
        if plan.diary is not None:  # before the sinks that a full disk blocks
            facts = self._facts.subscribe("diary", Policy.DROP_OLDEST, diary.CAPACITY, wanted=diary.is_kept)
            self._diary = DiarySink(
                plan.diary, facts, self._notices.about("history", "all of it is in the history now")
            )
            background.start_sink("diary", self._diary.run(), facts)
        if plan.name_file is not None:
            facts = self._facts.subscribe("recorder", Policy.WAIT, recorder.CAPACITY, wanted=recorder.is_recorded)
            notice = self._notices.about("recording", "recording again")
            self._recorder = RecorderSink(plan.name_file, plan.session_info, facts, notice)
            self._recorder.open()
            self._outcome.files = self._recorder.files
            self._note_recording_state(self._recorder)
            background.start_sink("recorder", self._recorder.run(), facts)
        if plan.jsonl is not None:
            facts = self._facts.subscribe(
                "jsonl", Policy.WAIT, jsonl.CAPACITY, wanted=jsonl.is_written(signals=plan.signals)
            )
            background.start_sink("jsonl", JsonlSink(plan.jsonl, facts).run(), facts)
        if plan.chore is not None:
            background.start("chore", asyncio.to_thread(plan.chore))
        if plan.console is not None:
            posts = self._posts.subscribe("console", Policy.DROP_OLDEST, 500)
            background.start_sink("console", plan.console(posts), posts)

    def _note_recording_state(self, sink: RecorderSink) -> None:
        self._telemetry.recording = sink.files[0].name if sink.files else None
        self._telemetry.recording_ok = not sink.is_failing

    def _subscribe_sound(self) -> Subscription[Fact] | None:
        """Subscribe before all others: a full disk must not delay a cue."""
        if self._plan.sound is None:
            return None
        return self._facts.subscribe(
            "sound",
            Policy.DROP_OLDEST,
            sound.CAPACITY,
            wanted=lambda fact: sound.is_heard(fact) and not (self._course.is_passing and isinstance(fact, Record)),
        )

    def _start_sound(self, background: BackgroundTasks, heard: Subscription[Fact] | None) -> None:
        """Start after the dashboard, which draws on stderr: opening an audio device may turn stderr off."""
        if self._plan.sound is None or heard is None:
            return
        notice = self._notices.about("sound", "sound works again")
        live = not self._plan.run_info.is_replay
        sink = SoundSink(
            self._plan.sound, heard, say=self._screen.say, notice=notice, report=self._telemetry.note_sound, live=live
        )
        background.start_sink("sound", sink.run(), heard)

    def _outlets(self, background: BackgroundTasks) -> Outlets:
        obey = Obey(
            self._source.now_ns,
            cues=self._plan.engine.cues,
            kept=self._plan.diary is not None,
            unwritten=lambda: 0 if self._diary is None else self._diary.unwritten,
            live=not self._plan.run_info.is_replay,
            running_s=self._session.elapsed_s,
            volume=lambda: self._plan.engine.plan().volume,
            feed=self._course.handle_input,
            emit=self._course.emit,
            note=self._course.note,
            stop=self._stop,
            steer=self._steered,
        )
        return Outlets(
            self._plan.run_info.runner,
            self._posts,
            self._telemetry,
            self._notices,
            obey,
            now_ns=self._source.now_ns,
            background=background,
            screen=self._screen,
        )

    # -- the end

    async def _drain(self, background: BackgroundTasks) -> None:
        self._facts.close()
        now_ns = self._source.now_ns()
        self._session.end(now_ns)
        self._outcome.running_s = self._session.elapsed_s(now_ns)
        self._course.is_passing = False
        await self._course.frame(now_ns)
        self._posts.close()
        await background.drain()

    def _count_losses(self) -> None:
        for facts in self._facts.subscriptions:
            self._outcome.losses[facts.name] = facts.dropped
        for posts in self._posts.subscriptions:
            self._outcome.losses[posts.name] = posts.dropped
        if self._plan.beyond.overdue is not None:
            self._outcome.losses["external"] += self._plan.beyond.overdue.dropped
        if self._diary is not None:
            self._outcome.losses["diary"] += self._diary.unwritten
        if self._recorder is not None:
            # Nearly all that the bus carries for the recorder are packets.
            self._outcome.unrecorded = self._recorder.lost_packets + self._outcome.losses["recorder"]
            self._outcome.losses["recorder"] += self._recorder.lost


def _dropped(count: int) -> str:
    return f"{count} packets were lost: they arrived faster than they could be processed" if count else ""
