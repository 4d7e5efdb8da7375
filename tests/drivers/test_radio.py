"""The facade over bleak on a Bumble host: scan, connect, read, write, notify, and how each of them fails."""

from __future__ import annotations

import asyncio
import sys

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError, BleakGATTProtocolError

from drivers.errors import AdapterDownError, DeviceUnreachableError, RadioError
from drivers.radio.bumble import BumbleProvider
from drivers.radio.facade import CONNECT_TIMEOUT_S, Radio
from drivers.radio.sighting import Sighting
from drivers.radio_choice import check_radio, open_radio
from drivers.virtual.lab import VirtualLab
from drivers.virtual.peripherals.imu import CONFIG, DATA, SERVICE
from firmware_profiles.uuids import full_uuid
from tests.drivers.virtual_lab import imu_of, lab

POD, IMU, STRAP = "F0:5C:00:01:00:01", "F0:5C:00:01:00:04", "F0:5C:00:01:00:05"
BATTERY, RSC, CONTROL = full_uuid("2a19"), full_uuid("2a53"), full_uuid("2a55")


async def test_a_scan_says_what_is_advertised() -> None:
    async with lab("pod", "sacrum_imu") as two:
        two.conditions_of("pod").rssi_dbm = -71
        seen = await two.radio.scan(1.0)
    assert set(seen) == {POD, IMU}
    assert (seen[POD].name, seen[POD].rssi_dbm) == ("Virtual Pod", -71)
    assert seen[POD].service_uuids == (full_uuid("1814"),)
    assert (seen[IMU].name, seen[IMU].service_uuids) == ("Virtual IMU sacrum", (SERVICE,))


async def test_a_scan_ends_early_when_it_has_heard_enough_or_nothing_new() -> None:
    async with lab("pod", "strap") as two:
        loop = asyncio.get_running_loop()
        start_s = loop.time()
        await two.radio.scan(30, enough=lambda seen: POD in seen)
        assert loop.time() - start_s < 0.3
        start_s = loop.time()
        assert set(await two.radio.scan(30, wanted=lambda sighting: sighting.address == STRAP)) == {STRAP}
        assert loop.time() - start_s < 0.6
        start_s = loop.time()
        assert await two.radio.scan(5, wanted=lambda _: False) == {}
        assert loop.time() - start_s == pytest.approx(5, abs=0.1)


async def test_filters_compare_the_long_form_like_bluez() -> None:
    async with lab("pod", "strap") as two:
        backend = two.provider.scanner_backend
        found = await BleakScanner.discover(0.5, service_uuids=[full_uuid("1814")], backend=backend)
        assert [device.address for device in found] == [POD]
        assert await BleakScanner.discover(0.5, service_uuids=["1814"], backend=backend) == []


async def test_find_waits_for_a_device_and_says_when_it_is_not_there() -> None:
    async with lab("pod") as one:
        assert (await one.radio.find(POD.lower(), 5)).name == "Virtual Pod"
        with pytest.raises(DeviceUnreachableError, match="is it on and near"):
            await one.radio.find("F0:00:00:00:00:99", 3)


async def test_reads_writes_and_notifications() -> None:
    async with lab("sacrum_imu") as one:
        link = await one.radio.connect(await one.radio.find(IMU, 5))
        assert await link.read(BATTERY) == bytes([88])
        assert link.notification_limit_bytes == 244
        assert link.missing([DATA, BATTERY, RSC]) == [RSC]
        await link.write(CONFIG, bytes.fromhex("01 d000 1000 d007"))
        assert imu_of(one, "sacrum_imu").rate_hz == 208
        values: list[bytes] = []
        await link.subscribe(DATA, lambda value: values.append(bytes(value)))
        await asyncio.sleep(2)
        assert len(values) == pytest.approx(52, abs=2)
        await link.unsubscribe(DATA)
        await asyncio.sleep(0.1)
        heard = len(values)
        await asyncio.sleep(2)
        assert len(values) == heard
        await link.close()
        assert link.lost.is_set()


async def test_what_a_device_refuses_is_an_error_with_its_reason() -> None:
    async with lab("pod") as one:
        link = await one.radio.connect(await one.radio.find(POD, 5))
        with pytest.raises(DeviceUnreachableError, match="read"):
            await link.read(RSC)
        with pytest.raises(DeviceUnreachableError, match="write"):
            await link.write(CONTROL, b"\x02")
        with pytest.raises(DeviceUnreachableError, match="no characteristic"):
            await link.read(CONFIG)
        await link.close()
        with pytest.raises(DeviceUnreachableError, match="has ended"):
            await link.read(BATTERY)


async def test_bleak_itself_sees_what_its_own_backends_would_show() -> None:
    async with lab("pod") as one:
        backend = one.provider.client_backend
        device = (await one.radio.find(POD, 5)).device
        gone = asyncio.Event()
        async with BleakClient(device, lambda _: gone.set(), backend=backend) as client:
            assert (client.is_connected, client.mtu_size, client.name) == (True, 247, "Virtual Pod")
            assert {service.uuid[4:8] for service in client.services} >= {"1814", "180a", "180f"}
            assert await client.read_gatt_char("2a24") == b"Pod"
            measurement = client.services.get_characteristic("2a53")
            assert measurement is not None
            assert measurement.properties == ["notify"]
            with pytest.raises(BleakGATTProtocolError) as refused:
                await client.read_gatt_char(measurement)
            assert refused.value.code == 2
            await client.start_notify(measurement, lambda *_: None)
            with pytest.raises(BleakError, match="already started"):
                await client.start_notify(measurement, lambda *_: None)
            await one.sensors["pod"].disconnect()
            await asyncio.wait_for(gone.wait(), 1)
            with pytest.raises(BleakError):
                await client.read_gatt_char("2a19")
            await asyncio.sleep(0.2)
            await client.connect()
            await client.start_notify("2a53", lambda *_: None)
            await asyncio.sleep(2)


async def test_only_the_wanted_services_are_discovered() -> None:
    async with lab("pod") as one:
        link = await one.radio.connect(await one.radio.find(POD, 5), [full_uuid("1814")])
        assert link.missing([RSC, BATTERY]) == [BATTERY]


async def test_a_device_out_of_range_is_lost_by_its_supervision_timeout() -> None:
    async with lab("pod") as one:
        link = await one.radio.connect(await one.radio.find(POD, 5))
        loop = asyncio.get_running_loop()
        (connection,) = one.provider.host.central.device.connections.values()
        reasons: list[int] = []
        connection.on(connection.EVENT_DISCONNECTION, reasons.append)
        one.conditions_of("pod").in_range = False
        start_s = loop.time()
        await asyncio.wait_for(link.lost.wait(), 3)
        assert 0.5 < loop.time() - start_s < 1.2
        assert reasons == [0x08]


async def test_a_link_that_ends_during_a_read_is_an_error_and_no_cancellation() -> None:
    async with lab("pod") as one:
        link = await one.radio.connect(await one.radio.find(POD, 5))
        reading = asyncio.create_task(link.read(BATTERY))
        await asyncio.sleep(0.001)
        one.conditions_of("pod").in_range = False
        with pytest.raises(DeviceUnreachableError, match="link ended"):
            await reading
        task = asyncio.current_task()
        assert task is not None
        assert not task.cancelling()


async def test_a_device_that_does_not_answer_ends_in_time() -> None:
    async with lab("pod") as one:
        sighting = await one.radio.find(POD, 5)
        one.conditions_of("pod").in_range = False
        loop = asyncio.get_running_loop()
        start_s = loop.time()
        with pytest.raises(DeviceUnreachableError, match="no answer in time"):
            await one.radio.connect(sighting)
        assert loop.time() - start_s == pytest.approx(CONNECT_TIMEOUT_S, abs=0.5)
        await _no_ghost(one, sighting)


@pytest.mark.parametrize("after_s", [0.0, 0.001, 0.05, 0.12, 0.15, 0.2, 0.3, 0.4])
async def test_a_cancelled_connect_leaves_no_ghost(after_s: float) -> None:
    async with lab("pod", "strap") as two:
        sighting = await two.radio.find(POD, 5)
        connecting = asyncio.create_task(two.radio.connect(sighting))
        await asyncio.sleep(after_s)
        if connecting.done():
            await connecting.result().close()
        connecting.cancel()
        await asyncio.wait({connecting})
        await _no_ghost(two, sighting)
        link = await two.radio.connect(await two.radio.find(STRAP, 5))
        assert await link.read(BATTERY) == bytes([64])


async def test_a_connect_cancelled_while_the_device_is_away_does_not_come_true_later() -> None:
    async with lab("pod") as one:
        sighting = await one.radio.find(POD, 5)
        one.conditions_of("pod").in_range = False
        connecting = asyncio.create_task(one.radio.connect(sighting))
        await asyncio.sleep(2)
        connecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await connecting
        await _no_ghost(one, sighting)


async def _no_ghost(one: VirtualLab, sighting: Sighting) -> None:
    one.conditions_of("pod").in_range = True
    await asyncio.sleep(3)
    assert not one.sensors["pod"].device.connections, "a connect came true after it was given up"
    assert one.radio.free_slots == one.radio.max_connections
    link = await one.radio.connect(sighting)
    assert await link.read(BATTERY) == bytes([81])
    await link.close()


async def test_parallel_connects_while_scanning() -> None:
    async with lab("pod", "strap", "sacrum_imu") as three:
        seen = await three.radio.scan(0.5)
        scan = asyncio.create_task(three.radio.scan(3))
        links = await asyncio.gather(*(three.radio.connect(sighting) for sighting in seen.values()))
        assert [await link.read(BATTERY) for link in links]
        assert set(await scan) <= set(seen)
        assert three.radio.free_slots == three.radio.max_connections - 3


async def test_an_unplugged_adapter_ends_its_links_and_comes_back() -> None:
    async with lab("pod") as one:
        link = await one.radio.connect(await one.radio.find(POD, 5))
        one.unplug_adapter()
        await asyncio.wait_for(link.lost.wait(), 1)
        with pytest.raises(AdapterDownError, match="unplugged"):
            await one.radio.scan(1)
        one.plug_adapter()
        await asyncio.sleep(2)
        link = await one.radio.connect(await one.radio.find(POD, 5))
        assert await link.read(BATTERY) == bytes([81])


async def test_an_adapter_lost_in_the_middle_of_a_connect_is_an_error() -> None:
    async with lab("pod") as one:
        sighting = await one.radio.find(POD, 5)
        connecting = asyncio.create_task(one.radio.connect(sighting))
        await asyncio.sleep(0.2)
        one.unplug_adapter()
        with pytest.raises(RadioError):
            await connecting


async def test_a_transport_without_hci_is_reported_in_time() -> None:
    async def silence(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        silent.append(writer)

    silent: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(silence, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(AdapterDownError, match="stridecue doctor"):
        await Radio(BumbleProvider.from_spec(f"tcp-client:127.0.0.1:{port}")).start()
    for writer in silent:
        writer.close()
    server.close()


async def test_a_transport_that_refuses_is_an_adapter_that_is_down() -> None:
    with pytest.raises(AdapterDownError, match="tcp-client"):
        await Radio(BumbleProvider.from_spec("tcp-client:127.0.0.1:9")).start()


async def test_a_transport_bumble_does_not_know_is_an_error_with_its_name() -> None:
    with pytest.raises(RadioError, match="carrier-pigeon"):
        await Radio(BumbleProvider.from_spec("carrier-pigeon:1")).start()


async def test_without_bumble_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.split(".")[0] == "bumble"]:
        monkeypatch.setitem(sys.modules, module, None)
    for module in [name for name in sys.modules if name.startswith("drivers.radio.bumble_")]:
        monkeypatch.delitem(sys.modules, module)
    with pytest.raises(RadioError, match="`stridecue doctor` says how"):
        async with open_radio("bumble:tcp-client:127.0.0.1:9"):
            pass


@pytest.mark.parametrize("text", ["platform", "virtual", "bumble:usb:0"])
def test_known_radios(text: str) -> None:
    check_radio(text)


@pytest.mark.parametrize("text", ["", "bluetooth", "bumble", "bumble:"])
def test_unknown_radios_say_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="platform"):
        check_radio(text)


async def test_the_virtual_radio_by_its_name() -> None:
    async with open_radio("virtual") as radio:
        assert len(await radio.scan(1)) == 5
