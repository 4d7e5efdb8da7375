"""What runs beside a run: the dashboard child and its pipe, notices, the request to stop, the doctor's names."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import stat
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.packets import Said
from drivers.recordings.recording import RecordingReader, SessionInfo
from firmware_profiles.catalog import load_catalog
from hub.doctor.finding import Verdict
from hub.doctor.packages import OUR_PACKAGES, foreign_owners
from hub.flow.engine import RadioItem
from hub.flow.notices import Notices
from hub.flow.source import NamedTask, Source
from hub.messages.incoming import CommandMessage
from hub.run.launch import Ended, Launch, carry_out
from hub.run.runtime import Outcome
from hub.settings import folders
from hub.settings.run_settings import RunSettings
from hub.stop import Stop, stopping_on_signals
from hub.terminal import dashboard
from hub.terminal.dashboard import Dashboard
from tests.hub.programs import a_port

STAND_IN = """\
#!/bin/sh
# Stands for `python -m tui --port P --runner R --parent-fd N`: ends when the pipe does, or at once.
echo "$@" > {said}
{then}
"""


def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: str) -> Path:
    program, said = tmp_path / "python", tmp_path / "said"
    program.write_text(STAND_IN.format(said=said, then=then))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(dashboard.sys, "executable", str(program))
    return said


@pytest.mark.real_time
async def test_the_dashboard_ends_when_the_hub_closes_its_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    said = stand_in(tmp_path, monkeypatch, 'trap "" TERM; eval "cat <&$8"; exit 0')
    child = Dashboard("light")
    await child.start(1883, "ann")
    for _ in range(500):
        if said.exists() and said.read_text():
            break
        await asyncio.sleep(0.01)
    words = said.read_text().split()
    assert words[:7] == ["-m", "tui", "--port", "1883", "--runner", "ann", "--parent-fd"]
    assert words[8:] == ["--theme", "light"]
    async with asyncio.timeout(10):
        await child.stop()


@pytest.mark.real_time
async def test_the_exit_code_tells_quit_from_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for then, code in (("exit 0", 0), ("kill -9 $$", -9)):
        stand_in(tmp_path, monkeypatch, then)
        child = Dashboard()
        await child.start(1883, "ann")
        async with asyncio.timeout(10):
            assert await child.ended() == code
        await child.stop()


def test_a_notice_is_told_when_it_is_new_and_when_it_is_over():
    told: list[str] = []
    notices = Notices(told.append)
    put = notices.about("recording")
    for text in ("3 items lost", "9 items lost", "", ""):
        put(text)
    assert told == ["3 items lost", "recording: all is well again"]
    assert notices.text is None
    put("disk full")
    notices.put("radio", "slow")
    assert notices.text == "disk full; slow"


@pytest.mark.real_time
async def test_the_first_signal_asks_the_second_cancels():
    stop = Stop()

    async def run() -> None:
        with stopping_on_signals(stop):
            os.kill(os.getpid(), signal.SIGTERM)
            await stop.wait()
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(10)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(run(), name="run")
    assert stop.reason == "SIGTERM"


class ToldTwice:
    """A source while which somebody presses Ctrl-C twice."""

    dropped = 0

    def now_ns(self) -> int:
        return 0

    def steer(self, order: CommandMessage) -> str | None:
        del order
        return None

    def tasks(self, stop: Stop) -> Sequence[NamedTask]:
        del stop
        return ()

    async def goes_on(self, stop: Stop) -> bool:
        del stop
        return False

    def diverged(self, said: Said | None) -> None:
        pass

    def status(self) -> None:
        pass

    async def batches(self, stop: Stop) -> AsyncIterator[Sequence[RadioItem]]:
        os.kill(os.getpid(), signal.SIGINT)
        await stop.wait()
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(10)
        yield ()


@asynccontextmanager
async def told_twice() -> AsyncIterator[Source]:
    yield ToldTwice()


@pytest.mark.real_time
def test_a_run_that_is_told_twice_to_stop_says_where_its_recording_is(tmp_path: Path):
    plan = Launch("demo", "ann", RunSettings(), load_catalog(), told_twice(), a_port(), folder=tmp_path, headless=True)
    with pytest.raises(InterruptedError, match="stopped at once; recording kept: ") as stopped:
        carry_out(plan)
    (kept,) = tmp_path.glob("*.mcap")
    assert str(kept) in str(stopped.value)
    assert RecordingReader(kept).session.runner == "ann"


async def test_waiting_for_stop_is_over_when_asked_or_in_time():
    stop = Stop()
    assert not await stop.wait_for(5.0)
    asyncio.get_running_loop().call_later(1.0, stop, "enough")
    assert await stop.wait_for(1000.0)
    stop("too late")
    assert stop.reason == "enough"


def test_the_doctor_sees_a_foreign_owner_of_our_names():
    root = Path(dashboard.__file__).parents[2]
    own = {name: root / name for name in OUR_PACKAGES}
    assert foreign_owners({name: ["stridecue"] for name in OUR_PACKAGES}, own).verdict is Verdict.OK
    taken = foreign_owners({"hub": ["stridecue", "activeloop-hub"]}, own)
    assert taken.verdict is Verdict.BROKEN
    assert "hub (by activeloop-hub)" in taken.said
    assert "pipx" in taken.remedy
    elsewhere = foreign_owners({}, {**own, "tui": Path("/elsewhere/tui")})
    assert "tui (in /elsewhere/tui)" in elsewhere.said


def test_an_incomplete_recording_is_called_so_and_the_exit_code_tells():
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


def test_the_next_command_can_be_typed_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    beside = tmp_path / "a b" / "stridecue"
    beside.parent.mkdir()
    beside.touch()
    monkeypatch.setattr(sys, "executable", str(beside.with_name("python")))
    monkeypatch.setattr("shutil.which", lambda _name: None)
    run = tmp_path / "run.mcap"
    replay = f"{shlex.quote(str(beside))} replay {run}"
    words = Ended(Outcome(files=[run]), SessionInfo(0, None, "ann"), (), sys.stdout).words()
    assert words[-2:] == [f"Replay:   {replay}", f"Numbers:  {replay} --jsonl -"]
    monkeypatch.chdir(tmp_path)
    assert folders.program() == "'a b/stridecue'"
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    assert folders.program() == "stridecue"


def test_the_next_command_fits_on_a_line(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.chdir(Path(dashboard.__file__).parents[2])
    run = folders.demo_folder() / "recordings" / "2026-03-01T073000Z-demo.mcap"
    words = Ended(Outcome(files=[run]), SessionInfo(0, None, "demo"), (), sys.stdout).words()
    assert words[-2].endswith(" replay 2026-03-01T073000Z-demo")
    assert max(len(line) for line in words[-2:]) < 80


def test_advice_fits_how_stridecue_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    root = Path(dashboard.__file__).parents[2]
    assert folders.adding_extra("audio") == f"{sys.executable} -m pip install -e {shlex.quote(f'{root}[audio]')}"
    monkeypatch.setattr(folders, "__file__", str(tmp_path / "site-packages" / "hub" / "settings" / "folders.py"))
    assert folders.adding_extra("audio") == f"{sys.executable} -m pip install sounddevice"
    monkeypatch.setattr(sys, "prefix", "/home/ann/.local/share/pipx/venvs/stridecue")
    assert folders.adding_extra("audio") == "pipx inject stridecue sounddevice"
    monkeypatch.setattr(sys, "prefix", "/home/ann/.local/share/uv/tools/stridecue")
    assert folders.adding_extra("tui").endswith("textual")
    assert "uv pip install --python" in folders.adding_extra("tui")
