"""The log: readable by its owner only, and a full disk prints nothing on the terminal."""

from __future__ import annotations

import logging
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hub.log import LogFile

ROOT = Path(__file__).parents[2]
RECORD = logging.LogRecord("stridecue", logging.INFO, __file__, 1, "said", (), None)


@pytest.mark.skipif(sys.platform == "win32", reason="no modes there")
def test_the_log_is_readable_by_its_owner_only_also_an_old_and_a_rotated_one(tmp_path: Path) -> None:
    path = tmp_path / "hub.log"
    path.write_text("of an earlier version\n")
    path.chmod(0o644)
    log = LogFile(path, maxBytes=30, backupCount=1, encoding="utf-8")
    for _ in range(3):
        log.emit(RECORD)
    log.close()
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    assert modes == {"hub.log": 0o600, "hub.log.1": 0o600}


@pytest.mark.skipif(sys.platform == "win32", reason="an open file is not moved there")
def test_a_process_continues_in_the_new_file_after_another_rotated_it(tmp_path: Path) -> None:
    path = tmp_path / "hub.log"
    hub, page = (LogFile(path, maxBytes=1000, backupCount=3, encoding="utf-8") for _ in range(2))
    page.emit(RECORD)
    hub.doRollover()
    page.emit(RECORD)
    for log in (hub, page):
        log.close()
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {"hub.log": "said\n", "hub.log.1": "said\n"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full to stand for a full disk")
def test_a_full_disk_under_the_log_prints_nothing_on_the_terminal() -> None:
    full = "import logging; from hub.log import log_to_file; log_to_file(); log = logging.getLogger('stridecue'); "
    full += "file = logging.root.handlers[0]; file.setStream(open('/dev/full', 'w')); file.baseFilename = '/dev/full'; "
    full += "log.error('one'); log.error('two')"
    done = subprocess.run([sys.executable, "-c", full], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""
