"""The virtual radio in one process: a runner's sensors, the virtual air, and an adapter for the real drivers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from bumble.transport.common import Transport

from drivers.radio.bumble import BumbleProvider
from drivers.radio.facade import MAX_CONNECTIONS, Radio
from drivers.virtual.connection import Conditions
from drivers.virtual.controller import SimController
from drivers.virtual.link import SimLink
from drivers.virtual.peripherals.sensor import MTU, VirtualSensor
from drivers.virtual.runner import VirtualRunner
from drivers.virtual.sensor_kinds import DEFAULT_FIVE, SENSOR_KINDS, SensorKind

HUB_ADDRESS = "F0:5C:FF:FF:00:00"
INTERVAL_MS = 15.0
TIMEOUT_MS = 720.0
"""Between the kernel's default of 420 ms and the 4 s that sensors request."""


class VirtualLab:
    """Virtual sensors and a `radio` for the supervisor, as an async context manager; other methods inject faults.

    runner   the runner wearing the sensors; entering the context is its time 0
    sensors  keys of `kinds`
    kinds    the available kinds of sensors
    mtu      ATT MTU offered by sensors switched on from now on
    provider the radio's adapter, once entered
    """

    def __init__(
        self,
        runner: VirtualRunner,
        sensors: Sequence[str] = DEFAULT_FIVE,
        *,
        conditions: Conditions | None = None,
        max_connections: int = MAX_CONNECTIONS,
        mtu: int = MTU,
        kinds: Mapping[str, SensorKind] = SENSOR_KINDS,
    ) -> None:
        self.runner = runner
        self.conditions = conditions or Conditions(interval_ms=INTERVAL_MS, timeout_ms=TIMEOUT_MS)
        self.sensors: dict[str, VirtualSensor] = {}
        self.epoch_s = 0.0
        self._worn = tuple(sensors)
        self._kinds = kinds
        self._max_connections = max_connections
        self.mtu = mtu
        self._measuring: dict[str, asyncio.Task[None]] = {}
        self._ending: list[asyncio.Task[None]] = []
        self._controllers: dict[str, SimController] = {}
        self._adapter: SimController | None = None
        self._plugged = True

    async def __aenter__(self) -> Self:
        self.link = SimLink(self.conditions, seed=self.runner.params.seed)
        self.provider = BumbleProvider("virtual", self._open_adapter, HUB_ADDRESS)
        self.radio = Radio(self.provider, max_connections=self._max_connections)
        self.epoch_s = asyncio.get_running_loop().time()
        for kind in self._worn:
            await self.switch_on(kind)
        await self.radio.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.radio.stop()
        for sensor in list(self.sensors):
            self.kill(sensor)
        self.link.close()
        ended = await asyncio.gather(*self._ending, return_exceptions=True)
        for result in ended:
            if isinstance(result, Exception) and error is None:
                raise result

    async def switch_on(self, kind: str) -> VirtualSensor:
        """Boot a sensor: its counters start at 0 and it advertises; the runner's motion continues."""
        controller = self._controllers[kind] = SimController(kind, self.link)
        what = self._kinds[kind]
        identity = what.identity(self.runner.params.seed, self.mtu)
        sensor = self.sensors[kind] = what.build(identity, self.runner, self.epoch_s, controller, controller)
        await sensor.power_on()
        self._measuring[kind] = asyncio.create_task(sensor.run(), name=f"virtual {kind}")
        return sensor

    def kill(self, kind: str) -> None:
        """Cut a sensor's power: it falls silent at once, without disconnecting."""
        if kind in self._measuring:
            self.halt(kind)
        del self.sensors[kind]
        self.link.remove_controller(self._controllers.pop(kind))

    def halt(self, kind: str) -> None:
        """Stop a sensor's measurement; its link stays up, and queued notifications still arrive."""
        measuring = self._measuring.pop(kind)
        measuring.cancel()
        self._ending.append(measuring)

    def conditions_of(self, kind: str) -> Conditions:
        """Return the radio conditions of one sensor, whose fields may be changed at any time."""
        return self.link.conditions_of(self.sensors[kind].identity.address)

    def unplug_adapter(self) -> None:
        """Unplug the hub's adapter."""
        self._plugged = False
        if (adapter := self._adapter) is not None:
            self._adapter = None
            self.link.remove_controller(adapter)
            adapter.terminated.set_result(None)

    def plug_adapter(self) -> None:
        """Plug the adapter in again; the radio finds it at its next attempt."""
        self._plugged = True

    async def _open_adapter(self) -> Transport:
        if not self._plugged:
            raise ConnectionRefusedError("the virtual adapter is unplugged")
        if self._adapter is not None:
            self.link.remove_controller(self._adapter)
        adapter = self._adapter = SimController("hub", self.link)
        return Transport(adapter, adapter)
