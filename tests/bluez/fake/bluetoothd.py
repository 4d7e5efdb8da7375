"""`org.bluez` as far as bleak 3.1 uses it, with names, errors and behaviour of BlueZ 5.66, on a virtual radio.

Not implemented: advertising, passive scanning, classic Bluetooth, an agent.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from bleak.exc import BleakError
from bumble.att import ATT_Error
from bumble.core import BaseBumbleError
from dbus_fast import BusType, Message, MessageType
from dbus_fast.aio import MessageBus

from tests.bluez.fake.adapter import ADAPTER, Adapter
from tests.bluez.fake.device import HCI0, Devices
from tests.bluez.fake.failure import BluezError, Faults, NoAnswerError, from_att
from tests.bluez.fake.gatt import Gatt
from tests.bluez.fake.kernel import Kernel
from tests.bluez.fake.objects import OBJECT_MANAGER, PROPERTIES, Objects

LOG = logging.getLogger("fake bluetoothd")
BUS = "org.freedesktop.DBus"
OWNER_RULE = f"type='signal',sender='{BUS}',member='NameOwnerChanged'"

Reply = tuple[str, list[Any]] | tuple[str, list[Any], list[int]] | None
Answer = Callable[[Message], Awaitable[Reply]]


class Bluetoothd:
    """One process of the daemon: `start`, then `terminate` (SIGTERM) or `kill` (SIGKILL)."""

    def __init__(self, bus_address: str, kernel: Kernel, faults: Faults) -> None:
        self._bus_address = bus_address
        self.kernel = kernel
        self.faults = faults
        self._tasks: set[asyncio.Task[None]] = set()
        self._timers: list[asyncio.TimerHandle] = []

    async def start(self) -> None:
        """Expose the adapter, if there is one, and acquire the bus name."""
        self._bus = MessageBus(self._bus_address, BusType.SYSTEM, negotiate_unix_fd=True)
        await self._bus.connect()
        self.objects = Objects(self._bus)
        self.gatt = Gatt(self.objects)
        self.devices = Devices(self.objects, self.kernel, self.gatt, self.faults, self._spawn, self._later)
        self.adapter = Adapter(self.objects, self.kernel, self.devices, self._later)
        self._answers: dict[str, Answer] = {
            f"{OBJECT_MANAGER}.GetManagedObjects": self._managed_objects,
            f"{PROPERTIES}.Get": self._get,
            f"{PROPERTIES}.Set": self._set,
            **self.adapter.answers,
            **self.devices.answers,
            **self.gatt.answers,
        }
        self._bus.add_message_handler(self._on_message)
        await self._bus.call(
            Message(BUS, f"/{BUS.replace('.', '/')}", BUS, "AddMatch", signature="s", body=[OWNER_RULE])
        )
        if self.kernel.present:
            self.adapter.appear()
        await self._bus.request_name("org.bluez")

    async def terminate(self) -> None:
        """End as by SIGTERM: links and objects are removed first, so that all clients are notified."""
        await self.kernel.end_links()
        await self.kernel.scan(on=False)
        self.objects.remove(HCI0)
        await self._bus.release_name("org.bluez")
        await self._end()

    async def kill(self) -> None:
        """End as by SIGKILL: no client is notified. Links end with the daemon's sockets; the kernel keeps scanning."""
        self._bus.disconnect()
        await self._end()
        await self.kernel.end_links()

    async def unplug(self) -> None:
        """Unplug the adapter."""
        self.kernel.present = False
        await self.kernel.end_links()
        await self.kernel.scan(on=False)
        self.objects.remove(HCI0)

    async def plug(self) -> None:
        """Plug an adapter in."""
        self.kernel.present = True
        self.adapter.appear()

    async def names(self) -> list[str]:
        """Return the names on the bus."""
        return list((await self._ask_bus("ListNames", "", []))[0])

    async def _ask_bus(self, member: str, signature: str, body: list[Any]) -> list[Any]:
        message = Message(BUS, "/org/freedesktop/DBus", BUS, member, signature=signature, body=body)
        reply = await self._bus.call(message)
        assert reply is not None
        return list(reply.body)

    async def _end(self) -> None:
        self.kernel.on_seen = None
        self.gatt.close()
        for timer in self._timers:
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._bus.connected:
            self._bus.disconnect()
        await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call]  # dbus-fast leaves it without types

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="bluetoothd")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _later(self, after_s: float, call: Callable[[], None]) -> None:
        self._timers.append(asyncio.get_running_loop().call_later(after_s, call))

    def _on_message(self, message: Message) -> bool | None:
        if message.message_type is MessageType.SIGNAL and message.member == "NameOwnerChanged":
            name, _, new_owner = message.body
            if name.startswith(":") and not new_owner:
                self._spawn(self._client_left(name))
            return None
        if message.message_type is not MessageType.METHOD_CALL or message.interface == f"{BUS}.Peer":
            return None
        self._spawn(self._serve(message))
        return True

    async def _client_left(self, client: str) -> None:
        """A client's scan and its notifications end with its connection to the bus; links stay."""
        await self.adapter.leave(client)
        await self.gatt.leave(client)

    async def _serve(self, message: Message) -> None:
        try:
            reply, fds = await self._reply_to(message), list[int]()
        except NoAnswerError:
            return
        if reply.message_type is MessageType.METHOD_RETURN:
            fds = list(reply.unix_fds)
        if self._bus.connected:
            await self._bus.send(reply)
        for fd in fds:
            os.close(fd)

    async def _reply_to(self, message: Message) -> Message:
        try:
            signature, body, *more = await self._answer(message) or ("", [])
            return Message.new_method_return(message, signature, body, more[0] if more else [])
        except BluezError as error:
            return Message.new_error(message, error.name, error.text)
        except ATT_Error as error:
            known = from_att(error)
            return Message.new_error(message, known.name, known.text)
        except (BaseBumbleError, BleakError, asyncio.CancelledError) as error:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            return Message.new_error(message, "org.bluez.Error.Failed", str(error) or "Not connected")

    async def _answer(self, message: Message) -> Reply:
        method = f"{message.interface}.{message.member}"
        if (fault := self.faults.meet(method.removeprefix("org.bluez."))) is not None:
            if isinstance(fault, BluezError):
                self.devices.before_fault(message, fault)
            raise fault
        if (answer := self._answers.get(method)) is None:
            raise BluezError(f"{BUS}.Error.UnknownMethod", method)
        if message.path != "/" and (message.path or "") not in self.objects:
            raise BluezError(f"{BUS}.Error.UnknownObject", f'Method "{message.member}" on {message.path}')
        return await answer(message)

    async def _managed_objects(self, _message: Message) -> Reply:
        return "a{oa{sa{sv}}}", [self.objects.all]

    async def _get(self, message: Message) -> Reply:
        interface, name = message.body
        return "v", [self.objects.all[message.path or ""][interface][name]]

    async def _set(self, message: Message) -> Reply:
        interface, name, value = message.body
        if (interface, name) != (ADAPTER, "Powered"):
            raise BluezError(f"{BUS}.Error.PropertyReadOnly", f"{interface}.{name}")
        await self.adapter.power(on=value.value)
        return None
