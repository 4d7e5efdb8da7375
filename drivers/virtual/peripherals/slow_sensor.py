"""A sensor that sends one value at a fixed slow rate: pods, straps and treadmills."""

from __future__ import annotations

import math
from abc import abstractmethod

from bumble.gatt import Characteristic

from drivers.virtual.peripherals.sensor import VirtualSensor


class SlowSensor(VirtualSensor):
    """Notifies `measurement` every `period_s`, at multiples of it in the runner's time, whenever it was booted."""

    period_s: float = 1.0
    measurement: Characteristic[bytes]

    @abstractmethod
    def value(self, t_s: float) -> bytes:
        """Encode the measurement at runner time `t_s`."""

    async def run(self) -> None:
        """Notify until cancelled."""
        tick = math.floor(self.runner_time_s() / self.period_s)
        while True:
            tick += 1
            await self.until(tick * self.period_s)
            for connection in self.subscribers(self.measurement):
                await self.notify(connection, self.measurement, self.value(tick * self.period_s))
