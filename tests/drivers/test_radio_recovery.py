"""Recovery from a busy stack, a dead daemon, links left open, stale services, full adapters, and by a reset."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable
from typing import Never, Self

import pytest
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import NotifyCallback
from bleak.backends.device import BLEDevice
from bleak.exc import BleakDBusError, BleakGATTProtocolError
from bumble.att import ErrorCode
from dbus_fast import Message, MessageType, Variant

from drivers.errors import AdapterBusyError, AdapterDownError, DeviceUnreachableError, PairingNeededError
from drivers.radio.bluez import GONE, NO_ADAPTER, OFF, BluezWatch
from drivers.radio.bumble_client import BumbleClient
from drivers.radio.bumble_scanner import BumbleScanner
from drivers.radio.failure import radio_error
from drivers.radio.last_resort import BUSY_TIMES, DEAF_SCANS, SPACING_S, LastResort
from drivers.virtual.lab import VirtualLab
from tests.drivers.supervised import supervised
from tests.drivers.virtual_lab import imu_of, lab

SACRUM, STRAP, POD = "imu6-sacrum-0004", "hr-chest-0005", "rsc-foot-0001"
IN_PROGRESS = BleakDBusError("org.bluez.Error.InProgress", ["Operation already in progress"])


def refuse_scans(one: VirtualLab, times: float, patch: pytest.MonkeyPatch) -> list[float]:
    """Fail the next `times` scanner starts as BlueZ does when busy; return the times of all attempts."""
    backend = one.provider.host.scanner_backend
    start = backend.start
    tries: list[float] = []

    async def busy(scanner: BumbleScanner) -> None:
        tries.append(asyncio.get_running_loop().time())
        if len(tries) <= times:
            raise IN_PROGRESS
        await start(scanner)

    patch.setattr(backend, "start", busy)
    return tries


async def test_a_scan_that_meets_another_one_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with lab("pod") as one:
        tries = refuse_scans(one, 3, monkeypatch)
        assert "F0:5C:00:01:00:01" in await one.radio.scan(1.0)
        assert len(tries) == 4


async def test_a_stack_that_is_busy_for_ever_is_reset_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with lab("pod", "strap") as two, supervised(two.radio) as heard:
        await heard.until(lambda: len(heard.streaming()) == 2)
        refuse_scans(two, float("inf"), monkeypatch)  # a reset makes a new host, which scans again
        await two.sensors["pod"].disconnect()
        await heard.until(lambda: heard.state(POD) == "failed", 20)
        assert "InProgress" in heard.states[POD][-1].detail
        assert two.radio.resets == 0
        await heard.until(lambda: two.radio.resets == 1 and len(heard.streaming()) == 2, 60)


async def test_an_adapter_that_hears_nothing_at_all_is_reset_but_not_again_and_again() -> None:
    async with lab("strap") as one, supervised(one.radio) as heard:
        await heard.until(lambda: heard.state(STRAP) == "streaming")
        one.kill("strap")
        await asyncio.sleep(600)
        assert 1 <= one.radio.resets <= 600 / SPACING_S
        await one.switch_on("strap")
        await heard.until(lambda: heard.state(STRAP) == "streaming", 20)


def test_a_reset_needs_a_reason_and_never_cuts_other_programs_links() -> None:
    last = LastResort()
    for _ in range(DEAF_SCANS):
        last.note_scan(heard=False)
    assert last.is_due(0.0, links=0, shared=False)
    assert not last.is_due(0.0, links=1, shared=False)
    assert not last.is_due(0.0, links=0, shared=True)
    last.note_scan(heard=True)
    assert not last.is_due(0.0, links=0, shared=False)
    for _ in range(BUSY_TIMES):
        last.note_busy()
    assert last.is_due(0.0, links=3, shared=True)
    last.begin(0.0)
    for _ in range(BUSY_TIMES):
        last.note_busy()
    assert not last.is_due(SPACING_S - 1, links=0, shared=False)
    assert last.is_due(SPACING_S, links=0, shared=False)
    last.note_link()
    assert not last.is_due(SPACING_S, links=0, shared=False)


async def test_when_the_daemon_dies_every_link_is_given_up_at_once_and_made_anew() -> None:
    async with lab("pod", "strap") as two, supervised(two.radio) as heard:
        await heard.until(lambda: len(heard.streaming()) == 2)
        two.radio.lose_links("bluetoothd was killed")  # bleak calls no callback then
        await heard.until(lambda: heard.state(POD) == heard.state(STRAP) == "lost", 1)
        await heard.until(lambda: len(heard.streaming()) == 2, 10)


async def test_a_connect_that_succeeds_while_the_daemon_dies_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with lab("strap") as one:
        sighting = next(iter((await one.radio.scan(1)).values()))
        backend = one.provider.host.client_backend
        connect = backend.connect

        async def dying(client: BumbleClient, *pair: bool) -> None:
            await connect(client, *pair)
            one.radio.lose_links("bluetoothd was killed")

        monkeypatch.setattr(backend, "connect", dying)
        with pytest.raises(AdapterDownError, match="went away"):
            await one.radio.connect(sighting)
        assert one.radio.free_slots == one.radio.max_connections


async def test_links_that_a_dead_hub_left_open_are_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    async with lab("strap", "pod") as two:
        seen = await two.radio.scan(1)
        strap = next(s for s in seen.values() if s.name == "Virtual Strap")
        props = {"UUIDs": list(strap.service_uuids), "Connected": True}
        device = BLEDevice(strap.address, strap.name, {"path": "/x", "props": props, **strap.device.details})
        asked: list[set[str]] = []

        async def connected(services: Iterable[str]) -> list[BLEDevice]:
            asked.append(set(services))
            return [device]

        monkeypatch.setattr(two.provider, "connected", connected)
        await two.sensors["strap"].device.stop_advertising()  # a device that is linked does not advertise
        async with supervised(two.radio) as heard:
            # The virtual link keeps no such links: advertising again simulates taking over the link by the connect.
            await asyncio.sleep(0.2)
            await two.sensors["strap"].device.start_advertising(auto_restart=True)
            await heard.until(lambda: len(heard.streaming()) == 2)
            linked = await two.radio.linked(strap.service_uuids)
        assert "0000180d-0000-1000-8000-00805f9b34fb" in asked[0]
        assert linked == {}  # our own link was not left over


async def test_services_remembered_from_an_older_firmware_are_forgotten_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with lab("pod") as one:
        forgotten: list[str] = []

        async def forget(device: BLEDevice) -> bool:
            forgotten.append(device.address)
            return True

        monkeypatch.setattr(one.provider, "forget", forget)
        backend = one.provider.host.client_backend
        connect, connects = backend.connect, itertools.count(1)

        async def stale(client: BumbleClient, *pair: bool) -> None:
            await connect(client, *pair)
            if next(connects) == 1:
                assert client.services is not None
                client.services.characteristics.clear()

        monkeypatch.setattr(backend, "connect", stale)
        async with supervised(one.radio) as heard:
            await heard.until(lambda: heard.state(POD) == "streaming", 10)
            assert forgotten == ["F0:5C:00:01:00:01"]
            assert "failed" not in [state.state for state in heard.states[POD]]


async def test_a_slot_that_becomes_free_is_taken_soon() -> None:
    async with lab("pod", "strap", max_connections=1) as full, supervised(full.radio) as heard:
        await heard.until(lambda: len(heard.streaming()) == 1 and len(heard.states) == 2)
        first = next(iter(heard.streaming()))
        other = ({POD, STRAP} - {first}).pop()
        await heard.until(lambda: heard.state(other) == "failed", 10)
        full.kill("pod" if first == POD else "strap")
        assert await heard.until(lambda: heard.state(other) == "streaming", 30) <= 15


async def test_a_connect_that_fails_beside_many_links_says_that_the_adapter_may_be_full() -> None:
    async with lab("pod", "strap", "treadmill", "sacrum_imu", "left_foot_imu") as five:
        seen = await five.radio.scan(1)
        *four, last = seen.values()
        for sighting in four:
            await five.radio.connect(sighting)
        five.kill(next(kind for kind, sensor in five.sensors.items() if sensor.identity.name == last.name))
        with pytest.raises(DeviceUnreachableError, match=r"4 links are up, .* radio\.max_connections"):
            await five.radio.connect(last)


@pytest.mark.parametrize(
    "error", [BleakDBusError("org.bluez.Error.AuthenticationFailed", []), BleakGATTProtocolError(0x05)]
)
def test_a_device_that_wants_to_be_paired_says_how(error: Exception) -> None:
    translated_error = radio_error(error, "subscribe to x")
    assert type(translated_error) is PairingNeededError
    assert "bluetoothctl" in str(translated_error)


def test_busy_has_a_type_of_its_own() -> None:
    assert type(radio_error(IN_PROGRESS, "scan")) is AdapterBusyError


async def test_pairing_is_asked_of_the_user_not_tried_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    async with lab("pod") as one:
        tries: list[str] = []

        async def locked(
            _client: BumbleClient, characteristic: BleakGATTCharacteristic, _callback: NotifyCallback, **_more: object
        ) -> Never:
            tries.append(characteristic.uuid)
            raise BleakGATTProtocolError(ErrorCode.INSUFFICIENT_AUTHENTICATION)

        monkeypatch.setattr(one.provider.host.client_backend, "start_notify", locked)
        async with supervised(one.radio) as heard:
            await heard.until(lambda: heard.state(POD) == "failed", 10)
            assert "bluetoothctl" in heard.states[POD][-1].detail
            await asyncio.sleep(20)
            assert len(tries) == len(set(tries))  # each characteristic once


async def test_after_a_silence_the_commands_are_sent_again_too() -> None:
    async with lab("sacrum_imu") as one, supervised(one.radio) as heard:
        await heard.until(lambda: heard.state(SACRUM) == "streaming")
        sensor = imu_of(one, "sacrum_imu")
        sensor.rate_hz = 52  # firmware that lost its configuration ...
        sensor.forget_subscriptions()  # ... and its subscriptions
        await heard.until(lambda: heard.state(SACRUM) == "stale")
        await heard.until(lambda: heard.state(SACRUM) == "streaming")
        assert sensor.rate_hz == 208


class SystemBus:
    """A system bus on which no call succeeds; it keeps the handlers of its signals."""

    def __init__(self) -> None:
        self.connected = True
        self.handlers: list[Callable[[Message], object]] = []

    async def connect(self) -> Self:
        return self

    def add_message_handler(self, handler: Callable[[Message], object]) -> None:
        self.handlers.append(handler)

    async def call(self, message: Message) -> Message:
        message.serial = 1
        return Message.new_error(message, "org.freedesktop.DBus.Error.Failed", message.member or "")

    def send(self, message: Message) -> None:
        for handler in self.handlers:
            handler(message)


def signal(member: str, *body: object, path: str = "/org/bluez/hci0") -> Message:
    return Message(
        path=path, interface="org.freedesktop.DBus", member=member, message_type=MessageType.SIGNAL, body=list(body)
    )


async def test_the_watch_knows_daemon_and_adapters_from_the_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    bus = SystemBus()
    monkeypatch.setattr("drivers.radio.bluez.MessageBus", lambda **_: bus)
    downs: list[str] = []
    watch = BluezWatch(downs.append)
    await watch.open()
    true, false = (Variant("b", value) for value in (True, False))
    adapter = "org.bluez.Adapter1"
    assert watch.why_down == GONE
    bus.send(signal("NameOwnerChanged", "org.bluez", "", ":1.5"))
    assert watch.why_down == NO_ADAPTER
    bus.send(signal("InterfacesAdded", "/org/bluez/hci0", {adapter: {"Powered": true}}))
    assert watch.why_down == ""
    bus.send(signal("PropertiesChanged", adapter, {"Discovering": true}, []))
    bus.send(signal("PropertiesChanged", adapter, {"Powered": false}, []))
    assert (watch.why_down, downs) == (OFF, [OFF])
    bus.send(signal("PropertiesChanged", adapter, {"Powered": true}, []))
    bus.send(signal("InterfacesRemoved", "/org/bluez/hci0", [adapter]))
    assert (watch.why_down, downs) == (NO_ADAPTER, [OFF, NO_ADAPTER])
    bus.send(signal("InterfacesAdded", "/org/bluez/hci1", {adapter: {"Powered": true}}))
    bus.send(signal("NameOwnerChanged", "org.bluez", ":1.5", ""))
    assert downs[2:] == [GONE]
    bus.send(signal("NameOwnerChanged", "org.bluez", "", ":1.9"))
    bus.send(signal("InterfacesAdded", "/org/bluez/hci0", {adapter: {"Powered": true}}))
    bus.send(signal("NameOwnerChanged", "org.bluez", ":1.9", ":1.10"))  # restarted without a gap
    assert len(downs) == 4
