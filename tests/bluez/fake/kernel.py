"""State that outlives bluetoothd: the adapter's power, its links, and a scan that was never stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bumble.device import Advertisement, Connection
from bumble.hci import Address

from drivers.radio.bumble_central import BumbleCentral
from drivers.virtual.controller import SimController
from drivers.virtual.link import SimLink

CONNECT_S = 20.0
"""Connection timeout of the kernel."""


class Kernel:
    """A virtual adapter, on a virtual air."""

    active = True

    def __init__(self, link: SimLink) -> None:
        self._link = link
        self._controller = SimController("kernel", link)
        self._central = BumbleCentral(self._controller, self._controller)
        self.present = True
        self.powered = True
        self.discovering = False
        self.links: dict[str, Connection] = {}
        self.on_seen: Callable[[Advertisement], None] | None = None

    async def start(self) -> None:
        """Power the controller."""
        await self._central.power_on()

    async def set_powered(self, *, on: bool) -> None:
        """Switch the adapter; off ends every link and every scan, including one left behind by a dead daemon."""
        if not on:
            await self.scan(on=False)
            await self.end_links()
        self.powered = on

    async def scan(self, *, on: bool) -> None:
        """Begin or end a scan."""
        self.discovering = on
        if on and self not in self._central.scanners:
            self._central.scanners.append(self)
        elif not on and self in self._central.scanners:
            self._central.scanners.remove(self)
        await self._central.update_scan()

    async def connect(self, address: str) -> Connection:
        """Connect without discovery. Raises TimeoutError or BleakError."""
        connection = await self._central.connect(Address(address), CONNECT_S)
        self.links[address] = connection
        connection.on(Connection.EVENT_DISCONNECTION, lambda _reason: self._forget(address, connection))
        return connection

    async def end_links(self) -> None:
        """Disconnect everything."""
        await asyncio.gather(*(connection.disconnect() for connection in list(self.links.values())))

    async def stop(self) -> None:
        """Power the controller off."""
        self._central.scanners.clear()
        await self._central.power_off()
        self._link.remove_controller(self._controller)

    def on_advertisement(self, advertisement: Advertisement) -> None:
        """Pass an advertisement to the daemon, if it is running."""
        if self.on_seen is not None:
            self.on_seen(advertisement)

    def _forget(self, address: str, connection: Connection) -> None:
        if self.links.get(address) is connection:
            del self.links[address]
