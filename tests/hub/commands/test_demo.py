"""`stridecue demo`: its earlier runs, cut short and where nothing can be written, and how to watch it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.command_line.arguments import parse
from hub.commands import demo
from hub.commands.demo import RUNNER, _history
from hub.history.store import History
from hub.settings.folders import demo_folder


def test_earlier_runs_cut_short_by_ctrl_c_are_completed() -> None:
    whole = _history()
    history = History(demo_folder() / "history.sqlite")
    first = history.newest(RUNNER)[0]
    history.erase(RUNNER)
    history.add(first)
    assert _history() == whole
    assert len(history.newest(RUNNER)) == 5


def test_the_earlier_runs_are_the_same_where_nothing_can_be_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = _history()
    assert len(History(demo_folder() / "history.sqlite").newest(RUNNER)) == len(stored) == 5
    (tmp_path / "no folder").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "no folder"))
    assert _history() == stored


class _NotRunError(Exception):
    """Raised instead of running the demo."""


@pytest.mark.parametrize(
    ("words", "found", "said"),
    [
        ([], (1883, frozenset()), None),
        (["--mqtt-port", "1999"], (1999, frozenset()), None),
        (
            [],
            (1884, frozenset()),
            "Port 1883 is taken by another program; `stridecue watch --port 1884` shows this demo.",
        ),
        (
            [],
            (1883, frozenset({"demo"})),
            "Joins the demo on port 1883 as demo-2; `stridecue watch` shows all of them.",
        ),
    ],
)
def test_how_to_watch_is_said_where_it_is_not_the_usual_port(
    words: list[str],
    found: tuple[int, frozenset[str]],
    said: str | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def find(_first_port: int) -> tuple[int, frozenset[str]]:
        return found

    def not_run(*_arguments: object) -> None:
        raise _NotRunError

    monkeypatch.setattr(demo, "find_demos", find)
    monkeypatch.setattr(demo, "carry_out", not_run)
    monkeypatch.setattr(demo, "program", lambda: "stridecue")
    with pytest.raises(_NotRunError):
        demo.run(parse(["demo", *words]))
    after = capsys.readouterr().out.removeprefix(f"{demo.introduction()}\n")
    assert after == "" if said is None else after.startswith(said)
