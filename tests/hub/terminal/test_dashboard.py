"""The dashboard child ends with the hub's pipe, and its exit code shows why."""

from __future__ import annotations

import asyncio
import stat
import sys
from pathlib import Path

import pytest

from hub.terminal.dashboard import Dashboard
from hub.terminal.terminal import SavedTerminal
from hub.terminal.tether import Tether
from tests.hub.programs import until

STAND_IN = """\
#!/bin/sh
# Stands for `python -m tui --port P --runner R --parent-fd N`: ends when the pipe does, or at once.
env > {said}.seen
echo "$@" > {said}
{then}
"""


def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: str) -> Path:
    program, said = tmp_path / "python", tmp_path / "said"
    program.write_text(STAND_IN.format(said=said, then=then))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(sys, "executable", str(program))
    return said


@pytest.mark.real_time
async def test_the_dashboard_ends_when_the_hub_closes_its_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = tmp_path / "alone"
    said = stand_in(tmp_path, monkeypatch, f'trap "" TERM; cat "/dev/fd/$8" > {alone}; exit 0')
    child = Dashboard("light", "Reported last time: 4 of 10, «Knie».")
    await child.start(1883, "ann")
    for _ in range(500):
        if said.exists() and said.read_text():
            break
        await asyncio.sleep(0.01)
    words = said.read_text().split()
    assert words[:7] == ["-m", "tui", "--port", "1883", "--runner", "ann", "--parent-fd"]
    assert words[8:] == ["--theme", "light"], "a command line can be read by everybody on the machine"
    assert "eported" not in said.with_name("said.seen").read_text(), "an environment can be read as long as it lives"
    async with asyncio.timeout(10):
        await child.stop()
    assert alone.read_text("utf-8") == "Reported last time: 4 of 10, «Knie»."


async def test_a_failed_start_leaves_no_pipe_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_command: str, **_how: object) -> None:
        raise ValueError("embedded null byte")

    cut: list[bool] = []
    monkeypatch.setattr(asyncio, "create_subprocess_exec", fails)
    monkeypatch.setattr(Tether, "cut", lambda _tether: cut.append(True))
    with pytest.raises(ValueError, match="null byte"):
        await Dashboard().start(1883, "ann")
    assert cut == [True]


@pytest.mark.real_time
@pytest.mark.parametrize(
    ("signals", "times"),
    [("", 0), ('trap "exit 1" TERM;', 1)],
    ids=["while it loads", "when it answers signals"],
)
async def test_the_terminal_is_not_restored_after_a_dashboard_that_has_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signals: str, times: int
) -> None:
    done: list[bool] = []
    monkeypatch.setattr(SavedTerminal, "restore", lambda _terminal, _code: done.append(True))
    said = stand_in(tmp_path, monkeypatch, f"{signals} while :; do sleep 0.05; done")
    child = Dashboard()
    await child.start(1883, "ann")
    await until(lambda: said.exists() and bool(said.read_text()))
    async with asyncio.timeout(10):
        await child.stop()
    assert len(done) == times


@pytest.mark.real_time
async def test_the_exit_code_distinguishes_quit_from_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for then, code in (("exit 0", 0), ("kill -9 $$", -9)):
        stand_in(tmp_path, monkeypatch, then)
        child = Dashboard()
        await child.start(1883, "ann")
        async with asyncio.timeout(10):
            assert await child.ended() == code
        await child.stop()
