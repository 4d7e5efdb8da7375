"""Run a virtual sensor as a separate process, so that it can be killed and restarted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from bumble.transport import open_transport

from drivers.errors import RadioError
from drivers.radio.failure import translated
from drivers.virtual.air import HOST, epoch_from
from drivers.virtual.peripherals.sensor import MTU, VirtualSensor
from drivers.virtual.runner import RunnerParams, VirtualRunner
from drivers.virtual.sensor_kinds import SENSOR_KINDS


async def run_sensor(
    kind: str,
    air_port: int,
    stop: asyncio.Event,
    *,
    params: RunnerParams | None = None,
    epoch_s: float | None = None,
    mtu: int = MTU,
    on_ready: Callable[[VirtualSensor], None] | None = None,
) -> None:
    """Advertise and measure until `stop` is set or the virtual air is gone.

    kind      a key of SENSOR_KINDS
    params    the runner's parameters; the same in every process of one runner
    epoch_s   `time.monotonic()` (system-wide, the loop's time) at the runner's time 0; the same in every process, so
              that all sensors, including rebooted ones, measure the same gait. None: the start of the virtual air
    on_ready  called once the sensor advertises

    Raises ValueError for an unknown kind, AdapterDownError if there is no air on the port, RadioError if it goes away.
    """
    if kind not in SENSOR_KINDS:
        raise ValueError(f"no virtual sensor {kind!r}: choose one of {', '.join(SENSOR_KINDS)}")
    runner = VirtualRunner(params)
    what = SENSOR_KINDS[kind]
    with translated(f"{kind}: no air on port {air_port}, start `stridecue sim` first", adapter=True):
        transport = await open_transport(f"tcp-client:{HOST}:{air_port}")
    async with transport:
        identity = what.identity(runner.params.seed, mtu)
        now_s = asyncio.get_running_loop().time()
        sensor = what.build(identity, runner, now_s if epoch_s is None else epoch_s, transport.source, transport.sink)
        await sensor.power_on()
        if epoch_s is None and (began_s := await epoch_from(sensor.device)) is not None:
            sensor.epoch_s = began_s
        if on_ready is not None:
            on_ready(sensor)
        stopping = asyncio.ensure_future(stop.wait())
        measuring = asyncio.ensure_future(sensor.run())
        ends: set[asyncio.Future[Any]] = {stopping, measuring, transport.source.terminated}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if measuring.done():
                measuring.result()
            if transport.source.terminated.done():
                raise RadioError(f"{kind}: the air on port {air_port} is gone")
            await sensor.power_off()
        finally:
            for task in (stopping, measuring):
                task.cancel()
            await asyncio.gather(stopping, measuring, return_exceptions=True)
