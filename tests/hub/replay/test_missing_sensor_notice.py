"""A replay reports what a missing sensor left unmeasured, as the run itself did."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.packets import Packet, UserInput
from drivers.recordings.recording import RecordingReader, RecordingWriter
from hub.messages.wire import Post, SessionMessage
from tests.hub.run.recorded_run import a_run, kept

NO_HIP = "no hip sensor is streaming: hip drop is not measured"


def without(recording: Path, folder: Path, device: str, *, from_s: float = 0.0) -> Path:
    """The same recording without a sensor; with `from_s` the sensor is there but sends nothing from then on."""
    reader, path = RecordingReader(recording), folder / "without.mcap"
    t0_ns = reader.session.t0_ns
    with RecordingWriter(path, reader.session) as writer:
        for item in reader:
            if isinstance(item, Packet):
                if item.device != device or item.t_recv_ns - t0_ns < from_s * 1e9:
                    writer.add_packet(item)
            elif not isinstance(item, UserInput) and (item.device != device or from_s):
                writer.add_device(item)
    return path


@pytest.mark.parametrize(
    ("device", "from_s", "says"),
    [("sacrum", 0.0, NO_HIP), ("sacrum", 12.0, NO_HIP), ("left_shoe", 0.0, None)],
    ids=["never there", "gone", "not needed"],
)
async def test_a_missing_sensor_is_reported_once_all_others_have_arrived(
    small_recording: Path, tmp_path: Path, device: str, from_s: float, says: str | None
) -> None:
    posts: list[Post] = []
    run = a_run(without(small_recording, tmp_path, device, from_s=from_s), tmp_path, console=kept(posts))
    await run.play()
    notices = [post.message.notice for post in posts if isinstance(post.message, SessionMessage)]
    assert set(notices[:18]) == {None}
    assert notices[-1] == says
    assert (NO_HIP in run.said) == (says is not None)
