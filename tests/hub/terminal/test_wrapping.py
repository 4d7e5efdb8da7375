"""Wrapping lines that are wider than the terminal."""

from __future__ import annotations

from io import StringIO

import pytest

from hub.terminal.terminal import echo_rows
from hub.terminal.wrapping import wrap_words

BUSY = "mosquitto (/usr/sbin/mosquitto) will serve on loopback; port 1883 is busy, the next free one will be used"


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _of_eighty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_a_terminal_gets_lines_wrapped_between_words() -> None:
    lines = wrap_words(BUSY, Terminal(), "ok    broker     ").split("\n")
    assert all(len(line) <= 80 for line in lines)
    assert lines[0].startswith("ok    broker     mosquitto")
    assert lines[1].startswith(" " * 17)
    assert " ".join(" ".join(lines).split()) == f"ok broker {BUSY}"


def test_a_file_gets_lines_unchanged() -> None:
    assert wrap_words(BUSY, StringIO(), "ok  ") == f"ok  {BUSY}"


def test_rows_for_eighty_columns_are_wrapped_again_on_a_narrower_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out = Terminal()
    echo_rows("  steps      12 in 3 min\n  cadence    170.1 steps/min (earlier runs 169.8)", out, 13)
    assert out.getvalue() == (
        "  steps      12 in 3 min\n  cadence    170.1 steps/min (earlier\n             runs 169.8)\n"
    )


def test_columns_empty_lines_and_commands_to_be_copied_are_unchanged() -> None:
    path = "/home/ann/" + "x" * 90
    said = f"a   b\n\n  2  3\nsee {path}"
    assert wrap_words(said, Terminal()) == f"a   b\n\n  2  3\nsee\n{path}"
    row = f"{'2025-03-01 07:30':<17} {'-':<50} 4/10 left outer knee"
    assert wrap_words(row, Terminal(), below=" " * 18) == f"{row.rsplit(' ', 2)[0]}\n{' ' * 18}outer knee"
