"""A second mosquitto for watchers beyond this machine, with a password and limited rights.

It is separate from the loopback broker so that flooding it does not delay the runner's own dashboard, and because pain
and what reveals it stay on the loopback broker. Never amqtt, which strangers can bring down (docs/mqtt.md).
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from hub.broker.mosquitto import Mosquitto, find_mosquitto, readable_by_the_broker
from hub.broker.serving import LOOPBACK, BrokerError, a_free_port, keep_serving
from hub.link.connection import MQTT_5, Server
from hub.messages.topics import COACH_KINDS, Topics

USER = "stridecue"
"""The user name of all watchers."""
ANSWERS = "stridecue-answers"
"""Root of the watchers' response topics, by client id."""
MAX_CONNECTIONS = 100
"""For watchers; the hub has a listener of its own."""
MAX_QUEUED_BYTES = 4_000_000
MEMORY_LIMIT_BYTES = 64_000_000
"""Limit that mosquitto enforces; 500 clients took 9 MB (`benchmarks.abuse_broker`)."""

_HUB = "hub"
_HASHER = "mosquitto_passwd"
_LIMITS = """\
max_connections {connections}
listener {own}
allow_anonymous false
password_file {passwords}
acl_file {rights}
max_queued_bytes {queued}
memory_limit {memory}"""


@dataclass(frozen=True, slots=True)
class Password:
    """The watchers' password; `fresh`: generated just now, so nobody knows it yet."""

    text: str
    file: Path
    fresh: bool


def watchers_password(file: Path) -> Password:
    """Read the password, or generate it the first time; raises OSError."""
    try:
        text = file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        text = ""
    if text:
        return Password(text, file, fresh=False)
    text = secrets.token_urlsafe(12)
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(f"{text}\n")
    return Password(text, file, fresh=True)


def lacking() -> str | None:
    """Return what this machine lacks for such a broker, and what to do; None: nothing."""
    missing = [name for name, path in (("mosquitto", find_mosquitto()), (_HASHER, _hasher())) if path is None]
    if not missing:
        return None
    return (
        f"only mosquitto may listen beyond this machine, and {' and '.join(missing)} cannot be found: "
        "sudo apt install mosquitto (macOS: brew install mosquitto)"
    )


def _hasher() -> str | None:
    return shutil.which(_HASHER)


class BeyondBroker:
    """Serves watchers on `host` from `start` to `stop`; `watch` is the task that restarts it when needed."""

    def __init__(self, host: str, port: int, runner: str, password: Password) -> None:
        self.host = host
        self.port = port
        self.password = password
        self.restarts = 0
        self._runner = runner
        self._serving: _Guarded | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs, else None."""
        return self._serving.pid if self._serving is not None else None

    async def start(self) -> Server:
        """Start serving; returns the address and login with which the hub publishes there. Raises BrokerError."""
        program, hasher = find_mosquitto(), _hasher()
        if program is None or hasher is None:
            raise BrokerError(lacking())
        own, own_port = secrets.token_urlsafe(24), a_free_port()
        self._serving = _Guarded(
            program, hasher, self.host, self._runner, {_HUB: own, USER: self.password.text}, own_port
        )
        await self._serving.start(self.port)
        return Server(LOOPBACK, own_port, _HUB, own, protocol=MQTT_5)

    async def watch(self) -> None:
        """Restart the broker on its port whenever it ends by itself; runs without end."""
        if self._serving is not None:
            await keep_serving(self._serving, self.port, self._restarted)

    async def stop(self) -> None:
        """Stop the broker."""
        if self._serving is not None:
            await self._serving.stop()

    def _restarted(self) -> None:
        self.restarts += 1


class _Guarded(Mosquitto):
    """Mosquitto with passwords, rights by user, and a listener for the hub whose connections watchers cannot use up."""

    def __init__(
        self, program: str, hasher: str, host: str, runner: str, passwords: dict[str, str], own_port: int
    ) -> None:
        super().__init__(program, host)
        self._hasher = hasher
        self._runner = runner
        self._passwords = passwords
        self._own_port = own_port

    async def _configure(self, folder: Path, port: int) -> int:
        passwords, rights = folder / "passwords", folder / "rights"
        passwords.touch(mode=0o600)
        passwords.write_text("".join(f"{user}:{text}\n" for user, text in self._passwords.items()), encoding="utf-8")
        await _hash(self._hasher, passwords)
        rights.write_text(_rights(self._runner), encoding="utf-8")
        for path in (passwords, rights):
            readable_by_the_broker(path)
        limits = _LIMITS.format(
            passwords=passwords,
            rights=rights,
            connections=MAX_CONNECTIONS,
            own=f"{self._own_port} {LOOPBACK}",
            queued=MAX_QUEUED_BYTES,
            memory=MEMORY_LIMIT_BYTES,
        )
        self._write(folder, port, limits)
        return self._own_port


def _rights(runner: str) -> str:
    """Return the access rules: watchers read a coach's topics and steps; they write orders, which only the hub reads.

    All watchers are one user, so answers to a pain report go by the client id (`%c`), which no two connected clients
    share.
    """
    topics = Topics(runner)
    read = [f"topic read {topics.root}/{kind}" for kind in (*COACH_KINDS, "step")]
    write = [f"topic write {topic}" for topic in (topics.command, topics.pain)]
    answers = f"pattern read {ANSWERS}/%c/#"
    return "\n".join([f"user {_HUB}", "topic readwrite #", "", f"user {USER}", *read, *write, "", answers, ""])


async def _hash(program: str, passwords: Path) -> None:
    """Replace the passwords in the file by hashes; on a command line other users of this machine could read them."""
    process = await asyncio.create_subprocess_exec(
        program, "-U", str(passwords), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    error = (await process.communicate())[1].decode("utf-8", "replace").strip()
    if process.returncode != 0:
        raise BrokerError(f"{_HASHER} failed: {error}")
