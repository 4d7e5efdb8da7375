from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.packets import DeviceInfo, Packet
from drivers.recordings.recording import RecordingReader, RecordingWriter, SessionInfo
from drivers.recordings.replay import Pace, ReplaySource
from dsp.signals import Placement

HIP = DeviceInfo("hip", "stridecue.imu6", Placement.SACRUM, "hip")
ARRIVALS_MS = [5000, 5010, 5010, 5500, 5400, 9000]


@pytest.fixture
def reader(tmp_path: Path) -> RecordingReader:
    path = tmp_path / "run.mcap"
    with RecordingWriter(path, SessionInfo(0, None, "jo")) as writer:
        writer.add_device(HIP)
        for i, ms in enumerate(ARRIVALS_MS):
            writer.add_packet(Packet("hip", "data", ms * 10**6, bytes([i])))
    return RecordingReader(path)


async def played(reader: RecordingReader, speed: float | None) -> tuple[list[DeviceInfo | Packet], list[float]]:
    loop = asyncio.get_running_loop()
    start_s = loop.time()
    items, at_s = [], []
    async for item in ReplaySource(reader, speed):
        items.append(item)
        at_s.append(loop.time() - start_s)
    return items, at_s


@pytest.mark.parametrize("speed", [1.0, 4.0])
async def test_the_pace_is_that_of_the_recording(reader: RecordingReader, speed: float) -> None:
    items, at_s = await played(reader, speed)
    assert items == list(reader)
    # The packet that arrived before its predecessor's stamp is not waited for, and keeps its place.
    assert [t * speed for t in at_s] == pytest.approx([0, 0, 0.01, 0.01, 0.5, 0.5, 4.0], abs=1e-6)


async def test_at_full_speed_nothing_waits_and_others_get_a_turn(tmp_path: Path) -> None:
    path = tmp_path / "long.mcap"
    with RecordingWriter(path, SessionInfo(0, None, "jo")) as writer:
        writer.add_device(HIP)
        for i in range(1000):
            writer.add_packet(Packet("hip", "data", i * 10**9, b""))
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    items, at_s = await played(RecordingReader(path), None)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(items) == 1001
    assert at_s[-1] == 0
    assert turns >= 10


async def test_the_position_is_known(reader: RecordingReader) -> None:
    source = ReplaySource(reader, None)
    assert source.position_ns == 0
    async for _ in source:
        pass
    assert source.position_ns == 9_000_000_000


def test_a_speed_must_be_above_zero(reader: RecordingReader) -> None:
    with pytest.raises(ValueError, match="above 0"):
        ReplaySource(reader, 0)


def long_run(tmp_path: Path) -> RecordingReader:
    """Ten seconds, ten packets a second."""
    path = tmp_path / "ten.mcap"
    with RecordingWriter(path, SessionInfo(0, None, "jo")) as writer:
        writer.add_device(HIP)
        for i in range(101):
            writer.add_packet(Packet("hip", "data", i * 10**8, b""))
    return RecordingReader(path)


async def timed(reader: RecordingReader, pace: Pace, changes: dict[float, Callable[[], None]]) -> dict[float, float]:
    """Play with changes of pace at times of the recording; when each packet came, s since the start."""
    loop = asyncio.get_running_loop()
    start_s, came_s = loop.time(), {}
    async for item in ReplaySource(reader, pace):
        if isinstance(item, Packet):
            t_s = item.t_recv_ns / 1e9
            came_s[t_s] = loop.time() - start_s
            if t_s in changes:
                changes[t_s]()
    return came_s


async def test_a_pause_holds_and_the_rest_comes_at_its_pace(tmp_path: Path) -> None:
    pace = Pace()

    def hold() -> None:
        pace.pause(paused=True)
        asyncio.get_running_loop().call_later(7.0, lambda: pace.pause(paused=False))

    came_s = await timed(long_run(tmp_path), pace, {2.0: hold})
    assert came_s[2.0] == pytest.approx(2.0)
    assert came_s[2.1] == pytest.approx(9.0, abs=0.21)
    assert came_s[10.0] - came_s[2.1] == pytest.approx(7.9)


async def test_speed_changes_on_the_way(tmp_path: Path) -> None:
    pace = Pace(1.0)

    def faster() -> None:
        pace.speed = 4.0

    came_s = await timed(long_run(tmp_path), pace, {2.0: faster})
    assert came_s[10.0] == pytest.approx(2.0 + 7.9 / 4.0, abs=0.05)


async def test_skipping_leaves_nothing_out_and_goes_on_at_the_same_pace(tmp_path: Path) -> None:
    pace = Pace(1.0)
    came_s = await timed(long_run(tmp_path), pace, {1.0: lambda: pace.skip_to(8_000_000_000)})
    assert len(came_s) == 101
    assert came_s[8.0] == pytest.approx(1.0)
    assert came_s[10.0] == pytest.approx(3.0)
