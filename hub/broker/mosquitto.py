"""mosquitto as a child process with our own configuration; used when the program is installed."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import shutil
import sys
import tempfile
from pathlib import Path

from hub.broker.serving import LOOPBACK, MAX_PACKET_BYTES, BrokerError, PortBusyError, a_free_port, port_is_free
from hub.link.connection import MQTT_5
from hub.terminal.ending import end_process

START_TIMEOUT_S = 5.0
STOP_TIMEOUT_S = 2.0
_POLL_S = 0.01
_SBIN = "/usr/local/sbin:/usr/sbin:/opt/homebrew/sbin"
_NOBODY = "65534"
_FILE = "mosquitto.conf"
_PREFIX = "stridecue-broker-"

_CONFIGURATION = """\
# Written by stridecue for this run only.
listener {port} {host}
{who_may}
set_tcp_nodelay true
max_packet_size {max_packet}
max_queued_messages 1000
persistence false
log_dest stderr
log_type error
log_type warning
"""
_ANYBODY_HERE = """\
# Loopback, so nobody else can connect and nobody needs a password.
allow_anonymous true
# Lets the hub verify that this broker serves, not another program's at that port.
listener {own}"""
_CONNECT = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00"
"""CONNECT (MQTT 3.1.1, 3.1): empty client id, clean session, keep-alive of 60 s."""
_CONNACK = b"\x20"


def find_mosquitto() -> str | None:
    """Return the path of the program, searching also Debian's location outside PATH; None if not installed."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path=_SBIN)


class Mosquitto:
    """mosquitto as a broker; see `serving.Serving`. On loopback without passwords, unless a subclass changes that."""

    kind = "mosquitto"
    protocol = MQTT_5
    is_own = True

    def __init__(self, program: str, host: str = LOOPBACK) -> None:
        self._program = program
        self._host = host
        self._process: asyncio.subprocess.Process | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs, else None."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self, port: int) -> None:
        """Start listening; raises PortBusyError or BrokerError."""
        await self.stop()
        try:
            if not port_is_free(port, self._host):
                raise PortBusyError(f"port {port} is busy")
        except OSError as error:
            raise BrokerError(f"{self._host} is not an address of this machine ({error})") from error
        self._folder = _private_folder()
        folder = Path(self._folder.name)
        own_port = await self._configure(folder, port)
        log = folder / "mosquitto.log"
        with log.open("wb") as stderr:
            self._process = await asyncio.create_subprocess_exec(
                *_dies_with_us(),
                self._program,
                "-c",
                str(folder / _FILE),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                start_new_session=True,  # no Ctrl-C for it: it must outlive the sinks that drain into it
            )
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                await _until_it_serves(self._process, own_port)
        except (TimeoutError, BrokerError):
            lines = log.read_text("utf-8", "replace").strip().splitlines()
            await self.stop()
            reason = lines[-1] if lines else "no message"
            if "Address already in use" in reason:
                raise PortBusyError(f"port {port} is busy") from None
            raise BrokerError(f"{self._program} did not start: {reason}") from None

    async def _configure(self, folder: Path, port: int) -> int:
        """Write the configuration; returns a second port, on loopback, that only we know. Raises BrokerError."""
        own_port = a_free_port()
        self._write(folder, port, _ANYBODY_HERE.format(own=f"{own_port} {LOOPBACK}"))
        return own_port

    def _write(self, folder: Path, port: int, who_may: str) -> None:
        text = _CONFIGURATION.format(port=port, host=self._host, who_may=who_may, max_packet=MAX_PACKET_BYTES)
        (folder / _FILE).write_text(text, encoding="utf-8")

    async def ended(self) -> str:
        """Wait until it ends by itself; returns the reason."""
        if self._process is None:
            return "not started"
        return f"mosquitto ended with code {await self._process.wait()}"

    async def stop(self) -> None:
        """Stop it, by force after STOP_TIMEOUT_S."""
        process, self._process = self._process, None
        if process is not None:
            await end_process(process, STOP_TIMEOUT_S)
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def _private_folder() -> tempfile.TemporaryDirectory[str]:
    remove_left_folders()
    folder = tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-")
    Path(folder.name).chmod(0o755)  # mosquitto may run as a different user
    return folder


def reached_at(host: str) -> str:
    """Return the address at which this machine reaches a broker that listens on `host`."""
    address = ipaddress.ip_address(host)
    if not address.is_unspecified:
        return host
    return LOOPBACK if address.version == 4 else "::1"


def readable_by_the_broker(path: Path) -> None:
    """Make a file accessible only to the user that mosquitto runs as."""
    path.chmod(0o600)
    if sys.platform != "win32" and os.geteuid() == 0:
        os.chown(path, int(_NOBODY), int(_NOBODY))


def remove_left_folders() -> None:
    """Remove the folders that killed hubs left behind, whose process ids are in the names. Never raises."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        owner = path.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdecimal() and not _is_running(int(owner)):
            shutil.rmtree(path, ignore_errors=True)


def _is_running(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # signal 0 would terminate it there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass  # it exists but is not ours
    return True


async def _until_it_serves(process: asyncio.subprocess.Process, port: int) -> None:
    """Wait until the child itself answers at `port`, which nobody else knows; raises BrokerError when it ends.

    An answer at the clients' port proves nothing, as another broker may have taken it between our check and the child's
    `bind`. mosquitto answers on no listener before it has bound all of them.
    """
    while True:
        if process.returncode is not None:
            raise BrokerError("ended at once")
        try:
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
        except OSError:
            await asyncio.sleep(_POLL_S)
            continue
        try:
            writer.write(_CONNECT)
            if (await reader.read(1)) == _CONNACK:  # whether or not it accepts the login
                return
        except OSError:
            await asyncio.sleep(_POLL_S)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def _dies_with_us() -> list[str]:
    """Return a command prefix that ends the child when the hub is killed, on Linux; elsewhere it is left running."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return []
    # As root, mosquitto would change its user itself, which clears the death signal.
    user = ["--reuid", _NOBODY, "--regid", _NOBODY, "--clear-groups"] if os.geteuid() == 0 else []
    return [setpriv, *user, "--pdeathsig", "TERM"]
