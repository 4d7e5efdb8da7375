"""Test environment: a runner's virtual sensors, a fake bluetoothd on a private bus, and the hub's Linux radio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from bleak.backends.bluezdbus.version import BlueZFeatures

from drivers.radio.facade import Radio
from drivers.radio.platform import PlatformProvider
from drivers.virtual.lab import VirtualLab
from drivers.virtual.runner import VirtualRunner
from tests.bluez.fake.bluetoothd import Bluetoothd
from tests.bluez.fake.failure import Faults
from tests.bluez.fake.kernel import Kernel
from tests.bluez.private_bus import BusTimeLoop, PrivateBus, private_bus


class BluezTestbed:
    """The test environment: `lab` has the sensors and injects their faults, `bluez` is the running daemon."""

    def __init__(self, lab: VirtualLab, bus: PrivateBus) -> None:
        self.lab = lab
        self.bus = bus
        self.faults = Faults()
        self.kernel = Kernel(lab.link)
        self.bluez: Bluetoothd | None = None

    async def start_bluez(self) -> Bluetoothd:
        """Start the daemon, also after it ended."""
        self.bluez = Bluetoothd(self.bus.address, self.kernel, self.faults)
        await self.bluez.start()
        return self.bluez

    async def kill_bluez(self) -> None:
        """End the daemon as by SIGKILL."""
        bluez, self.bluez = self.bluez, None
        assert bluez is not None
        await bluez.kill()

    async def terminate_bluez(self) -> None:
        """End the daemon as by SIGTERM."""
        bluez, self.bluez = self.bluez, None
        assert bluez is not None
        await bluez.terminate()

    async def connections(self) -> int:
        """Count the connections to the bus."""
        assert self.bluez is not None
        return len([name for name in await self.bluez.names() if name.startswith(":")])

    def radio(self) -> Radio:
        """Build the radio of `stridecue run` on Linux."""
        return Radio(PlatformProvider())

    def address(self, kind: str) -> str:
        """Return the address of a sensor that is switched on."""
        return self.lab.sensors[kind].identity.address


@asynccontextmanager
async def testbed_with_bluez(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BluezTestbed]:
    """Provide an environment without sensors; add them by `testbed.lab.switch_on`."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, BusTimeLoop)
    with loop.real_io():  # it runs a program, once, which would seem to hang in virtual time
        if not BlueZFeatures.checked_bluez_version:
            await BlueZFeatures.check_bluez_version()
    with private_bus(loop) as bus:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
        async with VirtualLab(VirtualRunner(), ()) as lab:
            testbed = BluezTestbed(lab, bus)
            await testbed.kernel.start()
            await testbed.start_bluez()
            try:
                yield testbed
            finally:
                if testbed.bluez is not None:
                    await testbed.kill_bluez()
                await testbed.kernel.stop()
    await _bleak_noticed()


async def _bleak_noticed() -> None:
    """Let bleak's bus connection, one per loop, end after the daemon, and then its monitoring task."""
    for _ in range(20):
        await asyncio.sleep(0)
