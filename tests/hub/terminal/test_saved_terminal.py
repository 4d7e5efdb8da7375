"""The terminal after a dashboard: restored by the dashboard, or by the hub."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hub.terminal.terminal import SavedTerminal

LEAVE = b"\x1b[?1049l"


@pytest.mark.parametrize(("code", "left_for_it"), [(1, 0), (2, 0), (-9, 1), (-15, 1), (143, 1)])
def test_the_message_of_a_dashboard_that_failed_is_not_overwritten(
    code: int, left_for_it: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = tmp_path / "screen"
    with screen.open("w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        SavedTerminal().restore(code)
    shown = screen.read_bytes()
    assert shown.count(LEAVE) == left_for_it
    assert b"\x1b[?25h" in shown, "the cursor is seen again in any case"
