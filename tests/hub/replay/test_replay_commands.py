"""Commands to a replay: the answer states what was done, and a jump ends shortly before its event."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from drivers.packets import DeviceInfo, Packet
from drivers.recordings.recording import RecordingReader, RecordingWriter, SessionInfo
from dsp.records import Cue, PainReport, Severity, Side, Threshold, ThresholdState
from dsp.signals import NS_PER_S, Placement
from hub.flow.bus import Bus, Policy
from hub.flow.facts import Fact
from hub.flow.run_so_far import RunSoFar
from hub.flow.session import SessionSoFar
from hub.flow.turns import Arrived, FastForward, GoTo, Keep, Snapshot
from hub.messages.incoming import Action, CommandMessage
from hub.messages.session_status import ReplayFound, ReplayMark
from hub.orders.order_desk import OrderError
from hub.replay.jump import LEAD_NS, NONE_EARLIER, NONE_LATER
from hub.replay.replayed import ONLY_FORWARD, STILL_LOOKING, THE_END, ReplayedSource
from hub.sinks import recorder
from hub.sinks.recorder import RecorderSink
from hub.stop import Stop

LEAD_S = LEAD_NS / NS_PER_S


@pytest.fixture
def reader(tmp_path: Path) -> RecordingReader:
    """A minute with a cue at 20 s and pain at 45 s."""
    path = tmp_path / "run.mcap"
    with RecordingWriter(path, SessionInfo(0, None, "jo")) as writer:
        writer.add_device(DeviceInfo("hip", "stridecue.imu6", Placement.SACRUM, "hip"))
        told = {200: ("cue", b'{"text":"Belt level."}'), 300: ("metric", b"{}"), 450: ("painreport", b'{"level":3}')}
        for i in range(601):
            writer.add_packet(Packet("hip", "data", i * NS_PER_S // 10, b""))
            if i in told:
                writer.add_record(told[i][0], i * NS_PER_S // 10 - 7, told[i][1])
    return RecordingReader(path)


NOTHING = Snapshot(engine={}, session=SessionSoFar(), run=RunSoFar(), notices={}, muted=False)


def kept(batch: Sequence[object]) -> Sequence[object]:
    """Hand over the snapshots that are asked for, as a run does: empty ones."""
    for item in batch:
        if isinstance(item, Keep):
            item.keep(NOTHING)
    return batch


async def looked_through(source: ReplayedSource) -> None:
    for _, work in source.tasks(Stop()):
        await work


async def reached_s(reader: RecordingReader, orders: dict[float, CommandMessage]) -> list[tuple[float, float]]:
    """Play, with one command at each given time; returns recording time and loop time of each packet."""
    loop, stop = asyncio.get_running_loop(), Stop()
    source, came_s = ReplayedSource(reader, 1.0), []
    start_s = loop.time()
    await looked_through(source)
    async for batch in source.batches(stop):
        for item in kept(batch):
            if isinstance(item, Packet):
                t_s = item.t_recv_ns / NS_PER_S
                came_s.append((t_s, loop.time() - start_s))
                if t_s in orders:
                    assert source.steer(orders.pop(t_s))
    return came_s


async def test_a_jump_ends_before_the_next_event_and_nothing_is_left_out(reader: RecordingReader) -> None:
    jump = CommandMessage(action="jump")
    came = await reached_s(reader, {1.0: jump, 16.0: jump})
    came_s = dict(came)
    assert len(came) == 601
    assert came_s[20.0 - LEAD_S] == pytest.approx(1.0)
    assert came_s[16.0] == pytest.approx(2.0)
    assert came_s[45.0 - LEAD_S] == pytest.approx(2.0)
    assert came_s[60.0] == pytest.approx(22.0)


async def test_skip_and_speed_take_effect_at_once(reader: RecordingReader) -> None:
    skip, fast = CommandMessage(action="skip", seconds=30.0), CommandMessage(action="speed", factor=10.0)
    came_s = dict(await reached_s(reader, {5.0: skip, 40.0: fast}))
    assert came_s[35.0] == pytest.approx(5.0)
    assert came_s[60.0] == pytest.approx(12.0, abs=0.05)


@pytest.mark.parametrize(
    ("at_s", "order", "to_s"),
    [
        (50.0, CommandMessage(action="skip", seconds=-10.0), 40.0),
        (50.0, CommandMessage(action="skip", seconds=-90.0), 0.0),
        (50.0, CommandMessage(action="seek", seconds=0.0), 0.0),
        (50.0, CommandMessage(action="jump_back"), 45.0 - LEAD_S),
        (46.0, CommandMessage(action="jump_back"), 20.0 - LEAD_S),  # so soon after it: the one before
    ],
)
async def test_going_back_starts_at_a_checkpoint_and_repeats_all_after_it(
    reader: RecordingReader, at_s: float, order: CommandMessage, to_s: float
) -> None:
    came = await reached_s(reader, {at_s: order})
    again = came[[t_s for t_s, _ in came].index(at_s) + 1 :]
    assert again[0][0] in {0.0, 30.0}  # a checkpoint
    assert [t_s for t_s, _ in again] == pytest.approx([i / 10 for i in range(round(again[0][0] * 10), 601)])
    came_s = dict(again)
    assert came_s[to_s] - dict(came[:500])[min(at_s, 49.9)] <= 0.3
    assert came_s[60.0] - came_s[to_s] == pytest.approx(60.0 - to_s, abs=0.1)


JUMP, BACK = CommandMessage(action="jump"), CommandMessage(action="jump_back")


async def test_while_paused_jumps_step_through_the_events_and_back(reader: RecordingReader) -> None:
    source = ReplayedSource(reader, 1.0)
    await looked_through(source)
    batches = source.batches(Stop())
    for _ in range(5):
        kept(await anext(batches))
    source.steer(CommandMessage(action="pause"))

    async def at_s(order: CommandMessage) -> tuple[float, ReplayFound | None]:
        source.steer(order)
        async for batch in batches:
            if isinstance(kept(batch)[0], Arrived):
                break
        now = source.status()
        assert now.state == "paused"
        return now.position_s, now.found

    cue = ReplayFound(t_s=20.0, kind="cue", text="Belt level.")
    pain = ReplayFound(t_s=45.0, kind="pain", text="3 of 10")
    assert await at_s(JUMP) == (20.0, cue)  # the packet that caused it has been processed
    assert await at_s(JUMP) == (45.0, pain)
    with pytest.raises(OrderError, match=NONE_LATER):
        source.steer(JUMP)
    assert source.status().found == pain
    assert await at_s(BACK) == (20.0, cue)
    with pytest.raises(OrderError, match=NONE_EARLIER):
        source.steer(BACK)
    assert (source.status().position_s, source.status().found) == (20.0, cue)
    assert await at_s(CommandMessage(action="skip", seconds=-1.0)) == (18.9, None)
    assert await at_s(JUMP) == (20.0, cue)
    assert await at_s(CommandMessage(action="skip", seconds=1.0)) == (20.9, None)
    assert await at_s(BACK) == (20.0, cue)


async def test_while_playing_each_jump_goes_to_the_next_event_and_never_back(
    reader: RecordingReader,
) -> None:
    source = ReplayedSource(reader, 1.0)
    await looked_through(source)

    def target_s(order: CommandMessage) -> float | None:
        source.steer(order)
        return source.status().target_s

    assert target_s(JUMP) == 20.0 - LEAD_S
    assert target_s(JUMP) == 45.0 - LEAD_S
    assert target_s(BACK) == 20.0 - LEAD_S
    assert target_s(CommandMessage(action="seek", seconds=18.0)) == 18.0
    assert target_s(JUMP) == 18.0  # it comes in two seconds
    assert source.status().found == ReplayFound(t_s=20.0, kind="cue", text="Belt level.")
    source.steer(CommandMessage(action="pause"))
    assert target_s(JUMP) == pytest.approx(20.0)  # it has not come yet


async def test_an_event_repeated_by_a_seek_is_one_mark(tmp_path: Path) -> None:
    path = tmp_path / "import.mcap"
    with RecordingWriter(path, SessionInfo(0, None, "jo")) as writer:
        writer.add_device(DeviceInfo("hip", "stridecue.imu6", Placement.SACRUM, "hip"))
        for i in range(601):
            writer.add_packet(Packet("hip", "data", i * NS_PER_S // 10, b""))
    source, orders, told = ReplayedSource(RecordingReader(path), 100.0), {30.0: 5.0}, 0
    await looked_through(source)
    async for batch in source.batches(Stop()):
        for item in kept(batch):
            if isinstance(item, Packet):
                t_s = item.t_recv_ns / NS_PER_S
                if t_s == 20.2:
                    told += 1
                    source.observe(Cue(item.t_recv_ns, "r", Severity.INFO, "Belt level.", None, ()))
                if t_s in orders:
                    source.steer(CommandMessage(action="seek", seconds=orders.pop(t_s)))
                    orders = {6.0: 25.0} if t_s == 30.0 else {}
    assert told == 2
    assert source.status().marks == [ReplayMark(20.2, "cue")]


async def test_without_an_event_to_go_to_it_answers_so_and_stays(reader: RecordingReader) -> None:
    source = ReplayedSource(reader, 1.0)
    await looked_through(source)
    for order, why in ((BACK, NONE_EARLIER), (CommandMessage(action="seek", seconds=50.0), ""), (JUMP, NONE_LATER)):
        before = source.status()
        if why:
            with pytest.raises(OrderError, match=why):
                source.steer(order)
            assert source.status() == before
        else:
            source.steer(order)


async def test_while_lines_are_written_going_back_is_rejected(reader: RecordingReader) -> None:
    source, came = ReplayedSource(reader, 1.0, both_ways=False), 0
    async for (item,) in source.batches(Stop()):
        came += isinstance(item, Packet)
        if came == 500 and isinstance(item, Packet):
            with pytest.raises(OrderError, match=ONLY_FORWARD):
                source.steer(CommandMessage(action="skip", seconds=-10.0))
    assert came == 601


async def test_the_status_states_the_position(reader: RecordingReader) -> None:
    source, stop = ReplayedSource(reader, 4.0), Stop()
    batches = source.batches(stop)
    before = source.status()
    assert (before.state, before.position_s, before.duration_s, before.marks) == ("playing", 0.0, None, [])
    await looked_through(source)
    while source.status().position_s < 10.0:
        kept(await anext(batches))
    now = source.status()
    assert (now.state, now.duration_s, now.speed, now.seeks) == ("playing", 60.0, 4.0, 0)
    assert now.marks == [ReplayMark(20.0, "cue"), ReplayMark(45.0, "pain")]
    source.steer(CommandMessage(action="skip", seconds=5.0))
    source.steer(CommandMessage(action="skip", seconds=5.0))  # from where the first one goes
    assert (source.status().state, source.status().target_s, source.status().seeks) == ("seeking", 20.0, 2)
    source.steer(CommandMessage(action="pause"))
    turns = [item async for batch in _until(batches, Arrived) for item in kept(batch)]
    # From so far back that a plot can be shown.
    assert [type(turn) for turn in turns if not isinstance(turn, Packet)] == [FastForward, GoTo, DeviceInfo, Arrived]
    assert (source.status().state, source.status().position_s) == ("paused", 19.9)


async def test_a_jump_before_the_events_are_known_follows_once_they_are(reader: RecordingReader) -> None:
    source = ReplayedSource(reader, 1.0)
    assert source.steer(CommandMessage(action="jump")) == STILL_LOOKING
    assert source.status().target_s is None
    await looked_through(source)
    assert source.status().target_s == 20.0 - LEAD_S
    source = ReplayedSource(reader, 1.0)
    source.steer(CommandMessage(action="jump"))
    source.steer(CommandMessage(action="skip", seconds=30.0))  # changed their mind
    await looked_through(source)
    assert source.status().target_s == 30.0


class CountingReader(RecordingReader):
    """Counts the messages of each pass in `read`; asks `stop` after 100 of the second one."""

    def __init__(self, path: Path, stop: Stop) -> None:
        super().__init__(path)
        self.read: list[int] = []
        self._stop = stop

    def _messages(self) -> Iterator[Any]:
        self.read.append(0)
        for message in super()._messages():
            self.read[-1] += 1
            if self.read[-1] == 100 and len(self.read) == 2:
                self._stop("enough")
            yield message


async def test_the_recording_is_read_once_for_its_marks_and_not_further_after_a_stop(reader: RecordingReader) -> None:
    stop = Stop()
    counting = CountingReader(reader.path, stop)
    source = ReplayedSource(counting, 1.0)
    await looked_through(source)
    source.steer(CommandMessage(action="jump"))
    (whole,) = counting.read
    assert whole > 601
    ((_, work),) = source.tasks(stop)
    await work
    assert counting.read == [whole, 100]


async def test_records_written_by_the_recorder_become_marks(tmp_path: Path) -> None:
    facts = Bus[Fact]()
    subscription = facts.subscribe("recorder", Policy.WAIT, recorder.CAPACITY, wanted=recorder.is_recorded)
    path = tmp_path / "told.mcap"
    sink = RecorderSink(lambda _number: path, SessionInfo(0, None, "jo"), subscription, lambda _text: None)
    sink.open()
    told = (
        Cue(2 * NS_PER_S, "rule", Severity.INFO, "Belt level.", None, ()),
        Threshold(3 * NS_PER_S, "drop_drift", ThresholdState.NEAR, Side.LEFT, ()),
        PainReport(4 * NS_PER_S, 3),
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(sink.run())
        await facts.publish(DeviceInfo("hip", "stridecue.imu6", Placement.SACRUM, "hip"))
        for record in told:
            await facts.publish(Packet("hip", "data", record.t_ns, b""))
            await facts.publish(record)
        facts.close()
    source = ReplayedSource(RecordingReader(path), 1.0)
    await looked_through(source)
    assert source.status().marks == [ReplayMark(2.0, "cue"), ReplayMark(3.0, "threshold"), ReplayMark(4.0, "pain")]


async def _until(batches: AsyncIterator[Sequence[object]], kind: type) -> AsyncIterator[Sequence[object]]:
    async for batch in batches:
        yield batch
        if isinstance(batch[0], kind):
            return


async def test_going_back_is_possible_at_the_end(reader: RecordingReader) -> None:
    source, stop = ReplayedSource(reader, 100.0), Stop()
    assert sum([isinstance(item, Packet) async for batch in source.batches(stop) for item in kept(batch)]) == 601
    assert source.status().state == "ended"
    with pytest.raises(OrderError, match=THE_END):
        source.steer(CommandMessage(action="skip", seconds=10.0))
    asyncio.get_running_loop().call_later(3.0, source.steer, CommandMessage(action="skip", seconds=-10.0))
    assert await source.continues(stop)
    again = [item.t_recv_ns async for batch in source.batches(stop) for item in kept(batch) if isinstance(item, Packet)]
    assert again == [i * NS_PER_S // 10 for i in range(300, 601)]
    asyncio.get_running_loop().call_later(3.0, stop, "enough")
    assert not await source.continues(stop)


@pytest.mark.parametrize("action", ["stop", "mute", "nudge", "ask_pain"])
def test_commands_to_the_run_itself_are_not_taken(reader: RecordingReader, action: Action) -> None:
    order = CommandMessage(action=action, text="x" if action == "nudge" else None)
    assert ReplayedSource(reader, 1.0).steer(order) is None
