from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.packets import DeviceInfo, Packet
from drivers.recordings.recording import OutlineRecord, RecordingReader, RecordingWriter, SessionInfo
from drivers.recordings.replay import Pace, Pacer
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


async def played(
    reader: RecordingReader, pace: Pace, changes: dict[float, Callable[[], None]] | None = None
) -> list[tuple[float, float]]:
    """Play with changes at recording times; return (recording time, s since the start) of each packet."""
    loop, pacer = asyncio.get_running_loop(), Pacer(pace)
    start_s, came = loop.time(), []
    for item in reader:
        if isinstance(item, Packet):
            await pacer.until_due(item.t_recv_ns)
            t_s = item.t_recv_ns / 1e9
            came.append((t_s, loop.time() - start_s))
            if changes and t_s in changes:
                changes[t_s]()
    return came


@pytest.mark.parametrize("speed", [1.0, 4.0])
async def test_the_pace_is_that_of_the_recording(reader: RecordingReader, speed: float) -> None:
    came = await played(reader, Pace(speed))
    # A packet with an earlier arrival time than its predecessor is not waited for.
    assert [at_s * speed for _, at_s in came] == pytest.approx([0, 0.01, 0.01, 0.5, 0.5, 4.0], abs=1e-6)


def test_a_speed_must_be_above_zero() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Pace(0)


def long_run(tmp_path: Path) -> RecordingReader:
    """Ten seconds, ten packets a second."""
    path = tmp_path / "ten.mcap"
    with RecordingWriter(path, SessionInfo(0, None, "jo")) as writer:
        writer.add_device(HIP)
        for i in range(101):
            writer.add_packet(Packet("hip", "data", i * 10**8, b""))
    return RecordingReader(path)


async def test_a_pause_holds_and_the_rest_comes_at_its_pace(tmp_path: Path) -> None:
    pace = Pace()

    def hold() -> None:
        pace.pause(paused=True)
        asyncio.get_running_loop().call_later(7.0, lambda: pace.pause(paused=False))

    came_s = dict(await played(long_run(tmp_path), pace, {2.0: hold}))
    assert came_s[2.0] == pytest.approx(2.0)
    assert came_s[2.1] == pytest.approx(9.0, abs=0.21)
    assert came_s[10.0] - came_s[2.1] == pytest.approx(7.9)


async def test_speed_changes_on_the_way(tmp_path: Path) -> None:
    pace = Pace(1.0)

    def faster() -> None:
        pace.speed = 4.0

    came_s = dict(await played(long_run(tmp_path), pace, {2.0: faster}))
    assert came_s[10.0] == pytest.approx(2.0 + 7.9 / 4.0, abs=0.05)


async def test_up_to_a_target_nothing_is_waited_for_paused_or_not(tmp_path: Path) -> None:
    pace = Pace(1.0)

    def skip() -> None:
        pace.skip_to(8_000_000_000)
        pace.pause(paused=True)
        asyncio.get_running_loop().call_later(5.0, lambda: pace.pause(paused=False))

    came = await played(long_run(tmp_path), pace, {1.0: skip})
    came_s = dict(came)
    assert len(came) == 101
    assert came_s[7.9] == pytest.approx(1.0)
    assert came_s[8.0] == pytest.approx(6.0, abs=0.1)
    assert came_s[10.0] - came_s[8.0] == pytest.approx(2.0)


async def test_in_a_hurry_nothing_is_waited_for(tmp_path: Path) -> None:
    pace = Pace(1.0)
    pace.pause(paused=True)
    pace.hurried = True
    assert max(at_s for _, at_s in await played(long_run(tmp_path), pace)) == 0.0


def test_an_outline_has_the_end_and_the_records_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "told.mcap"
    with RecordingWriter(path, SessionInfo(5, None, "jo")) as writer:
        writer.add_device(HIP)
        writer.add_packet(Packet("hip", "data", 2_000_000_000, b""))
        for kind, t_ns in (("cue", 7), ("metric", 8)):
            writer.add_record(kind, t_ns, b"{}")
        writer.add_packet(Packet("hip", "data", 3_000_000_000, b""))
        writer.add_record("pain", 9_000_000_000, b"{ }")
    outline = RecordingReader(path).outline(("cue", "pain"))
    assert outline.end_ns == 3_000_000_000
    assert outline.records == [
        OutlineRecord(2_000_000_000, "cue", b"{}"),
        OutlineRecord(3_000_000_000, "pain", b"{ }"),
    ]
