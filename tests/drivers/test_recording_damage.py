from __future__ import annotations

import random
from pathlib import Path

import pytest

from drivers.errors import RecordingError
from drivers.packets import DeviceInfo, Packet
from drivers.recordings.recording import RecordingReader, RecordingWriter
from drivers.recordings.recording_recovery import recover
from tests.drivers.recorded_items import Item, add
from tests.drivers.test_recording import HIP, POD, SESSION, packets, write


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[bytes, list[Item]]]:
    """A finished and a killed run of two devices, one of which changes; with the hub's records in between."""
    folder = tmp_path_factory.mktemp("recordings")
    made: list[tuple[bytes, list[Item]]] = []
    changed = DeviceInfo("hip", HIP.profile, HIP.placement, HIP.name, HIP.address, {"rate_hz": 104.0})
    for close in (True, False):
        path = folder / "run.mcap"
        writer = RecordingWriter(path, SESSION)
        written: list[Item] = [HIP, POD]
        hip, pod = packets(60), packets(60, "pod", "measurement")
        for i, pair in enumerate(zip(hip, pod, strict=True)):
            written += [changed] if i == 31 else []
            written += pair
        for item in written:
            add(writer, item)
            writer.add_record("step", 5, b'{"side":"left"}')
            if (isinstance(item, Packet) and item == pod[len(made)]) or item in pod[9::10]:
                writer.tick()
        writer.close() if close else writer.abandon()
        made.append((path.read_bytes(), written))
    return made


def with_senders(items: list[Item]) -> list[tuple[DeviceInfo, Packet]]:
    """Return each packet with the latest facts of its device."""
    devices: dict[str, DeviceInfo] = {}
    paired: list[tuple[DeviceInfo, Packet]] = []
    for item in items:
        if isinstance(item, DeviceInfo):
            devices[item.device] = item
        elif isinstance(item, Packet):
            paired.append((devices[item.device], item))
    return paired


def is_part_in_order(found: list[Item], written: list[Item]) -> bool:
    rest = iter(with_senders(written))
    return all(item in rest for item in with_senders(found))


@pytest.mark.parametrize("seed", range(400))
def test_whatever_flips_what_is_read_was_written(
    recordings: list[tuple[bytes, list[Item]]], tmp_path: Path, seed: int
) -> None:
    rng, is_closed, flips = random.Random(seed), seed % 2 == 0, 1 + seed % 3
    whole, written = recordings[not is_closed]
    damaged = bytearray(whole)
    for _ in range(flips):
        damaged[rng.randrange(8, len(whole))] ^= 1 << rng.randrange(8)
    path = tmp_path / "bad.mcap"
    path.write_bytes(damaged)
    try:
        reader = RecordingReader(path)
    except RecordingError:
        assert flips > 1
        return
    assert reader.session == SESSION
    found = list(reader)
    assert is_part_in_order(found, written)
    assert all(record == ("step", 5, b'{"side":"left"}') for record in reader.records())
    missing = 120 - sum(isinstance(item, Packet) for item in found)
    if is_closed:
        # A flipped bit costs one chunk, wherever it is, and is reported.
        assert missing <= 20 * flips or reader.damaged > flips
        assert not missing or reader.damaged


def test_one_bad_byte_costs_one_chunk_and_is_called_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    written = write(path, 200, per_tick=20)
    whole = path.read_bytes()
    path.write_bytes(whole[:2500] + bytes([whole[2500] ^ 1]) + whole[2501:])
    reader = RecordingReader(path)
    found = list(reader)
    assert (reader.damaged, reader.truncated) == (1, False)
    assert len(found) == 201 - 20
    assert found[-1] == written[-1]
    assert "is damaged: 1 part could not be read and was skipped" in str(reader.condition)
    assert "no end" not in str(reader.condition)
    before = path.read_bytes()
    assert recover(path).damaged == 1
    assert path.read_bytes() == before


def test_the_first_chunk_bad_costs_no_more_than_itself(tmp_path: Path) -> None:
    """It contains a device's facts, which its channel, repeated in the index, contains too."""
    path = tmp_path / "run.mcap"
    written = write(path, 200, per_tick=20)
    whole = path.read_bytes()
    at = whole.index(b"\x04\x00\x00\x00zstd") + 40
    path.write_bytes(whole[:at] + b"\xff\xff" + whole[at + 2 :])
    assert list(RecordingReader(path)) == [HIP, *written[20:]]


@pytest.mark.parametrize("offset", [0, 1, 5, 8, 37, 41, 45, 47])
def test_a_damaged_chunk_header_is_passed_over(tmp_path: Path, offset: int) -> None:
    """Opcode, length, name and packed size of the third chunk; the other length or the checksum may still save it."""
    path = tmp_path / "run.mcap"
    written: list[Item] = [HIP, *write(path, 200, per_tick=20)]
    whole, at = path.read_bytes(), 0
    for _ in range(3):
        at = whole.index(b"\x04\x00\x00\x00zstd", at + 1)
    at += offset - 37
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :])
    reader = RecordingReader(path)
    found = list(reader)
    assert is_part_in_order(found, written)
    assert len(found) == 201 - 20 * reader.damaged
    assert reader.damaged <= 1


def test_zeroed_bytes_cost_only_the_chunks_they_cover(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    written: list[Item] = [HIP, *write(path, 200, per_tick=20)]
    whole = path.read_bytes()
    path.write_bytes(whole[:3000] + bytes(2000) + whole[5000:])
    reader = RecordingReader(path)
    found = list(reader)
    assert is_part_in_order(found, written)
    assert found[-1] == written[-1]
    assert len(found) >= 201 - 20 * 4
    assert reader.damaged >= 1


def test_a_cut_file_is_cut_and_not_damaged(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    write(path, 200, per_tick=20)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    reader = RecordingReader(path)
    assert reader.condition is None
    list(reader)
    assert (reader.damaged, reader.truncated) == (0, True)
    assert str(reader.condition).endswith("has no end (was the hub killed?): everything up to there was read")


def test_a_damaged_session_is_read_from_its_copy_and_two_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    write(path, 20)
    whole = path.read_bytes()
    once = whole.replace(b"+x+y+z", b"+x+y-z", 1)
    path.write_bytes(once)
    assert RecordingReader(path).session == SESSION
    path.write_bytes(whole.replace(b"+x+y+z", b"+x+y-z"))
    with pytest.raises(RecordingError, match="the session data at its beginning are damaged"):
        RecordingReader(path)
