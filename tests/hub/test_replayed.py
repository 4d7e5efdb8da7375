"""A replay is steered by orders: what was done is said, and a jump ends shortly before what it is about."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from drivers.packets import DeviceInfo, Packet
from drivers.recordings.recording import RecordingReader, RecordingWriter, SessionInfo
from dsp.signals import NS_PER_S, Placement
from hub.incoming import Action, CommandMessage
from hub.replayed import LEAD_S, ReplayedSource
from hub.stop import Stop


@pytest.fixture
def reader(tmp_path: Path) -> RecordingReader:
    """A minute with a cue at 20 s and pain at 45 s."""
    path = tmp_path / "run.mcap"
    with RecordingWriter(path, SessionInfo(0, None, "jo")) as writer:
        writer.add_device(DeviceInfo("hip", "stridecue.imu6", Placement.SACRUM, "hip"))
        for i in range(601):
            writer.add_packet(Packet("hip", "data", i * NS_PER_S // 10, b""))
        for kind, at_s in (("cue", 20), ("metric", 30), ("pain", 45)):
            writer.add_record(kind, at_s * NS_PER_S, b"{}")
    return RecordingReader(path)


async def reached_s(reader: RecordingReader, orders: dict[float, CommandMessage]) -> dict[float, float]:
    """Play, ordering at times of the recording; loop time of each packet."""

    loop = asyncio.get_running_loop()
    source, came_s = ReplayedSource(reader, 1.0), {}
    start_s = loop.time()
    async for (item,) in source.batches(Stop()):
        if isinstance(item, Packet):
            t_s = item.t_recv_ns / NS_PER_S
            came_s[t_s] = loop.time() - start_s
            if t_s in orders:
                assert source.steer(orders[t_s])
    return came_s


async def test_a_jump_ends_before_the_next_event_and_nothing_is_left_out(reader: RecordingReader):
    jump = CommandMessage(action="jump")
    came_s = await reached_s(reader, {1.0: jump, 16.0: jump, 50.0: jump})
    assert len(came_s) == 601
    assert came_s[20.0 - LEAD_S] == pytest.approx(1.0)
    assert came_s[16.0] == pytest.approx(2.0)
    assert came_s[45.0 - LEAD_S] == pytest.approx(2.0)
    assert came_s[60.0] == pytest.approx(22.0)


async def test_skip_and_speed(reader: RecordingReader):
    skip, fast = CommandMessage(action="skip", seconds=30.0), CommandMessage(action="speed", factor=10.0)
    came_s = await reached_s(reader, {5.0: skip, 40.0: fast})
    assert came_s[35.0] == pytest.approx(5.0)
    assert came_s[60.0] == pytest.approx(12.0, abs=0.05)


@pytest.mark.parametrize("action", ["stop", "mute", "nudge", "ask_pain"])
def test_what_is_not_about_the_pace_is_not_taken(reader: RecordingReader, action: Action):
    order = CommandMessage(action=action, text="x" if action == "nudge" else None)
    assert ReplayedSource(reader, 1.0).steer(order) is None
