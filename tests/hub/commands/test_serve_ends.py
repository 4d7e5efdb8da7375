"""`stridecue watch --serve` as a process: however it ends, its server ends with it, quietly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.page.address import LOOPBACK
from hub.page.door import check_free
from hub.terminal.tied_child import ASKED_TO_END
from tests.hub.programs import a_port, until_free

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")
PATIENCE_S = 30.0


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`watch --serve` once it is ready, and its port."""
    port = a_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "hub.cli", "watch", "--port", "1", "--serve", f"{LOOPBACK}:{port}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"XDG_STATE_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
    )
    try:
        assert process.stdout is not None
        while (line := process.stdout.readline()) != "ready\n":
            assert line, "it ended before it was ready"
        yield process, port
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, ASKED_TO_END), (signal.SIGHUP, ASKED_TO_END), (signal.SIGINT, 0)]
)
def test_it_ends_quietly_on_a_signal(number: signal.Signals, code: int, tmp_path: Path) -> None:
    with serving(tmp_path) as (process, port):
        process.send_signal(number)
        said, _ = process.communicate(timeout=PATIENCE_S)
        assert said == ""
        assert process.returncode == code
        check_free(LOOPBACK, port)


def test_when_killed_it_leaves_no_server_behind(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, port):
        process.kill()
        until_free(port)
