"""Posts on disk for a broker: order, limit, secure deletion, leftovers of killed hubs, a corrupt file."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from hub.contract.examples import EXAMPLES
from hub.messages.delivery import LATE, delivery, marked_late
from hub.messages.wire import CueMessage, MarkMessage, MetricsMessage, Post, StepMessage, ThresholdMessage
from hub.sinks.overdue import Overdue
from hub.sinks.spool import Spool


def step(seq: int) -> Post:
    example = EXAMPLES["step"]
    assert isinstance(example, StepMessage)
    fields = {name: getattr(example, name) for name in example.__struct_fields__}
    return Post("stridecue/ann/step", StepMessage(**{**fields, "seq": seq}))


def seqs(spool: Spool, count: int = 100) -> list[int]:
    return [post.message.seq for _, post in spool.peek(count) if isinstance(post.message, StepMessage)]


def test_first_in_first_out_and_only_forgotten_posts_are_deleted(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "new", "ann", "broker.example:1883")
    spool.look()
    assert (spool.pending, list(tmp_path.iterdir())) == (0, [])
    spool.append([step(1), step(2), step(3)])
    spool.append([step(4)])
    assert (spool.pending, seqs(spool), seqs(spool, 2)) == (4, [1, 2, 3, 4], [1, 2])
    spool.forget(spool.peek(2)[-1][0])
    assert (spool.pending, seqs(spool)) == (2, [3, 4])
    if sys.platform != "win32":
        assert stat.S_IMODE(spool.path.stat().st_mode) == 0o600
    spool.close()


def test_the_next_run_finds_the_posts_of_its_own_runner_and_broker(tmp_path: Path) -> None:
    killed = Spool(tmp_path, "ann", "gym:1883")
    killed.append([step(1), step(2)])
    for runner, broker, left in (("ann", "gym:1883", 2), ("bob", "gym:1883", 0), ("ann", "home:1883", 0)):
        again = Spool(tmp_path, runner, broker)
        again.look()
        assert again.pending == left
        again.close()
    killed.close()


def test_a_full_spool_drops_the_oldest_and_counts_them(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "ann", "gym:1883", limit=5)
    spool.append([step(seq) for seq in range(4)])
    spool.append([step(seq) for seq in range(4, 8)])
    assert (spool.pending, spool.dropped, seqs(spool)) == (5, 3, [3, 4, 5, 6, 7])
    spool.close()


def test_disk_errors_are_counted_and_not_raised(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    spool = Spool(tmp_path / "file", "ann", "gym:1883")
    spool.append([step(1), step(2)])
    assert (spool.pending, spool.dropped, spool.peek(9)) == (0, 2, [])


def test_a_corrupt_file_is_replaced(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "ann", "gym:1883")
    spool.path.write_bytes(b"\0" * 5000)
    spool.append([step(1)])
    spool.append([step(2)])
    assert (spool.dropped, seqs(spool)) == (1, [2])
    spool.close()


def test_delivered_posts_are_overwritten_in_the_file(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "ann", "gym:1883")
    spool.append([step(seq) for seq in range(500)])
    spool.forget(spool.peek(500)[-1][0])
    spool.close()
    assert b"left_foot" not in spool.path.read_bytes()
    assert spool.path.stat().st_size < 30_000


@pytest.mark.parametrize("kind", ["cue", "mark", "threshold", "step"])
def test_a_late_event_is_marked_not_retained_and_keeps_its_time(kind: str, tmp_path: Path) -> None:
    event = EXAMPLES[kind]
    assert isinstance(event, CueMessage | MarkMessage | ThresholdMessage | StepMessage)
    post = Post(f"stridecue/ann/{kind}", event)
    overdue = Overdue(Spool(tmp_path, "ann", "gym:1883"))
    assert overdue.sees(post)
    overdue.close()
    late = marked_late(post).message
    assert isinstance(late, type(event))
    assert (late.late, late.t, late.seq) == (True, event.t, event.seq)
    assert delivery(late) == LATE
    assert not delivery(event).retain


def test_a_stream_is_never_late() -> None:
    metrics = Post("stridecue/ann/metrics", EXAMPLES["metrics"])
    assert isinstance(metrics.message, MetricsMessage)
    assert marked_late(metrics) == metrics
