"""A private D-Bus daemon for a test, and virtual time that waits for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.virtual_time import VirtualTimeLoop

CONFIGURATION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>{address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="false"/> <allow own="*"/> <allow user="*"/> <allow receive_sender="*"/>
  </policy>
</busconfig>
"""
ASLEEP = "S"
"""State of a sleeping process in /proc/PID/stat, see proc_pid_stat(5)."""


class BusTimeLoop(VirtualTimeLoop):
    """Virtual time with a D-Bus daemon: time advances only while the daemon sleeps.

    A write to its socket makes it runnable before the write returns, and it sleeps again only when it has read and
    sent on everything. So when it sleeps and nothing waits on our side, nothing is on its way.
    """

    daemon: subprocess.Popen[str] | None = None

    def others_work(self) -> bool:
        """Return whether the daemon may still send something."""
        return self.daemon is not None and self.daemon.poll() is None and _state(self.daemon.pid) != ASLEEP


def _state(pid: int) -> str:
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    return stat.rpartition(")")[2].split()[0]


def dbus_daemon() -> str:
    """Find the program; without it the test is skipped, under CI=true it fails."""
    program = shutil.which("dbus-daemon")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have dbus-daemon (package dbus)")
        pytest.skip("dbus-daemon is not installed: the BlueZ backend is NOT tested here")
    return program


class PrivateBus:
    """One daemon at one address; it can be killed and started again. `folder` is for its socket."""

    def __init__(self, folder: Path, loop: BusTimeLoop) -> None:
        self.address = f"unix:path={folder / 'bus'}"
        self._configuration = folder / "bus.conf"
        self._configuration.write_text(CONFIGURATION.format(address=self.address), encoding="ascii")
        self._loop = loop

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self._daemon = subprocess.Popen(
            [dbus_daemon(), f"--config-file={self._configuration}", "--nofork", "--print-address=1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._daemon.stdout is not None
        assert self._daemon.stdout.readline().strip(), "dbus-daemon did not start"
        self._loop.daemon = self._daemon

    def kill(self) -> None:
        """Kill it, which closes every connection to it."""
        assert self._daemon.stdout is not None
        self._daemon.kill()
        self._daemon.wait()
        self._daemon.stdout.close()


@contextmanager
def private_bus(loop: BusTimeLoop) -> Iterator[PrivateBus]:
    """Run a daemon inside."""
    with tempfile.TemporaryDirectory(prefix="stridecue-bus-") as folder:
        bus = PrivateBus(Path(folder), loop)
        bus.start()
        try:
            yield bus
        finally:
            bus.kill()
