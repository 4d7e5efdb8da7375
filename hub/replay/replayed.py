"""A recording as the source of a run: at its own pace or faster, paused, and on or back to where something happened.

Going elsewhere is working off what leads there: from the last checkpoint before it, at full speed, told to nobody. So a
run is the same from there on, whichever way the replay came. What somebody says to a replay is no part of the
recording: it is said again on the way to a later place, and forgotten once the replay has gone to one before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Literal, TypeAlias

from drivers.fewer_blocks import SPAN_NS
from drivers.packets import DeviceInfo, Packet, Said
from drivers.recordings.recording import RecordingReader
from drivers.recordings.replay import LOOK_S, Pace, Pacer
from dsp.records import Record
from dsp.signals import NS_PER_S
from hub.flow.engine import RadioItem
from hub.flow.source import NamedTask, Source
from hub.flow.turns import PLOTTED_NS, Checkpoint, GoTo, Keep, Landed, Leap, Turn
from hub.messages.incoming import CommandMessage
from hub.messages.lines import seconds
from hub.messages.session_status import ReplayFound, ReplayStatus
from hub.orders.order_desk import OrderError
from hub.replay.by_hand import ByHand
from hub.replay.checkpoints import Checkpoints
from hub.replay.jump import jump
from hub.replay.marks import RECORDED, Landmark, ReplayMarks, mark_of
from hub.stop import Stop

BREATH_ITEMS = 64
"""At full speed other tasks get a turn after this many items."""
PASSED_OVER = 2048
"""The same where items are read and not looked at."""
ONLY_FORWARD = "while lines are written it only goes forward"
THE_END = "this is the end"
STILL_LOOKING = "the recording is still being looked through; it goes there as soon as that is done"

Item: TypeAlias = DeviceInfo | Packet | Said


class ReplayedSource:
    """See `source.Source`. Nothing is dropped: the reader waits for the run.

    both_ways  False: lines are written as it goes, so it only goes forward
    """

    dropped = 0

    def __init__(self, reader: RecordingReader, speed: float, *, both_ways: bool = True) -> None:
        self._reader = reader
        self._pace = Pace(speed)
        self._both_ways = both_ways
        self._checkpoints = Checkpoints()
        self._next = 0  # items of the recording that are behind us
        self._position_ns = reader.session.t0_ns
        self._target_ns: int | None = None
        self._goal: Checkpoint | None = None
        self._by_hand = ByHand()
        self._seeks = 0
        self._leaps = 0  # seeks that the run was told of
        self._at_end = False
        self._end_ns: int | None = None
        self._marks: ReplayMarks | None = None
        self._found: Landmark | None = None  # what the last jump went to
        self._jump_when_known: CommandMessage | None = None

    def now_ns(self) -> int:
        """Tell the arrival time of the latest packet."""
        return self._position_ns

    def status(self) -> ReplayStatus:
        """Say where it is."""
        t0_ns, target_ns, found = self._reader.session.t0_ns, self._target_ns, self._found
        return ReplayStatus(
            state=self._state(),
            position_s=seconds(self._position_ns, t0_ns),
            target_s=None if target_ns is None else seconds(target_ns, t0_ns),
            duration_s=None if self._end_ns is None else seconds(self._end_ns, t0_ns),
            speed=self._pace.speed,
            seeks=self._seeks,
            marks=[] if self._marks is None or self._end_ns is None else self._marks.shown(t0_ns, self._end_ns),
            found=None
            if found is None
            else ReplayFound(t_s=seconds(found.at_ns, t0_ns), kind=found.kind, text=found.words),
        )

    def _state(self) -> Literal["playing", "paused", "seeking", "ended"]:
        if self._at_end:
            return "ended"
        if self._target_ns is not None:
            return "seeking"
        return "paused" if self._pace.paused else "playing"

    def observe(self, record: Record) -> None:
        """See what the run says: it may be worth a mark."""
        if self._marks is not None and (mark := mark_of(record, self._position_ns)) is not None:
            self._marks.observe(mark, record.t_ns)

    def tasks(self, stop: Stop) -> Sequence[NamedTask]:
        """Give the one task that looks through the whole recording for its length and marks."""
        return [("outline", self._look_through(stop))]

    async def batches(self, stop: Stop) -> AsyncIterator[Sequence[RadioItem | Turn]]:
        """Yield what is in the file, in its order, until the end or `stop`; after the end again when it `goes_on`."""
        pacer = Pacer(self._pace, stop.wait_for)
        while True:
            for turn in self._turns_to_goal():
                yield (turn,)
            items = iter(self._reader)
            await _pass_over(items, self._next)
            for batch in self._gathered(items):
                for said in self._said_by_hand():
                    yield (said,)
                if isinstance(batch[0], Packet) and len(batch) == 1:
                    async for turn in self._until_due(batch[0].t_recv_ns, pacer):
                        yield (turn,)
                    if self._is_called_away():
                        break
                if stop.asked:
                    return
                await self._count(batch)
                yield batch
            else:
                if not self._is_called_away():
                    for turn in self._turns(None):
                        yield (turn,)
                    self._at_end = True
                    return

    async def goes_on(self, stop: Stop) -> bool:
        """At the end: wait whether somebody goes back; False when asked to stop."""
        while not (self._is_called_away() or stop.asked):
            await stop.wait_for(LOOK_S)
        return not stop.asked

    def diverged(self, said: Said | None) -> None:
        """Something was said that is not in the recording: what is kept of later places is not true any more.

        said  it is to be said again on the way to a later place; None: the run sees to that itself
        """
        if said is not None:
            self._by_hand.add(self._next, said)
        self._forget_from(self._next)

    def steer(self, order: CommandMessage) -> str | None:
        """Pause, go on, change speed, go elsewhere: what was done; None when the order is about something else.

        Raises OrderError where there is nothing to go to.
        """
        pace, here_ns = self._pace, self._position_ns if self._target_ns is None else self._target_ns
        match order:
            case CommandMessage(action="pause" | "resume" as action):
                pace.pause(paused=action == "pause")
                return "the replay stands still" if pace.paused else "the replay goes on"
            case CommandMessage(action="speed", factor=factor) if factor is not None:
                pace.speed = factor
                return f"{factor:g} times as fast as it was run"
            case CommandMessage(action="skip", seconds=skip_s) if skip_s is not None:
                where = f"{abs(skip_s):g} s {'further' if skip_s >= 0.0 else 'back'}"
                return self._seek(here_ns + round(skip_s * NS_PER_S), where)
            case CommandMessage(action="seek", seconds=at_s) if at_s is not None:
                t0_ns = self._reader.session.t0_ns
                return self._seek(t0_ns + round(at_s * NS_PER_S), f"{at_s:g} s after the start")
            case CommandMessage(action="jump" | "jump_back" as action):
                if self._marks is None:
                    self._jump_when_known = order
                    return STILL_LOOKING
                return self._jump(self._marks, here_ns, back=action == "jump_back")
        return None

    # -- where to

    def _seek(self, t_ns: int, where: str) -> str:
        t_ns = max(t_ns, self._reader.session.t0_ns)
        if self._end_ns is not None:
            t_ns = min(t_ns, self._end_ns)
        from_ns, here_ns = t_ns - PLOTTED_NS, self._position_ns
        best = self._checkpoints.before(from_ns) or self._checkpoints.before(t_ns)
        is_back = t_ns < here_ns
        if is_back and best is None:
            raise OrderError(ONLY_FORWARD)
        if self._at_end and not is_back:
            raise OrderError(THE_END)
        if best is not None and (from_ns < here_ns or best.t_ns > here_ns):
            self._goal = best
            self._pace.hurried = True
        self._target_ns = t_ns
        self._found = None
        self._jump_when_known = None
        self._seeks += 1
        self._at_end = False
        self._pace.skip_to(t_ns)
        return where

    def _jump(self, marks: ReplayMarks, here_ns: int, *, back: bool) -> str:
        chosen = jump(marks, self._pace, here_ns, self._found, back=back)
        done = self._seek(chosen.to_ns, chosen.where)
        self._found = chosen.mark
        return done

    # -- the way there

    def _turns_to_goal(self) -> Iterator[Turn]:
        """What the run is told before the recording is read (again)."""
        yield from self._leap()
        if self._goal is not None:
            goal, self._goal, self._pace.hurried = self._goal, None, False
            self._next, self._position_ns = goal.item, goal.t_ns
            self._unsay(goal)
            yield GoTo(goal)
        elif self._both_ways and not len(self._checkpoints):
            yield self._keep(0, self._reader.session.t0_ns)

    def _unsay(self, goal: Checkpoint) -> None:
        """Forget what was said after where it goes, and what was kept of how things were then."""
        assert self._target_ns is not None
        forgotten = self._by_hand.forget_after(self._target_ns)
        if forgotten is not None:
            self._forget_from(forgotten)
        self._by_hand.rewind(goal.item)

    def _forget_from(self, item: int) -> None:
        self._checkpoints.forget_from(item)
        if self._goal is not None and not self._checkpoints.holds(self._goal):
            self._goal, self._pace.hurried = None, False  # it gets there from here

    def _keep(self, item: int, t_ns: int) -> Keep:
        return Keep(partial(self._checkpoints.add, item, t_ns))

    def _is_called_away(self) -> bool:
        return self._goal is not None

    def _gathered(self, items: Iterable[Item]) -> Iterator[Sequence[Item]]:
        """Give item by item, but packets that only lead on many at a time: that is quicker."""
        held: list[Packet] = []
        for place, item in enumerate(items, self._next):
            leads_on = isinstance(item, Packet) and self._only_leads_on(place, item.t_recv_ns)
            if held and not (leads_on and _is_soon_after(item, held[0])):
                yield held
                held = []
                # It may have been stopped meanwhile.
                leads_on = isinstance(item, Packet) and self._only_leads_on(place, item.t_recv_ns)
            if leads_on and isinstance(item, Packet):
                held.append(item)
            else:
                yield (item,)
        if held:
            yield held

    async def _until_due(self, t_ns: int, pacer: Pacer) -> AsyncIterator[Turn]:
        """Wait for the packet of `t_ns`; what the run is told before it."""
        for turn in self._turns(t_ns):
            yield turn
        await pacer.until_due(t_ns)
        for turn in self._turns(t_ns):
            yield turn

    async def _count(self, batch: Sequence[Item]) -> None:
        """Take it that this is behind us; before that others get a turn now and then: the core has not heard it yet."""
        behind = self._next + len(batch)
        if self._next // BREATH_ITEMS != behind // BREATH_ITEMS:
            await asyncio.sleep(0)
        self._next = behind
        if isinstance(batch[-1], Packet):
            self._position_ns = batch[-1].t_recv_ns

    def _only_leads_on(self, place: int, t_ns: int) -> bool:
        """Tell whether a packet, the `place`-th item, is passed over and there is nothing to tell the run before it."""
        if self._target_ns is None or t_ns >= self._target_ns or self._leaps != self._seeks or self._is_called_away():
            return False
        if self._by_hand.is_due(place):
            return False
        return not (self._both_ways and self._checkpoints.is_due(t_ns))

    def _said_by_hand(self) -> Iterator[Said]:
        """What was said here when the replay came by before."""
        if not self._is_called_away():
            yield from self._by_hand.due(self._next)

    def _turns(self, t_ns: int | None) -> Iterator[Turn]:
        """What the run is told before the packet of `t_ns`; None: before the end."""
        if self._is_called_away():
            return
        yield from self._leap()
        if self._target_ns is not None and (t_ns is None or t_ns >= self._target_ns):
            self._target_ns = None
            yield Landed()
        if t_ns is not None and self._both_ways and self._checkpoints.is_due(t_ns):
            yield self._keep(self._next, t_ns)

    def _leap(self) -> Iterator[Turn]:
        if self._leaps != self._seeks and self._target_ns is not None:
            self._leaps = self._seeks
            yield Leap(self._target_ns)

    # -- what is where

    async def _look_through(self, stop: Stop) -> None:
        outline = await asyncio.to_thread(self._reader.outline, RECORDED, lambda: not stop.asked)
        if stop.asked:
            return
        self._end_ns = outline.end_ns
        self._marks = ReplayMarks(
            Landmark.read(each.told_ns, RECORDED[each.kind], each.data) for each in outline.records
        )
        order, self._jump_when_known = self._jump_when_known, None
        if order is not None:
            with suppress(OrderError):  # there is nowhere to jump to, and nobody waits for an answer any more
                self.steer(order)


def _is_soon_after(item: Item, first: Packet) -> bool:
    return isinstance(item, Packet) and item.t_recv_ns < first.t_recv_ns + SPAN_NS


async def _pass_over(items: Iterator[object], count: int) -> None:
    for passed in range(count):
        next(items)
        if not passed % PASSED_OVER:
            await asyncio.sleep(0)


@asynccontextmanager
async def opened(source: ReplayedSource) -> AsyncIterator[Source]:
    """Yield the recording as a source."""
    yield source
