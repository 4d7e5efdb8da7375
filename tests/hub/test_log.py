"""The log: nobody else reads it, and a full disk under it is no news for the terminal."""

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
def test_the_log_is_for_this_user_only_also_one_of_before_and_the_next(tmp_path: Path):
    path = tmp_path / "hub.log"
    path.write_text("of an earlier version\n")
    path.chmod(0o644)
    log = LogFile(path, maxBytes=30, backupCount=1, encoding="utf-8")
    for _ in range(3):
        log.emit(RECORD)
    log.close()
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    assert modes == {"hub.log": 0o600, "hub.log.1": 0o600}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full to stand for a full disk")
def test_a_full_disk_under_the_log_says_nothing_on_the_terminal():
    full = "import logging; from hub.log import log_to_file; log_to_file(); log = logging.getLogger('stridecue'); "
    full += "logging.root.handlers[0].setStream(open('/dev/full', 'w')); log.error('one'); log.error('two')"
    done = subprocess.run([sys.executable, "-c", full], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""
