"""The real supervisor on bleak's BlueZ backend: sensors stream, and recover from failures of sensors."""

from __future__ import annotations

import asyncio

import pytest

from tests.bluez.testbed import BluezTestbed
from tests.drivers.supervised import supervised

SACRUM = "imu6-sacrum-0004"
POD = "rsc-foot-0001"
STRAP = "hr-chest-0005"
RATE_HZ, PER_PACKET = 208, 8


async def test_sensors_are_found_and_stream_without_a_gap(testbed: BluezTestbed) -> None:
    for kind in ("sacrum_imu", "pod", "strap"):
        await testbed.lab.switch_on(kind)
    async with testbed.radio() as radio, supervised(radio) as heard:
        assert await heard.until(lambda: len(heard.streaming()) == 3) < 5
        before = len(heard.payloads(SACRUM, "data"))
        await asyncio.sleep(30)
        assert len(heard.payloads(SACRUM, "data")) - before == pytest.approx(30 * RATE_HZ / PER_PACKET, abs=2)
        assert heard.holes(SACRUM) == []
        assert heard.states[SACRUM][-1].detail == ""
        assert heard.states[POD][-1].battery_pct == 81


async def test_stop_ends_every_link_and_its_notifications(testbed: BluezTestbed) -> None:
    for kind in ("sacrum_imu", "pod"):
        await testbed.lab.switch_on(kind)
    loop = asyncio.get_running_loop()
    async with testbed.radio() as radio:
        async with supervised(radio) as heard:
            await heard.until(lambda: len(heard.streaming()) == 2)
            stopped_s = loop.time()
        assert loop.time() - stopped_s < 3.0  # BlueZ takes 2 s to disconnect: all at once, not one after the other
        assert testbed.kernel.links == {}
        assert not testbed.kernel.discovering


async def test_a_silent_stream_is_subscribed_again(testbed: BluezTestbed) -> None:
    imu = await testbed.lab.switch_on("sacrum_imu")
    async with testbed.radio() as radio, supervised(radio) as heard:
        await heard.until(lambda: heard.state(SACRUM) == "streaming")
        await asyncio.sleep(5)
        imu.forget_subscriptions()
        await heard.until(lambda: heard.state(SACRUM) == "stale", 4)
        assert await heard.until(lambda: heard.state(SACRUM) == "streaming") < 2
        assert heard.states[SACRUM][-1].reconnects == 0
        assert len(heard.holes(SACRUM)) == 1


async def test_a_sensor_that_stays_silent_is_connected_anew(testbed: BluezTestbed) -> None:
    imu = await testbed.lab.switch_on("sacrum_imu")
    async with testbed.radio() as radio, supervised(radio) as heard:
        await heard.until(lambda: heard.state(SACRUM) == "streaming")
        imu.muted = True
        await heard.until(lambda: heard.state(SACRUM) == "lost", 15)
        imu.muted = False
        assert await heard.until(lambda: heard.state(SACRUM) == "streaming") < 15
        assert heard.states[SACRUM][-1].reconnects >= 1


async def test_a_sensor_that_ends_the_link_comes_back(testbed: BluezTestbed) -> None:
    imu = await testbed.lab.switch_on("sacrum_imu")
    async with testbed.radio() as radio, supervised(radio) as heard:
        await heard.until(lambda: heard.state(SACRUM) == "streaming")
        await imu.disconnect()
        await heard.until(lambda: heard.state(SACRUM) == "lost", 1)
        assert await heard.until(lambda: heard.state(SACRUM) == "streaming") < 5
        await asyncio.sleep(3)
        assert len(heard.holes(SACRUM)) == 1
        assert len(heard.streaming()) == 1


async def test_a_sensor_without_power_is_found_again_long_after_bluez_forgot_it(testbed: BluezTestbed) -> None:
    for kind in ("sacrum_imu", "strap"):
        await testbed.lab.switch_on(kind)
    async with testbed.radio() as radio, supervised(radio) as heard:
        await heard.until(lambda: len(heard.streaming()) == 2)
        testbed.lab.kill("sacrum_imu")
        await heard.until(lambda: heard.state(SACRUM) == "lost", 3)
        beats = len(heard.payloads(STRAP, "measurement"))
        await asyncio.sleep(90)
        assert len(heard.payloads(STRAP, "measurement")) - beats == pytest.approx(90, abs=2)
        await testbed.lab.switch_on("sacrum_imu")
        assert await heard.until(lambda: heard.state(SACRUM) == "streaming", 40) < 30


async def test_out_of_range_and_back(testbed: BluezTestbed) -> None:
    await testbed.lab.switch_on("sacrum_imu")
    async with testbed.radio() as radio, supervised(radio) as heard:
        await heard.until(lambda: heard.state(SACRUM) == "streaming")
        testbed.lab.conditions_of("sacrum_imu").in_range = False
        await heard.until(lambda: heard.state(SACRUM) == "lost", 3)
        await asyncio.sleep(10)
        testbed.lab.conditions_of("sacrum_imu").in_range = True
        assert await heard.until(lambda: heard.state(SACRUM) == "streaming", 40) < 20
        await asyncio.sleep(2)
        assert len(heard.holes(SACRUM)) == 1


async def test_mtu_23_works_for_a_pod_and_is_named_for_an_imu(testbed: BluezTestbed) -> None:
    testbed.lab.mtu = 23
    for kind in ("sacrum_imu", "pod"):
        await testbed.lab.switch_on(kind)
    async with testbed.radio() as radio, supervised(radio) as heard:
        await heard.until(lambda: len(heard.streaming()) == 2)
        await asyncio.sleep(5)
        assert len(heard.payloads(POD, "measurement")) >= 4
        assert {len(value) for value in heard.payloads(SACRUM, "data")} == {20}
        assert "20 bytes" in heard.states[SACRUM][-1].detail


@pytest.mark.parametrize("reported", [True, False], ids=["late", "never"])
async def test_an_mtu_that_bluez_tells_late_or_never_is_no_reason_to_complain(
    testbed: BluezTestbed, *, reported: bool
) -> None:
    await testbed.lab.switch_on("sacrum_imu")
    assert testbed.bluez is not None
    if not reported:
        testbed.bluez.devices.mtu_unreported.add(testbed.address("sacrum_imu"))
    async with testbed.radio() as radio, supervised(radio) as heard:
        await heard.until(lambda: heard.state(SACRUM) == "streaming")
        await asyncio.sleep(10)
        assert {state.detail for state in heard.states[SACRUM]} == {""}


async def test_notifications_by_file_descriptor_reach_bleak(testbed: BluezTestbed) -> None:
    """AcquireNotify: for devices that need it; the fake passes a real socket over the bus."""
    from bleak import BleakClient, BleakScanner

    await testbed.lab.switch_on("strap")
    found = await BleakScanner.find_device_by_address(testbed.address("strap"))
    assert found is not None
    came: list[bytes] = []
    async with BleakClient(found) as client:
        await client.start_notify("2a37", lambda _, value: came.append(bytes(value)), bluez={"use_start_notify": False})
        await asyncio.sleep(10)
        assert len(came) == pytest.approx(10, abs=1)
