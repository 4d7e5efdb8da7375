from __future__ import annotations

import errno
import io
import os
import random
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from mcap.reader import make_reader

from drivers.errors import RecordingError
from drivers.packets import DeviceInfo, Packet
from drivers.recordings.file_lock import locked
from drivers.recordings.recording import RecordingReader, RecordingWriter, SessionInfo
from drivers.recordings.recording_file import PENDING_LIMIT_BYTES
from drivers.recordings.recording_recovery import recover
from dsp.signals import Placement
from tests.drivers.recorded_items import Item, add

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

SESSION = SessionInfo(1_000, "2025-05-04T09:00:00Z", "jo", {"mounts": {"sacrum": "+x+y+z"}, "tau_s": 20.0})
HIP = DeviceInfo("hip", "stridecue.imu6", Placement.SACRUM, "My hip", "AA:BB", {"rate_hz": 208.0})
POD = DeviceInfo("pod", "sig.rsc", Placement.FOOT, "Pod")


def packets(n: int, device: str = "hip", channel: str = "data") -> list[Packet]:
    rng = random.Random(n)
    return [Packet(device, channel, 1_000 + i * 10**7, rng.randbytes(rng.randint(0, 80))) for i in range(n)]


def write(path: Path, n: int = 200, per_tick: int = 20, *, close: bool = True) -> list[Packet]:
    writer = RecordingWriter(path, SESSION)
    writer.add_device(HIP)
    written = packets(n)
    for i, packet in enumerate(written, 1):
        writer.add_packet(packet)
        if i % per_tick == 0:
            writer.tick()
    writer.close() if close else writer.abandon()
    return written


def test_everything_comes_back_in_order(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    hip, pod = packets(30), packets(30, "pod", "measurement")
    items: list[Item] = [HIP, *hip[:10], POD]
    for pair in zip(hip[10:], pod, strict=False):
        items += pair
    changed = DeviceInfo("hip", "stridecue.imu6", Placement.SACRUM, "My hip", "AA:BB", {"rate_hz": 104.0})
    items += [changed, *packets(3)]
    with RecordingWriter(path, SESSION) as writer:
        for i, item in enumerate(items):
            add(writer, item)
            writer.add_device(POD) if i > 20 else None
            writer.add_record("step", i, b'{"side":"left"}')
        assert writer.packets == 10 + 40 + 3
    reader = RecordingReader(path)
    assert reader.session == SESSION
    assert list(reader) == items
    assert list(reader) == items
    assert not reader.truncated
    assert list(reader.records()) == [("step", i, b'{"side":"left"}') for i in range(len(items))]


def test_finished_files_open_in_other_tools(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    with RecordingWriter(path, SESSION) as writer:
        writer.add_device(HIP)
        for packet in packets(100):
            writer.add_packet(packet)
            writer.add_record("metric", packet.t_recv_ns, b'{"key":"cadence_spm","value":170}')
            writer.tick()
    with path.open("rb") as stream:
        reader = make_reader(stream, validate_crcs=True)
        summary = reader.get_summary()
        assert summary is not None
        assert summary.statistics is not None
        topics = {channel.topic: channel for channel in summary.channels.values()}
        assert set(topics) == {"/device", "/packet/hip/data", "/record/metric"}
        assert topics["/packet/hip/data"].metadata["profile"] == "stridecue.imu6"
        assert topics["/packet/hip/data"].metadata["placement"] == "sacrum"
        assert summary.schemas[topics["/record/metric"].schema_id].data == b'{"type":"object"}'
        assert summary.statistics.message_count == 201
        assert summary.statistics.metadata_count == 2
        assert sum(1 for _ in reader.iter_messages(topics=["/packet/hip/data"])) == 100


def test_what_was_ticked_is_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    written = write(path, 199, per_tick=20, close=False)
    reader = RecordingReader(path)
    assert list(reader) == [HIP, *written[:180]]
    assert reader.truncated


def test_kill_minus_9_costs_at_most_the_last_tick(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    command = [sys.executable, "-m", "tests.drivers.killed_recorder", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        ticked = [int(process.stdout.readline()) for _ in range(4)][-1]
        process.send_signal(signal.SIGKILL)
    reader = RecordingReader(path)
    hip, *rest = list(reader)
    assert reader.truncated
    assert isinstance(hip, DeviceInfo)
    found = [item for item in rest if isinstance(item, Packet)]
    assert len(found) == len(rest) >= ticked
    assert [int.from_bytes(packet.payload[:4], "little") for packet in found] == list(range(len(found)))
    before = recover(path)
    assert before.was_cut
    assert list(RecordingReader(path)) == [hip, *found]
    with path.open("rb") as stream:
        summary = make_reader(stream).get_summary()
    assert summary is not None
    assert summary.statistics is not None
    assert summary.statistics.message_count == len(found) + 1


def test_a_file_cut_anywhere_gives_a_prefix(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    written = [HIP, *write(path, 60, per_tick=10)]
    whole = path.read_bytes()
    cut = tmp_path / "cut.mcap"
    lengths = []
    for size in range(0, len(whole), 5):
        cut.write_bytes(whole[:size])
        try:
            reader = RecordingReader(cut)
        except RecordingError:
            assert size < 400
            continue
        found = list(reader)
        assert found == written[: len(found)]
        # The last 8 bytes are the magic that ends the file.
        assert reader.truncated or size >= len(whole) - 8
        lengths.append(len(found))
    assert lengths == sorted(lengths)
    assert set(lengths) == {0, 11, 21, 31, 41, 51, 61}


def test_recover_leaves_complete_files_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    write(path)
    before = path.read_bytes()
    recovery = recover(path)
    assert not recovery.was_cut
    assert recovery.messages == 201
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.mcap"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks there")
def test_a_cut_recording_can_be_held_where_only_what_could_be_written_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on NFS, see flock(2)."""
    fcntl = pytest.importorskip("fcntl")

    def on_nfs(descriptor: int, _how: int) -> None:
        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, "Bad file descriptor")

    monkeypatch.setattr(fcntl, "flock", on_nfs)
    path = tmp_path / "run.mcap"
    path.touch()
    with locked(path):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="what is open cannot be replaced there anyway")
def test_nobody_takes_a_recording_from_the_hub_that_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    writer = RecordingWriter(path, SESSION)
    writer.add_device(HIP)
    writer.tick()
    os.utime(path, (0, 0))  # its sensors have been out of range for a very long time
    with pytest.raises(RecordingError, match="a hub is recording to it"):
        recover(path)
    with pytest.raises(RecordingError, match="another hub is recording to it"):
        RecordingWriter(path, SESSION)
    writer.add_packet(packets(1)[0])
    writer.close()
    assert list(RecordingReader(path)) == [HIP, *packets(1)]
    assert not recover(path).was_cut


@pytest.mark.skipif(sys.platform == "win32", reason="no modes there")
def test_a_recording_is_for_this_user_only(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    write(path, close=False)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert recover(path).was_cut
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"t_s,a\n1,2\n", b"\x89MCAP0\r\n", b"\x89MCAP0\r\n" + b"\x00" * 100])
def test_other_files_are_rejected_with_a_message(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match="is not a"):
        RecordingReader(path)


def test_a_missing_file_and_a_folder_are_reported(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot open"):
        RecordingReader(tmp_path / "nothing.mcap")
    with pytest.raises(RecordingError, match="choose another folder"):
        RecordingWriter(tmp_path / "no" / "run.mcap", SESSION)


def test_packets_of_unknown_devices_and_before_the_clock_are_rejected(tmp_path: Path) -> None:
    writer = RecordingWriter(tmp_path / "run.mcap", SESSION)
    with pytest.raises(RecordingError, match="hip, which was never added"):
        writer.add_packet(packets(1)[0])
    writer.add_device(HIP)
    with pytest.raises(RecordingError, match="before the recording's clock"):
        writer.add_packet(Packet("hip", "data", -1, b""))
    writer.close()
    writer.close()


class _FullDisk(io.FileIO):
    """Accepts `room` more bytes, then fails like a full disk, in the middle of a write."""

    room = 10**9

    def write(self, data: ReadableBuffer, /) -> int:
        if self.room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = super().write(memoryview(data)[: self.room])
        self.room -= written
        return written


def _writer_on_a_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[RecordingWriter, _FullDisk]:
    """Open a recording whose disk can be made full."""
    disks: list[_FullDisk] = []

    def open_disk(descriptor: int, mode: str, buffering: int) -> _FullDisk:
        assert buffering == 0
        disks.append(_FullDisk(descriptor, mode))
        return disks[-1]

    with monkeypatch.context() as patch:
        patch.setattr("drivers.recordings.recording_file.os.fdopen", open_disk)
        writer = RecordingWriter(path, SESSION)
    (disk,) = disks
    return writer, disk


def test_a_full_disk_raises_and_recording_continues_when_there_is_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.mcap"
    writer, disk = _writer_on_a_disk(path, monkeypatch)
    disk.room = 700
    writer.add_device(HIP)
    written = packets(40)
    for packet in written[:20]:
        writer.add_packet(packet)
    for _ in range(3):
        with pytest.raises(RecordingError, match="No space left on device; is the disk full"):
            writer.tick()
    assert list(RecordingReader(path)) == []
    disk.room = 10**6
    for packet in written[20:]:
        writer.add_packet(packet)
    writer.tick()
    writer.close()
    reader = RecordingReader(path)
    assert list(reader) == [HIP, *written]
    assert not reader.truncated


def test_a_disk_that_stays_full_refuses_packets_instead_of_eating_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, disk = _writer_on_a_disk(tmp_path / "run.mcap", monkeypatch)
    disk.room = 0
    writer.add_device(HIP)
    refused = 0
    for i in range(2 * PENDING_LIMIT_BYTES // 100_000):
        try:
            writer.add_packet(Packet("hip", "data", i, random.Random(i).randbytes(100_000)))
        except RecordingError:
            refused += 1
    with pytest.raises(RecordingError, match="dropping"):
        writer.add_packet(Packet("hip", "data", 0, b""))
    assert 0 < refused < 100
    assert writer.packets + refused == 2 * PENDING_LIMIT_BYTES // 100_000
    writer.abandon()
