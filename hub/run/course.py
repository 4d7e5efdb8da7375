"""The path of an item: through the engine, into the session, and onto the buses of facts and posts.

A replay can go back and forward: the state of the run is saved at checkpoints, and nothing is published on the way
from a checkpoint to the target, except to subscribers that write every record.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from drivers.clock import now_ns as hub_now_ns
from drivers.link_state import LinkState
from drivers.packets import DeviceInfo, Packet, UserInput
from dsp.records import Attitude, Cue, PainReport, Record, Step
from dsp.signals import NS_PER_S
from hub.flow.engine import RadioItem
from hub.flow.facts import Arrival, Asked, Elsewhere, Mute
from hub.flow.turns import PLOTTED_NS, Arrived, FastForward, GoTo, Keep, Snapshot, Turn
from hub.messages.delivery import marked_late
from hub.messages.incoming import CommandMessage
from hub.messages.wire import Post
from hub.run.run_parts import RunParts
from hub.text.missing import contradiction

MUTE, UNMUTE = (msgspec.json.encode(CommandMessage(action=action)) for action in ("mute", "unmute"))


class _Order(msgspec.Struct):
    action: str | None = None


class Course:
    """Processes items strictly one after the other, so that a recording has each input where the engine got it.

    observe  called with every record, synchronously
    """

    def __init__(self, parts: RunParts, observe: Callable[[Record], None]) -> None:
        self.is_passing = False  # on the way to the target of a seek: nothing is published
        self._source = parts.source
        self._engine = parts.engine
        self._session = parts.session
        self._telemetry = parts.telemetry
        self._notices = parts.notices
        self._facts = parts.facts
        self._posts = parts.posts
        self._is_replay = parts.run_info.is_replay
        self._observe = observe
        self._order = asyncio.Lock()
        self._noticed: dict[str, str] = {}  # the run's own notices at this position: subject, text
        self._muted = False  # by the listener: it holds at every position of a replay
        self._until_ns = 0
        self._second = 0

    async def take_all(self, batch: Sequence[RadioItem | Turn]) -> None:
        """Process the items that the source yielded."""
        packets = [item for item in batch if isinstance(item, Packet)] if self.is_passing else []
        if 1 < len(packets) == len(batch):
            async with self._order:
                await self._pass(packets)
            return
        for item in batch:
            await self.take(item)

    async def take(self, item: RadioItem | Turn) -> None:
        """Process one item from the source."""
        async with self._order:
            if isinstance(item, Keep | GoTo | FastForward | Arrived):
                await self._turn(item)
                return
            await self._feed(item)
            if isinstance(item, UserInput) and self._muted:
                self._mute_core()  # the recorded input unmuted; the listener has not

    async def handle_input(self, user_input: UserInput) -> None:
        """Process an input given just now."""
        async with self._order:
            self._source.diverged(None if _is_muting(user_input) else user_input)
            await self._feed(user_input)

    async def note(self, fact: Mute | Asked) -> None:
        """Process a request to the hub itself; muting takes effect before the engine gets it."""
        if isinstance(fact, Mute):
            self._muted = fact.muted
        await self._facts.publish(fact)
        await self.post(self._telemetry.note(fact))

    async def emit(self, record: Record, arrival_ns: int | None = None) -> None:
        """Process a record: publish it, unless a seek passes over it."""
        if self.is_passing and isinstance(record, Attitude):  # nearly all records are attitude
            await self._facts.publish(record)
            if self._is_plotted(record):
                await self.post(self._telemetry.record(record))
            return
        record = self._session.timed(record)
        self._observe(record)
        if (wrong := contradiction(record)) is not None:
            self._notice(*wrong)
        changed = self._session.update(record) and not self.is_passing
        posts = self._posts_of(record)  # updates the run, even if publishing is cancelled below
        if isinstance(record, Cue | PainReport):
            await self._facts.publish(Arrival(hub_now_ns() if arrival_ns is None else arrival_ns))
        await self._facts.publish(record)
        await self.post(posts)
        if changed:
            await self.post([self._telemetry.session(record.t_ns)])

    def _posts_of(self, record: Record) -> list[Post]:
        if not self.is_passing:
            return self._telemetry.record(record)
        self._telemetry.pass_over(record)
        if isinstance(record, Step) and self._is_plotted(record):
            return [marked_late(post) for post in self._telemetry.record(record)]
        return []

    def _is_plotted(self, record: Record) -> bool:
        return record.t_ns >= self._until_ns - PLOTTED_NS

    async def frame(self, t_ns: int) -> None:
        """Publish the state of everything; during a seek only the session, with its progress."""
        if self.is_passing:
            await self.post([self._telemetry.session(t_ns)])
        else:
            await self.post(self._telemetry.frames(t_ns, self._engine.health()))

    async def post(self, posts: Sequence[Post]) -> None:
        """Publish posts on their bus."""
        for post in posts:
            await self._posts.publish(post)

    async def _feed(self, item: RadioItem) -> None:
        await self._facts.publish(item)
        if isinstance(item, DeviceInfo):
            self._telemetry.device(item)
        elif isinstance(item, LinkState):
            await self.post(self._telemetry.link(item, self._source.now_ns()))
        elif isinstance(item, Packet) and self.is_passing:
            self._pass_second(item.t_recv_ns)
        faults = len(self._engine.faults)
        arrival_ns = item.t_recv_ns if isinstance(item, Packet) and not self._is_replay else hub_now_ns()
        for record in self._engine.feed(item):
            await self.emit(record, arrival_ns)
        self._report_faults(faults)

    async def _pass(self, packets: Sequence[Packet]) -> None:
        """Process packets of a short time on the way to the target of a seek."""
        self._pass_second(packets[0].t_recv_ns)
        for packet in packets:
            await self._facts.publish(packet)
        faults = len(self._engine.faults)
        for record in self._engine.feed_all(packets):
            await self.emit(record)
        self._report_faults(faults)

    def _pass_second(self, t_ns: int) -> None:
        if t_ns // NS_PER_S > self._second:
            self._second = t_ns // NS_PER_S
            self._telemetry.pass_second(t_ns)

    def _report_faults(self, before: int) -> None:
        if len(self._engine.faults) > before:
            for where, fault in self._engine.faults.items():
                self._notice(where, f"{fault.words}; details in the log")

    def _notice(self, subject: str, text: str) -> None:
        self._noticed[subject] = text
        self._notices.put(subject, text)

    async def _turn(self, turn: Turn) -> None:
        match turn:
            case Keep(keep=keep):
                keep(self._snapshot())
            case FastForward(until_ns=until_ns):
                self.is_passing, self._until_ns = True, until_ns
                await self._facts.publish(Elsewhere(until_ns))
                await self.post([self._telemetry.session(until_ns)])
            case GoTo(checkpoint=checkpoint):
                self._restore(checkpoint.snapshot)
            case Arrived():
                self.is_passing = False
                await self.post(self._telemetry.so_far())
                await self.frame(self._until_ns)
                await self.post(self._telemetry.hello(self._until_ns))

    def _snapshot(self) -> Snapshot:
        return Snapshot(
            engine=self._engine.state(),
            session=self._session.progress,
            run=self._telemetry.saved(),
            notices=dict(self._noticed),
            muted=self._muted,
        )

    def _restore(self, saved: Snapshot) -> None:
        self._engine.restore(saved.engine)
        self._session.progress = saved.session
        self._telemetry.restore(saved.run)
        self._second = 0
        for subject in self._noticed.keys() - saved.notices.keys():
            self._notices.put(subject, "")
        for subject, text in saved.notices.items():
            self._notices.put(subject, text)
        self._noticed = dict(saved.notices)
        self._telemetry.notice = self._notices.text
        if saved.muted != self._muted:
            self._source.diverged(None)
            self._mute_core()

    def _mute_core(self) -> None:
        self._engine.feed(UserInput(self._source.now_ns(), MUTE if self._muted else UNMUTE))


def _is_muting(user_input: UserInput) -> bool:
    """Whether an input mutes or unmutes, which holds at every position of a replay."""
    return msgspec.json.decode(user_input.text, type=_Order).action in {"mute", "unmute"}
