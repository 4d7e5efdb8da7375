from __future__ import annotations

import random
import struct

import pytest

from drivers.decoders.framing import MovesenseGsp, Resync
from firmware_profiles.schema import Frame

WIT = Frame(kind="resync", heads=["5561", "5571"], length=20)


def frame(number: int, head: str = "5561", body: bytes = b"") -> bytes:
    return bytes.fromhex(head) + body.ljust(17, b"\x55") + bytes([number])


@pytest.mark.parametrize("seed", range(20))
def test_frames_are_complete_wherever_notifications_cut_them(seed: int) -> None:
    chance = random.Random(seed)
    frames = [frame(i, chance.choice(["5561", "5571"]), chance.randbytes(17)) for i in range(50)]
    stream, at, out, framing = b"".join(frames), 0, [], Resync(WIT)
    while at < len(stream):
        n = chance.randint(1, 90)
        out += framing.feed(stream[at : at + n])
        at += n
    # A cut right before bytes that look like a head may cost the frame it went through, never invent one.
    assert set(out) <= set(frames)
    assert len(out) >= 48


def test_a_head_inside_a_frame_is_no_head() -> None:
    inside = frame(1, body=bytes.fromhex("0000556100005571"))
    framing = Resync(WIT)
    assert framing.feed(inside + frame(2)) == [inside, frame(2)]
    assert framing.skipped == 0


def test_after_a_loss_the_next_complete_frame_is_found() -> None:
    framing = Resync(WIT)
    assert framing.feed(frame(1)[:11]) == []
    assert framing.feed(frame(2) + frame(3)) == [frame(2), frame(3)]
    assert framing.skipped == 11
    assert framing.feed(b"\x01\x02\x03" + frame(4)) == [frame(4)]
    assert framing.skipped == 14


def test_the_beginning_is_never_held_for_long() -> None:
    framing = Resync(WIT)
    for _ in range(100):
        assert framing.feed(b"\x55") == []
        assert framing.feed(b"\x00" * 30) == []
    assert framing.skipped == 3100


def packet(code: int, reference: int, values: list[float], t_ms: int | None = None) -> bytes:
    stamp = b"" if t_ms is None else struct.pack("<I", t_ms)
    return bytes([code, reference]) + stamp + struct.pack(f"<{len(values)}f", *values)


def test_movesense_joins_two_parts_of_one_reference() -> None:
    framing = MovesenseGsp(24)
    whole = packet(2, 99, [1.0] * 12, 5)
    assert framing.feed(whole) == [whole]
    first, second = packet(2, 99, [1.0] * 7, 6), packet(3, 99, [1.0] * 5)
    assert framing.feed(first) == []
    assert framing.feed(b"\x01\x63\xc8\x00") == []
    assert framing.feed(second) == [first + second[2:]]
    assert framing.skipped == 0


def test_movesense_drops_halves_whose_other_half_was_lost() -> None:
    framing = MovesenseGsp(24)
    first, second = packet(2, 99, [1.0] * 7, 6), packet(3, 99, [1.0] * 5)
    assert framing.feed(first) == []
    assert framing.feed(first) == []
    assert framing.skipped == len(first)
    assert framing.feed(packet(3, 98, [1.0] * 5)) == []
    assert framing.feed(second) == []
    assert framing.feed(packet(2, 99, [1.0] * 6, 7)) == [packet(2, 99, [1.0] * 6, 7)]
