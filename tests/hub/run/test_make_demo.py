"""`make demo` restores the terminal even if the hub is killed: the shell would keep the settings it finds."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="no pseudo terminals here: what a killed hub leaves behind is NOT tested")
termios = pytest.importorskip("termios")
ROOT = Path(__file__).parents[3]
SPOILS_AND_DIES = "#!/bin/sh\nstty raw -echo\nkill -9 $$\n"


@pytest.mark.skipif(shutil.which("make") is None or shutil.which("stty") is None, reason="no make or stty here")
def test_a_killed_hub_leaves_a_terminal_with_echo(tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in (("python", "#!/bin/sh\n"), ("stridecue", SPOILS_AND_DIES)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    (tmp_path / ".use").touch()  # installed already
    screen, inner = pty.openpty()
    try:
        before = termios.tcgetattr(inner)
        done = subprocess.run(
            ["make", "demo", f"VENV={tmp_path}"], cwd=ROOT, stdin=inner, stdout=inner, stderr=inner, timeout=30
        )
        assert done.returncode != 0
        assert termios.tcgetattr(inner) == before
    finally:
        os.close(inner)
        os.close(screen)
