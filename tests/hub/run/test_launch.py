"""The closing messages of a run: where its recording is, what is missing in it, what to type next."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import hub
from drivers.recordings.recording import RecordingReader, RecordingWriter, SessionInfo
from firmware_profiles.catalog import load_catalog
from hub.flow.engine import RadioItem
from hub.flow.source import Source
from hub.outcome import Outcome
from hub.run.launch import AT_ONCE, Ended, Launch, carry_out, repair_newest
from hub.settings import folders
from hub.settings.run_settings import RunSettings
from hub.stop import Stop
from tests.hub.programs import a_port
from tests.hub.run.plain_source import PlainSource


class ToldTwice(PlainSource):
    """A source during which Ctrl-C is pressed twice."""

    async def batches(self, stop: Stop) -> AsyncIterator[Sequence[RadioItem]]:
        os.kill(os.getpid(), signal.SIGINT)
        await stop.wait()
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(10)
        yield ()


@asynccontextmanager
async def two_stops() -> AsyncIterator[Source]:
    yield ToldTwice()


@pytest.mark.real_time
def test_a_run_asked_twice_to_stop_says_so_and_where_its_recording_is(tmp_path: Path) -> None:
    plan = Launch("demo", "ann", RunSettings(), load_catalog(), two_stops(), a_port(), folder=tmp_path, headless=True)
    ended = carry_out(plan)
    (kept,) = tmp_path.glob("*.mcap")
    assert ended.words()[0] == AT_ONCE
    assert any(str(kept) in line or kept.name in line for line in ended.words())
    assert RecordingReader(kept).session.runner == "ann"
    assert ended.code == 1


def test_the_recording_of_a_killed_hub_is_repaired_but_not_one_still_being_written(tmp_path: Path) -> None:
    live, killed = tmp_path / "1-ann.mcap", tmp_path / "2-bob.mcap"
    ann, bob = (RecordingWriter(path, SessionInfo(0, None, "x")) for path in (live, killed))
    bob.tick()
    bob.abandon()
    (tmp_path / "3-nobody.mcap").write_bytes(b"no recording")
    for path in (live, killed):
        os.utime(path, (0, 0))
    inode = live.stat().st_ino
    repair_newest(tmp_path)
    ann.close()
    assert live.stat().st_ino == inode
    assert [RecordingReader(path).truncated for path in (live, killed)] == [False, False]


def test_an_incomplete_recording_is_reported_and_changes_the_exit_code() -> None:
    def ended(unrecorded: int, files: list[Path]) -> Ended:
        losses = {"recorder": unrecorded + 3 if unrecorded else 0}
        return Ended(
            Outcome(files=files, losses=losses, unrecorded=unrecorded), SessionInfo(0, None, "ann"), (), sys.stdout
        )

    run = Path("/runs/1.mcap")
    assert ended(0, [run]).code == 0
    assert "incomplete" not in "".join(ended(0, [run]).words())
    assert ended(12, [run]).code == 1
    assert any(
        "/runs/1.mcap" in line and "incomplete: 12 packets not written" in line for line in ended(12, [run]).words()
    )
    assert "lost: 15 items on the way to recorder" in ended(12, [run]).words()
    assert any("Not recorded: 12 packets" in line for line in ended(12, []).words())


def test_the_suggested_command_can_be_typed_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = tmp_path / "a b" / "stridecue"
    beside.parent.mkdir()
    beside.touch()
    monkeypatch.setattr(sys, "executable", str(beside.with_name("python")))
    monkeypatch.setattr("shutil.which", lambda _name: None)
    run = tmp_path / "run.mcap"
    replay = f"{shlex.quote(str(beside))} replay {run}"
    words = Ended(Outcome(files=[run]), SessionInfo(0, None, "ann"), (), sys.stdout).words()
    assert words[-1] == f"Replay:   {replay}"
    monkeypatch.chdir(tmp_path)
    assert folders.program() == "'a b/stridecue'"
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    assert folders.program() == "stridecue"


def test_the_suggested_command_fits_on_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.chdir(Path(hub.__file__).parents[1])
    run = folders.demo_folder() / "recordings" / "2026-03-01T073000Z-demo.mcap"
    words = Ended(Outcome(files=[run]), SessionInfo(0, None, "demo"), (), sys.stdout).words()
    assert words[-1].endswith(" replay 2026-03-01T073000Z-demo")
    assert len(words[-1]) < 80
