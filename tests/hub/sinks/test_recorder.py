"""The recorder: a failing disk loses records, never the run; losses are counted and reported."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.errors import RecordingError
from drivers.packets import DeviceInfo, Packet
from drivers.recordings.recording import RecordingReader, RecordingWriter, SessionInfo
from drivers.recordings.recording_file import RecordingFile
from dsp.signals import Placement
from hub.flow.bus import Bus, Policy
from hub.flow.facts import Beat, Fact
from hub.sinks.recorder import CAPACITY, RecorderSink, is_recorded

DEVICE = DeviceInfo("hip", "stridecue.imu6", Placement.SACRUM, "Hip")
SECOND_NS = 1_000_000_000


def packet(number: int) -> Packet:
    return Packet("hip", "data", number * SECOND_NS // 10, bytes([number % 256]))


async def record(name_file: Callable[[int], Path], seconds: int) -> tuple[RecorderSink, list[str]]:
    """Ten packets a second with a beat after each second."""
    bus: Bus[Fact] = Bus()
    said: list[str] = []
    subscription = bus.subscribe("recorder", Policy.WAIT, CAPACITY, wanted=is_recorded)
    sink = RecorderSink(name_file, SessionInfo(0, None, "ann"), subscription, said.append)
    sink.open()
    async with asyncio.TaskGroup() as group:
        group.create_task(sink.run(), name="recorder")
        await bus.publish(DEVICE)
        for number in range(10 * seconds):
            await bus.publish(packet(number))
            if number % 10 == 9:
                await bus.publish(Beat(number * SECOND_NS // 10))
                await asyncio.sleep(1)
        bus.close()
    assert subscription.dropped == 0
    return sink, said


def packets(path: Path) -> list[Packet]:
    return [item for item in RecordingReader(path) if isinstance(item, Packet)]


async def test_everything_is_written_in_order(tmp_path: Path) -> None:
    sink, said = await record(lambda _number: tmp_path / "run.mcap", 3)
    assert packets(tmp_path / "run.mcap") == [packet(number) for number in range(30)]
    assert sink.lost == 0
    assert set(said) == {""}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full to stand for a full disk")
async def test_a_full_disk_is_reported_and_a_new_file_tried(tmp_path: Path) -> None:
    tries: list[Path] = [Path("/dev/full"), Path("/dev/full"), tmp_path / "run.mcap"]

    sink, said = await record(lambda _number: tries.pop(0) if len(tries) > 1 else tries[0], 20)
    assert sink.files == [tmp_path / "run.mcap"]
    written = packets(tmp_path / "run.mcap")
    assert sink.lost + len(written) == 200
    assert 0 < sink.lost < 200
    assert "not recording" in said[0]
    assert "/dev/full" in said[0]
    assert said[-1] == ""


async def test_a_disk_that_fills_up_later_loses_nothing_until_the_writer_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = {"on": False}
    tick = RecordingWriter.tick

    def sometimes(self: RecordingWriter) -> None:
        if failing["on"]:
            raise RecordingError("cannot write to run.mcap: No space left on device; is the disk full?")
        tick(self)

    monkeypatch.setattr(RecordingWriter, "tick", sometimes)
    loop = asyncio.get_running_loop()
    loop.call_later(2.5, failing.update, {"on": True})
    loop.call_later(6.5, failing.update, {"on": False})
    sink, said = await record(lambda _number: tmp_path / "run.mcap", 10)
    assert any("No space left" in line for line in said)
    assert said[-1] == ""
    assert sink.lost == 0
    assert packets(tmp_path / "run.mcap") == [packet(number) for number in range(100)]


async def test_a_disk_that_stays_full_until_the_end_loses_what_was_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    full_s = loop.time() + 4.5
    commit = RecordingFile.commit

    def until_full(self: RecordingFile) -> None:
        if loop.time() > full_s:
            raise RecordingError("cannot write to run.mcap: No space left on device; is the disk full?")
        commit(self)

    monkeypatch.setattr(RecordingFile, "commit", until_full)
    sink, said = await record(lambda _number: tmp_path / "run.mcap", 10)
    written = packets(tmp_path / "run.mcap")
    assert 0 < len(written) < 100
    assert sink.lost == sink.lost_packets == 100 - len(written)
    assert any("No space left" in line and "held until the disk" in line for line in said)
    assert f"{sink.lost} packets and records lost" in said[-1]


async def test_a_folder_that_cannot_be_created_loses_the_recording_only(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    sink, said = await record(lambda _number: tmp_path / "file" / "run.mcap", 2)
    assert sink.files == []
    assert sink.lost == 20
    assert "20 packets and records lost" in said[-1]


async def test_a_folder_that_cannot_be_created_is_reported_without_error_numbers(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    _sink, said = await record(lambda _number: tmp_path / "file" / "folder" / "run.mcap", 3)
    assert f"not recording: {tmp_path / 'file' / 'folder'}: Not a directory (" in said[0]
