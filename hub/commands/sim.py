"""`stridecue sim`: virtual sensors as separate processes, so that one can be killed and restarted."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from argparse import Namespace
from asyncio.subprocess import Process
from collections.abc import Sequence

from drivers.errors import AdapterDownError
from drivers.virtual.air import serve_air
from drivers.virtual.params import RunnerParams
from drivers.virtual.peripherals.imu import Imu
from drivers.virtual.peripherals.sensor import VirtualSensor
from drivers.virtual.process import run_sensor
from drivers.virtual.sensor_kinds import DEFAULT_FIVE, SENSOR_KINDS
from hub.settings.config import ConfigError
from hub.settings.folders import program
from hub.settings.nearest import nearest
from hub.stop import Stop, stopping_on_signals

CHILD_STOP_S = 3.0


def run(options: Namespace) -> int:
    """Run the virtual air, a sensor, or both; raises DriverError, ConfigError and OSError."""
    parts = {"start": _start, "air": _air, "sensor": _sensor}
    asyncio.run(parts[options.part](options))
    return 0


async def _air(options: Namespace) -> None:
    stop = Stop()
    with stopping_on_signals(stop):
        async with serve_air(options.port, seed=options.seed) as port:
            _say_air(port)
            await stop.wait()


async def _sensor(options: Namespace) -> None:
    _check([options.kind])
    stop = Stop()
    with stopping_on_signals(stop):
        began: list[str] = []

        def announce(sensor: VirtualSensor) -> None:
            name = sensor.identity.name
            began.append(name)
            shake = ""
            if isinstance(sensor, Imu) and sys.platform != "win32":
                asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, sensor.shake)
                shake = f"\n  shake it: kill -USR1 {os.getpid()}"
            # In one write: other sensors print to the same terminal.
            print(f"{options.kind}: pid {os.getpid()}, advertises as {name}{shake}\n", end="", flush=True)

        try:
            await run_sensor(
                options.kind,
                options.air_port,
                stop.event,
                params=RunnerParams(seed=options.seed, standing_s=options.standing),
                epoch_s=options.epoch,
                on_ready=announce,
            )
        except AdapterDownError as error:
            port = options.air_port
            if began:
                raise AdapterDownError(f"no air on port {port} any more: start it again, then this sensor") from error
            raise AdapterDownError(
                f"no virtual air on 127.0.0.1:{port}: start it with `stridecue sim air --port {port}`, or "
                f"together with sensors: `stridecue sim start --port {port}`"
            ) from error


async def _start(options: Namespace) -> None:
    """Serve the air here and each sensor in a child process; print how to restart one that was killed."""
    kinds = options.sensors or DEFAULT_FIVE
    _check(kinds)
    stop = Stop()
    # The runner's time 0 on the monotonic clock, which all processes of this machine share.
    epoch_s = round(asyncio.get_running_loop().time(), 3)
    with stopping_on_signals(stop):
        async with serve_air(options.port, seed=options.seed) as port:
            _say_air(port)
            commands = {
                kind: [
                    "sim",
                    "sensor",
                    kind,
                    "--air-port",
                    str(port),
                    "--seed",
                    str(options.seed),
                    "--epoch",
                    str(epoch_s),
                    "--standing",
                    str(options.standing),
                ]
                for kind in kinds
            }
            children = {kind: await _spawn(command) for kind, command in commands.items()}
            ends = {
                asyncio.create_task(_report_end(kind, child, commands[kind], stop), name=f"sensor {kind}")
                for kind, child in children.items()
            }
            await stop.wait()
            for child in children.values():
                with contextlib.suppress(ProcessLookupError):
                    child.terminate()
            await asyncio.wait(ends, timeout=CHILD_STOP_S)
            for child in children.values():
                if child.returncode is None:
                    child.kill()
            await asyncio.wait(ends)


async def _spawn(command: Sequence[str]) -> Process:
    # In a session of its own: Ctrl-C is for the parent, which stops its children in order.
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "hub.cli", *command, start_new_session=True)


async def _report_end(kind: str, child: Process, command: Sequence[str], stop: Stop) -> None:
    code = await child.wait()
    if not stop.asked:
        again = f"{program()} {' '.join(command)}"
        print(f"{kind}: pid {child.pid} has ended (code {code}); restart it with:\n  {again}", flush=True)


def _say_air(port: int) -> None:
    # A command to be copied is a line of its own, never wrapped.
    command = f"{program()} run --radio bumble:tcp-client:127.0.0.1:{port}"
    print(f"air: pid {os.getpid()}; start a run in another terminal with:\n  {command}", flush=True)


def _check(kinds: Sequence[str]) -> None:
    for kind in kinds:
        if kind not in SENSOR_KINDS:
            raise ConfigError(f"no virtual sensor {kind!r}: {nearest(kind, list(SENSOR_KINDS))}")
