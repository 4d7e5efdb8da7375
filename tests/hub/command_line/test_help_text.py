"""Help texts fit a small terminal, wrap between words, and show commands as they can be typed."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from drivers.virtual.sensor_kinds import SENSOR_KINDS
from hub.command_line import help_text
from hub.command_line.arguments import parser
from hub.command_line.help_text import wrapped
from hub.command_line.recording_arguments import IMPORT
from hub.command_line.sensor_arguments import SIM
from hub.commands.import_recording import WEARABLE

AS_CALLED = ".venv/bin/stridecue"


def subcommands() -> list[str]:
    """Return every command, as the error message for an unknown one lists them."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.suppress(SystemExit):
        parser().parse_args(["no-such-command"])
    return re.findall(r"\w+", said.getvalue().partition("choose from")[2].partition("\n")[0])


SUBCOMMANDS = subcommands()


@pytest.fixture(autouse=True)
def _called_from_a_clone_on_a_small_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(help_text, "program", lambda: AS_CALLED)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/home/ann/.config")  # no longer than a user's own


def test_the_top_help_lists_every_command_on_one_screen_with_an_example_of_watch() -> None:
    assert {"demo", "run", "watch"} <= set(SUBCOMMANDS)
    lines = parser().format_help().splitlines()
    assert len(lines) < 24  # leaves a line for the prompt
    assert any(line.startswith(f"  {AS_CALLED} watch ") for line in lines)
    assert any(line.startswith("    watch ") and "every runner who publishes on a broker" in line for line in lines)
    assert all(
        len(re.findall(rf"^    {name} +\S", parser().format_help(), flags=re.MULTILINE)) == 1 for name in SUBCOMMANDS
    )


PARTS = ["history export", "history erase", "profiles check", "sim start", "sim sensor", "sound try"]


@pytest.mark.parametrize("name", [*SUBCOMMANDS, *PARTS])
def test_only_a_command_to_be_copied_is_longer_than_the_terminal(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args([*name.split(), "--help"])
    text = capsys.readouterr().out
    assert text.startswith(f"usage: stridecue {name}")
    assert f"  {AS_CALLED} {name}" in text, "an example"
    assert all(len(line) < 80 or line.startswith(f"  {AS_CALLED} ") for line in text.splitlines())
    assert "  stridecue " not in text


def test_sensors_and_placements_in_the_help_are_those_that_are_accepted() -> None:
    assert f"sensors: {', '.join(SENSOR_KINDS)}\n" in SIM
    *first, last = WEARABLE
    assert f"states it: {', '.join(first)} or {last};" in " ".join(IMPORT.split())


def test_a_path_or_a_name_is_whole_in_the_help_of_an_option(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/home/ann-lena-maria/.config")
    with pytest.raises(SystemExit):
        parser().parse_args(["run", "--help"])
    text = capsys.readouterr().out
    assert "/home/ann-lena-maria/.config/stridecue/config.toml" in text
    assert " colour-blind" in text


def test_an_explanation_is_beside_its_command_if_there_is_room_else_below() -> None:
    text = "First words:\n\n  stridecue a       does this and\n                    that\n\nOne\nparagraph.\n"
    assert wrapped(text, 60, "stridecue") == [
        "First words:",
        "",
        "  stridecue a       does this and that",
        "",
        "One paragraph.",
    ]
    narrow = wrapped("  stridecue a --long words  does this and that and more", 36, "stridecue")
    assert narrow == ["  stridecue a --long words", "      does this and that and more"]


def test_messages_of_the_installation_fit_a_line() -> None:
    makefile = (Path(__file__).parents[3] / "Makefile").read_text(encoding="utf-8")
    said = re.findall(r'@echo "(Installing [^"]+)"', makefile)
    assert said
    assert all(len(line.replace("$(VENV)", ".venv")) < 80 for line in said)
