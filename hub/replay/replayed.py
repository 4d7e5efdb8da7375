"""A recording as the source of a run: at its own pace or faster, paused, with seeking and jumps to events.

A seek processes everything from the last checkpoint before its target, at full speed, without publishing it. So the run
is the same from there on, however the replay got there. Inputs given to a replay are not part of the recording: they
are repeated on the way to a later position, and forgotten once the replay goes to a position before them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Literal, TypeAlias

from drivers.fewer_blocks import SPAN_NS
from drivers.packets import DeviceInfo, Packet, UserInput
from drivers.recordings.recording import RecordingReader
from drivers.recordings.replay import LOOK_S, Pace, Pacer
from dsp.records import Record
from dsp.signals import NS_PER_S
from hub.flow.engine import RadioItem
from hub.flow.source import NamedTask, Source
from hub.flow.turns import PLOTTED_NS, Arrived, Checkpoint, FastForward, GoTo, Keep, Turn
from hub.messages.incoming import CommandMessage
from hub.messages.lines import seconds
from hub.messages.session_status import ReplayFound, ReplayStatus
from hub.orders.order_desk import OrderError
from hub.replay.checkpoints import Checkpoints
from hub.replay.jump import jump
from hub.replay.marks import RECORDED, Landmark, ReplayMarks, mark_of
from hub.replay.viewer_inputs import ViewerInputs
from hub.stop import Stop

YIELD_ITEMS = 64
"""At full speed other tasks get to run after this many items."""
YIELD_SKIPPED_ITEMS = 2048
"""The same where items are only read and skipped."""
ONLY_FORWARD = "while lines are being written, a replay only goes forward"
THE_END = "this is the end of the recording"
STILL_LOOKING = "the recording is still being searched for events; the jump follows as soon as that is done"

Item: TypeAlias = DeviceInfo | Packet | UserInput


class ReplayedSource:
    """A replay; see `source.Source`. Nothing is dropped: the reader waits for the run.

    both_ways    False: every record is written as it comes, so the replay only goes forward
    checkpoints  where to keep the states to go back to
    """

    dropped = 0

    def __init__(
        self, reader: RecordingReader, speed: float, *, both_ways: bool = True, checkpoints: Checkpoints | None = None
    ) -> None:
        self._reader = reader
        self._pace = Pace(speed)
        self._both_ways = both_ways
        self._checkpoints = Checkpoints() if checkpoints is None else checkpoints
        self._next = 0  # number of items of the recording already processed
        self._position_ns = reader.session.t0_ns
        self._target_ns: int | None = None
        self._goal: Checkpoint | None = None
        self._viewer_inputs = ViewerInputs()
        self._seeks = 0
        self._leaps = 0  # seeks announced to the run
        self._at_end = False
        self._end_ns: int | None = None
        self._marks: ReplayMarks | None = None
        self._found: Landmark | None = None  # the event that the last jump went to
        self._jump_when_known: CommandMessage | None = None

    def now_ns(self) -> int:
        """Return the arrival time of the latest packet."""
        return self._position_ns

    def status(self) -> ReplayStatus:
        """Return position, pace and marks of the replay."""
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
        """Note a record of the run, which may become a mark."""
        if self._marks is not None and (mark := mark_of(record, self._position_ns)) is not None:
            self._marks.observe(mark, record.t_ns)

    def tasks(self, stop: Stop) -> Sequence[NamedTask]:
        """Return the one task, which scans the recording for its length and marks."""
        return [("outline", self._scan(stop))]

    async def batches(self, stop: Stop) -> AsyncIterator[Sequence[RadioItem | Turn]]:
        """Yield the items of the file in order, until the end or `stop`; to be called again when it `continues`."""
        pacer = Pacer(self._pace, stop.wait_for)
        while True:
            for turn in self._turns_to_goal():
                yield (turn,)
            items = iter(self._reader)
            await _pass_over(items, self._next)
            for batch in self._gathered(items):
                for user_input in self._repeated_inputs():
                    yield (user_input,)
                if isinstance(batch[0], Packet) and len(batch) == 1:
                    async for turn in self._until_due(batch[0].t_recv_ns, pacer):
                        yield (turn,)
                    if self._has_goal():
                        break
                if stop.asked:
                    return
                await self._count(batch)
                yield batch
            else:
                if not self._has_goal():
                    for turn in self._turns(None):
                        yield (turn,)
                    self._at_end = True
                    return

    async def continues(self, stop: Stop) -> bool:
        """At the end, wait until someone seeks back; False when asked to stop."""
        while not (self._has_goal() or stop.asked):
            await stop.wait_for(LOOK_S)
        return not stop.asked

    def diverged(self, user_input: UserInput | None) -> None:
        """Note an input that is not in the recording: later checkpoints are no longer valid.

        user_input  the input to repeat on the way to a later position; None: the run itself takes care of that
        """
        if user_input is not None:
            self._viewer_inputs.add(self._next, user_input)
        self._forget_from(self._next)

    def steer(self, order: CommandMessage) -> str | None:
        """Pause, resume, change speed or position; returns what was done, None if the command is about something else.

        Raises OrderError when there is nothing to go to.
        """
        pace, here_ns = self._pace, self._position_ns if self._target_ns is None else self._target_ns
        match order:
            case CommandMessage(action="pause" | "resume" as action):
                pace.pause(paused=action == "pause")
                return "the replay is paused" if pace.paused else "the replay continues"
            case CommandMessage(action="speed", factor=factor) if factor is not None:
                pace.speed = factor
                return f"playing at {factor:g} times real time"
            case CommandMessage(action="skip", seconds=skip_s) if skip_s is not None:
                where = f"{abs(skip_s):g} s {'forward' if skip_s >= 0.0 else 'back'}"
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

    # -- seeking

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

    # -- on the way to the target

    def _turns_to_goal(self) -> Iterator[Turn]:
        """Yield the control items before the recording is read (again)."""
        yield from self._leap()
        if self._goal is not None:
            goal, self._goal, self._pace.hurried = self._goal, None, False
            self._next, self._position_ns = goal.item, goal.t_ns
            self._forget_later_inputs(goal)
            yield GoTo(goal)
        elif self._both_ways and not len(self._checkpoints):
            yield self._keep(0, self._reader.session.t0_ns)

    def _forget_later_inputs(self, goal: Checkpoint) -> None:
        """Forget inputs after the target, and the checkpoints that contain them."""
        assert self._target_ns is not None
        forgotten = self._viewer_inputs.forget_after(self._target_ns)
        if forgotten is not None:
            self._forget_from(forgotten)
        self._viewer_inputs.rewind(goal.item)

    def _forget_from(self, item: int) -> None:
        self._checkpoints.forget_from(item)
        if self._goal is not None and not self._checkpoints.holds(self._goal):
            self._goal, self._pace.hurried = None, False  # the target is reached from here instead

    def _keep(self, item: int, t_ns: int) -> Keep:
        return Keep(partial(self._checkpoints.add, item, t_ns))

    def _has_goal(self) -> bool:
        return self._goal is not None

    def _gathered(self, items: Iterable[Item]) -> Iterator[Sequence[Item]]:
        """Yield items one by one, but packets on the way to a target many at a time, which is faster."""
        held: list[Packet] = []
        for place, item in enumerate(items, self._next):
            leads_on = isinstance(item, Packet) and self._only_leads_on(place, item.t_recv_ns)
            if held and not (leads_on and _is_soon_after(item, held[0])):
                yield held
                held = []
                # A new seek may have arrived meanwhile.
                leads_on = isinstance(item, Packet) and self._only_leads_on(place, item.t_recv_ns)
            if leads_on and isinstance(item, Packet):
                held.append(item)
            else:
                yield (item,)
        if held:
            yield held

    async def _until_due(self, t_ns: int, pacer: Pacer) -> AsyncIterator[Turn]:
        """Wait until the packet of `t_ns` is due; yields the control items before it."""
        for turn in self._turns(t_ns):
            yield turn
        await pacer.until_due(t_ns)
        for turn in self._turns(t_ns):
            yield turn

    async def _count(self, batch: Sequence[Item]) -> None:
        """Advance the position past a batch; first, now and then, let other tasks run, as it is not processed yet."""
        behind = self._next + len(batch)
        if self._next // YIELD_ITEMS != behind // YIELD_ITEMS:
            await asyncio.sleep(0)
        self._next = behind
        if isinstance(batch[-1], Packet):
            self._position_ns = batch[-1].t_recv_ns

    def _only_leads_on(self, place: int, t_ns: int) -> bool:
        """Whether a packet, item number `place`, is on the way to a target with no control item due before it."""
        if self._target_ns is None or t_ns >= self._target_ns or self._leaps != self._seeks or self._has_goal():
            return False
        if self._viewer_inputs.is_due(place):
            return False
        return not (self._both_ways and self._checkpoints.is_due(t_ns))

    def _repeated_inputs(self) -> Iterator[UserInput]:
        """Yield the inputs given here when the replay passed before."""
        if not self._has_goal():
            yield from self._viewer_inputs.due(self._next)

    def _turns(self, t_ns: int | None) -> Iterator[Turn]:
        """Yield the control items before the packet of `t_ns`; None: before the end."""
        if self._has_goal():
            return
        yield from self._leap()
        if self._target_ns is not None and (t_ns is None or t_ns >= self._target_ns):
            self._target_ns = None
            yield Arrived()
        if t_ns is not None and self._both_ways and self._checkpoints.is_due(t_ns):
            yield self._keep(self._next, t_ns)

    def _leap(self) -> Iterator[Turn]:
        if self._leaps != self._seeks and self._target_ns is not None:
            self._leaps = self._seeks
            yield FastForward(self._target_ns)

    # -- scanning the recording

    async def _scan(self, stop: Stop) -> None:
        outline = await asyncio.to_thread(self._reader.outline, RECORDED, lambda: not stop.asked)
        if stop.asked:
            return
        self._end_ns = outline.end_ns
        self._marks = ReplayMarks(
            Landmark.read(each.told_ns, RECORDED[each.kind], each.data) for each in outline.records
        )
        order, self._jump_when_known = self._jump_when_known, None
        if order is not None:
            with suppress(OrderError):  # there is no event to jump to, and the answer has been sent already
                self.steer(order)


def _is_soon_after(item: Item, first: Packet) -> bool:
    return isinstance(item, Packet) and item.t_recv_ns < first.t_recv_ns + SPAN_NS


async def _pass_over(items: Iterator[object], count: int) -> None:
    for passed in range(count):
        next(items)
        if not passed % YIELD_SKIPPED_ITEMS:
            await asyncio.sleep(0)


@asynccontextmanager
async def opened(source: ReplayedSource) -> AsyncIterator[Source]:
    """Yield the recording as a source."""
    yield source
