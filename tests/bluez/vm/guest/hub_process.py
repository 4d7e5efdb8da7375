"""`stridecue run` as a process, seen as its user and an MQTT client see it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Callable
from pathlib import Path

from hub.client import HubClient, Received
from hub.link.connection import Server
from hub.messages.wire import SensorMessage

RECORDINGS = Path("/root/recordings")
CONFIGURATION = f"""\
[runner]
name = "vm"

[record]
folder = "{RECORDINGS}"
"""
STOP_WITHIN_S = 60.0


class HubProcess:
    """A running hub; `sensors` has the latest message about each sensor, by device id."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._configuration = Path("/root/hub.toml")
        self._configuration.write_text(CONFIGURATION, encoding="utf-8")
        self.sensors: dict[str, SensorMessage] = {}
        self.lines: list[str] = []
        self._say = say
        self._news = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []
        self.process: Process | None = None

    async def start(self) -> None:
        """Start the installed hub with the system's Bluetooth; its configuration sets only name and recordings."""
        command = ["stridecue", "run", "--headless", "--config", str(self._configuration)]
        self.process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=STDOUT)
        self._tasks = [asyncio.create_task(self._read(), name="hub's lines")]

    async def until(self, true: Callable[[], bool], within_s: float) -> float:
        """Wait until the condition is true; return the seconds it took. Raises TimeoutError."""
        loop = asyncio.get_running_loop()
        start_s = loop.time()
        async with asyncio.timeout(within_s), self._news:
            await self._news.wait_for(true)
        return loop.time() - start_s

    def streaming(self) -> set[str]:
        """Return the ids of the sensors that stream."""
        return {device for device, sensor in self.sensors.items() if sensor.state == "streaming"}

    @property
    def runs(self) -> bool:
        """Whether the process is running."""
        return self.process is not None and self.process.returncode is None

    def cpu_s(self) -> float:
        """Return the processor time used by the hub: utime and stime of proc_pid_stat(5)."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def end(self, how: signal.Signals) -> int:
        """End the process by SIGINT (Ctrl-C) or SIGKILL (a crash); return the exit code."""
        assert self.process is not None
        if self.runs:
            self.process.send_signal(how)
        async with asyncio.timeout(STOP_WITHIN_S):
            code = await self.process.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        return code

    async def _read(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        async for raw in self.process.stdout:
            line = raw.decode("utf-8", "replace").rstrip()
            self.lines.append(line)
            self._say(f"    hub: {line}")
            if (found := re.search(r"MQTT on \S*?:(\d+)", line)) is not None:
                self._tasks.append(asyncio.create_task(self._watch(int(found[1])), name="hub's messages"))
            async with self._news:
                self._news.notify_all()

    async def _watch(self, port: int) -> None:
        async for item in HubClient(Server(port=port), "vm").watch():
            if isinstance(item, Received) and isinstance(item.message, SensorMessage):
                self.sensors[item.message.device] = item.message
                async with self._news:
                    self._news.notify_all()
