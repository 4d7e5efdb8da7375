"""A Ctrl-C while a child is importing neither kills it half-way nor is lost."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from hub.terminal.interrupts import interrupts_blocked

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals cannot wait there")

LOADS = """\
import os, signal
os.kill(os.getpid(), signal.SIGINT)
print("loaded", flush=True)
from hub.terminal.interrupts import unblock_interrupts
signal.signal(signal.SIGINT, lambda *_: print("heard", flush=True))
unblock_interrupts()
"""


def test_a_child_gets_the_interrupt_once_it_can_handle_it() -> None:
    with interrupts_blocked():
        child = subprocess.Popen([sys.executable, "-c", LOADS], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said, _ = child.communicate(timeout=30)
    assert said.split() == [b"loaded", b"heard"]
    assert child.returncode == 0


def test_our_own_interrupt_is_not_lost() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    with pytest.raises(KeyboardInterrupt), interrupts_blocked():
        signal.raise_signal(signal.SIGINT)
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
