"""A second mosquitto for watchers beyond this machine: with a password, fewer rights, and apart from the loopback one.

Apart, because whoever floods it must not hold up the runner's own dashboard, and because pain and what tells of it stay
on the loopback broker. Never on amqtt, which strangers can bring down (docs/mqtt.md).
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
"""Who watchers log in as."""
ANSWERS = "stridecue-answers"
"""Under it a watcher's own response topics, by client id."""
MAX_CONNECTIONS = 100
"""Of watchers; the hub has a listener of its own."""
MAX_QUEUED_BYTES = 4_000_000
MEMORY_LIMIT_BYTES = 64_000_000
"""Mosquitto refuses what goes beyond; 500 clients took 9 MB (`benchmarks.abuse_broker`)."""

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
    """What watchers log in with; `fresh`: made just now, so nobody knows it yet."""

    text: str
    file: Path
    fresh: bool


def watchers_password(file: Path) -> Password:
    """Read the password, or make one, once; raises OSError."""
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
    """Say what this machine lacks for such a broker, and what to do; None: nothing."""
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
    """Serves watchers on `host` from `start` to `stop`; `watch` is the task that keeps it serving."""

    def __init__(self, host: str, port: int, runner: str, password: Password) -> None:
        self.host = host
        self.port = port
        self.password = password
        self.restarts = 0
        self._runner = runner
        self._serving: _Guarded | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._serving.pid if self._serving is not None else None

    async def start(self) -> Server:
        """Serve; gives where and as whom the hub publishes there. Raises BrokerError."""
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
        """Start the broker again, on its port, whenever it ends by itself; for ever."""
        if self._serving is not None:
            await keep_serving(self._serving, self.port, self._restarted)

    async def stop(self) -> None:
        """End the broker."""
        if self._serving is not None:
            await self._serving.stop()

    def _restarted(self) -> None:
        self.restarts += 1


class _Guarded(Mosquitto):
    """Mosquitto with a password for everybody, rights by user, and a way in for the hub that watchers cannot fill."""

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
    """Watchers read what a coach is shown, and steps; they write orders and pain, which nobody but the hub reads.

    All of them are one user, so what answers one's report of pain goes by the client's id (`%c`), which others who
    log in do not have at the same time.
    """
    topics = Topics(runner)
    read = [f"topic read {topics.root}/{kind}" for kind in (*COACH_KINDS, "step")]
    write = [f"topic write {topic}" for topic in (topics.command, topics.pain)]
    answers = f"pattern read {ANSWERS}/%c/#"
    return "\n".join([f"user {_HUB}", "topic readwrite #", "", f"user {USER}", *read, *write, "", answers, ""])


async def _hash(program: str, passwords: Path) -> None:
    """Replace passwords by their hashes, in place: on a command line others of this machine could read them."""
    process = await asyncio.create_subprocess_exec(
        program, "-U", str(passwords), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    said = (await process.communicate())[1].decode("utf-8", "replace").strip()
    if process.returncode != 0:
        raise BrokerError(f"{_HASHER} failed: {said}")
