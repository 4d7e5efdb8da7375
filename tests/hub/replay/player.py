"""A replay without a runtime: the course and everything it published."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from drivers.packets import Packet, UserInput
from drivers.recordings.recording import RecordingReader, RecordingWriter
from dsp.records import Record
from dsp.runner.plan import Volume
from dsp.signals import NS_PER_S
from firmware_profiles.catalog import load_catalog
from hub.flow.bus import Policy
from hub.flow.engine import Engine
from hub.flow.facts import Fact
from hub.messages.incoming import CommandMessage
from hub.messages.lines import encode_line
from hub.messages.wire import Post
from hub.replay.checkpoints import Checkpoints
from hub.replay.replayed import ReplayedSource
from hub.run.course import Course
from hub.run.run_parts import RunParts
from hub.settings.run_settings import RunSettings
from hub.sinks.sound import is_heard
from hub.stop import Stop
from hub.telemetry.run_info import RunInfo

ASK_PAIN = b'{"type":"command","action":"ask_pain"}'

Deed: TypeAlias = Callable[[int], Awaitable[object]]
"""Done at a time of the recording, ns."""


@dataclass
class Player:
    """Plays a recording; everything published is in `told`, `posts` and `facts`."""

    reader: RecordingReader
    strict: bool = True
    told: list[bytes] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    def __post_init__(self) -> None:
        t0_ns = self.reader.session.t0_ns
        self.engine = self._new_engine()
        self.checkpoints = Checkpoints(spacing_s=4.0, most=4)
        self.source = ReplayedSource(self.reader, 1000.0, checkpoints=self.checkpoints)
        run_info = RunInfo("ann", "one", "replay", 0, t0_ns)
        parts = RunParts.of(run_info, self.source, self.engine, lambda _text: None)
        self.session, self.telemetry, self.notices = parts.session, parts.telemetry, parts.notices
        self._posts = parts.posts.subscribe("test", Policy.DROP_OLDEST, 100_000)
        self._facts = parts.facts.subscribe("test", Policy.DROP_OLDEST, 100_000)
        self.ears = parts.facts.subscribe("sound", Policy.DROP_OLDEST, 100_000, wanted=is_heard)
        self.course = Course(parts, self._observe)

    def _observe(self, record: Record) -> None:
        self.source.observe(record)
        if not self.course.is_passing:
            self.told.append(encode_line(record, self.reader.session.t0_ns))

    def _new_engine(self) -> Engine:
        return Engine(load_catalog(), RunSettings().pipeline(signals=True), strict=self.strict)

    @property
    def muted(self) -> bool:
        """Whether the core is muted: a copy of it asks no question."""
        copied = self._new_engine()
        copied.restore(self.engine.state())
        return not copied.feed(UserInput(3600 * NS_PER_S, ASK_PAIN))

    @property
    def volume(self) -> Volume:
        return self.engine.plan().volume

    async def play(self, seeks: dict[float, float]) -> None:
        """Go, at times of the recording, to other times of it; once each."""
        await self.follow((at_s, self.seek(to_s)) for at_s, to_s in seeks.items())

    async def follow(self, script: Iterable[tuple[float, Deed]]) -> None:
        """Do one thing after the other, each at its time of the recording."""
        todo = list(script)
        async for batch in self.source.batches(Stop()):
            await self.course.take_all(batch)
            for item in batch:
                if isinstance(item, Packet) and not self.course.is_passing:
                    at_s = (item.t_recv_ns - self.reader.session.t0_ns) / NS_PER_S
                    if todo and at_s >= todo[0][0]:
                        await todo.pop(0)[1](item.t_recv_ns)
        assert not todo
        for record in self.engine.finish():
            await self.course.emit(record)
        self.posts += self._posts.take()
        self.facts += self._facts.take()

    def seek(self, to_s: float) -> Deed:
        async def do(_t_ns: int) -> None:
            self.told.append(b"seek")
            self.source.steer(CommandMessage(action="seek", seconds=to_s))

        return do

    def say(self, text: bytes) -> Deed:
        return lambda t_ns: self.course.handle_input(UserInput(t_ns, text))

    def since_last_seek(self) -> list[bytes]:
        return self.told[len(self.told) - self.told[::-1].index(b"seek") :]


_WHOLE: dict[Path, list[bytes]] = {}


async def uninterrupted(recording: Path) -> list[bytes]:
    if recording not in _WHOLE:
        player = Player(RecordingReader(recording))
        await player.play({})
        _WHOLE[recording] = player.told
    return _WHOLE[recording]


def sha(lines: list[bytes]) -> str:
    return hashlib.sha256(b"".join(lines)).hexdigest()


def with_input(recording: Path, folder: Path, text: bytes) -> Path:
    """The same recording with an input at 12 s."""
    reader, path = RecordingReader(recording), folder / "said.mcap"
    with RecordingWriter(path, reader.session) as writer:
        done = False
        for item in reader:
            if isinstance(item, Packet):
                if item.t_recv_ns >= 12 * NS_PER_S and not done:
                    done = True
                    writer.add_input(UserInput(item.t_recv_ns, text))
                writer.add_packet(item)
            elif not isinstance(item, UserInput):
                writer.add_device(item)
    return path


def line_s(line: bytes) -> float:
    return float(line.partition(b'"t_s":')[2].partition(b",")[0])
