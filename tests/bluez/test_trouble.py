"""Effects of bluetoothd and adapter failures on a run, and recovery: the failure modes of docs/reliability.md at L3."""

from __future__ import annotations

import asyncio

import pytest

from drivers.errors import AdapterDownError
from drivers.inbox import PacketInbox
from drivers.supervision.supervisor import Supervisor
from firmware_profiles.catalog import load_catalog
from tests.bluez.fake.failure import ABORTED, FORGOTTEN, IN_PROGRESS, NOT_PAIRED
from tests.bluez.testbed import BluezTestbed
from tests.drivers.supervised import Heard, supervised

SACRUM = "imu6-sacrum-0004"
STRAP = "hr-chest-0005"
DATA = "29842d16-0002-4d89-9988-88cc44c282a4"


def both(heard: Heard) -> bool:
    return heard.streaming() == {SACRUM, STRAP}


async def two_sensors(testbed: BluezTestbed) -> None:
    for kind in ("sacrum_imu", "strap"):
        await testbed.lab.switch_on(kind)


async def test_another_program_scans_and_connects_meanwhile(testbed: BluezTestbed) -> None:
    """org.bluez.Error.InProgress, to a scan and to a connect."""
    await two_sensors(testbed)
    testbed.faults.next("Adapter1.StartDiscovery", IN_PROGRESS, times=2)
    testbed.faults.next("Device1.Connect", IN_PROGRESS, times=2)
    async with testbed.radio() as radio, supervised(radio) as heard:
        assert await heard.until(lambda: both(heard), 60) < 40


async def test_connects_that_the_adapter_aborts_are_tried_again(testbed: BluezTestbed) -> None:
    """le-connection-abort-by-local: Wi-Fi next to the antenna."""
    await two_sensors(testbed)
    testbed.faults.next("Device1.Connect", ABORTED, times=5)
    async with testbed.radio() as radio, supervised(radio) as heard:
        assert await heard.until(lambda: both(heard), 60) < 20


async def test_a_device_that_bluez_forgot_since_the_scan_is_looked_for_again(testbed: BluezTestbed) -> None:
    await two_sensors(testbed)
    testbed.faults.next("Device1.Connect", FORGOTTEN, times=2)
    async with testbed.radio() as radio, supervised(radio) as heard:
        assert await heard.until(lambda: both(heard), 60) < 20


@pytest.mark.parametrize(
    "method", ["Adapter1.StartDiscovery", "Device1.Connect", "GattCharacteristic1.StartNotify", "Device1.Disconnect"]
)
async def test_a_call_that_is_never_answered_ends_in_time(testbed: BluezTestbed, method: str) -> None:
    await two_sensors(testbed)
    async with testbed.radio() as radio, supervised(radio) as heard:
        await heard.until(lambda: both(heard))
        called = testbed.faults.calls[method]
        testbed.faults.unanswered[method] = 1
        testbed.lab.sensors["sacrum_imu"].muted = True  # so that it is connected again
        await heard.until(lambda: testbed.faults.calls[method] > called, 60)
        testbed.lab.sensors["sacrum_imu"].muted = False
        assert await heard.until(lambda: both(heard), 120) < 60


async def test_a_first_scan_that_is_never_answered_is_about_the_adapter(testbed: BluezTestbed) -> None:
    testbed.faults.unanswered["Adapter1.StartDiscovery"] = 1
    async with testbed.radio() as radio:
        with pytest.raises(AdapterDownError, match="stridecue doctor"):
            await Supervisor(radio, load_catalog(), PacketInbox()).run(asyncio.Event())


async def test_reconnecting_leaves_no_connection_to_the_bus_behind(testbed: BluezTestbed) -> None:
    """A bus gives a user 256 of them."""
    await two_sensors(testbed)
    async with testbed.radio() as radio, supervised(radio) as heard:
        await heard.until(lambda: both(heard))
        before = await testbed.connections()
        for _ in range(6):
            await testbed.lab.sensors["sacrum_imu"].disconnect()
            await heard.until(lambda: heard.state(SACRUM) == "lost", 1)
            await heard.until(lambda: both(heard))
        assert await testbed.connections() == before


async def test_bluetoothd_is_killed_and_comes_back(testbed: BluezTestbed) -> None:
    """SIGKILL: bleak is not notified, and its links look connected."""
    await two_sensors(testbed)
    async with testbed.radio() as radio, supervised(radio) as heard:
        await heard.until(lambda: both(heard))
        await asyncio.sleep(5)
        await testbed.kill_bluez()
        await heard.until(lambda: not heard.streaming(), 5)
        await asyncio.sleep(5)
        assert heard.state(SACRUM) == "failed"
        assert heard.states[SACRUM][-1].detail.startswith("Bluetooth adapter:")
        await testbed.start_bluez()
        assert await heard.until(lambda: both(heard), 60) < 30
        await asyncio.sleep(2)
        assert len(heard.holes(SACRUM)) == 1


async def test_bluetoothd_is_killed_while_scanning_and_its_scan_stays_in_the_kernel(testbed: BluezTestbed) -> None:
    """InProgress permanently, until the adapter is switched off and on."""
    await two_sensors(testbed)
    async with testbed.radio() as radio, supervised(radio) as heard:
        await heard.until(lambda: both(heard))
        testbed.lab.kill("strap")
        await heard.until(lambda: testbed.kernel.discovering, 30)
        await testbed.kill_bluez()
        assert testbed.kernel.discovering
        await testbed.lab.switch_on("strap")
        await asyncio.sleep(1)
        await testbed.start_bluez()
        assert await heard.until(lambda: both(heard), 120) < 60


async def test_bluetoothd_is_restarted(testbed: BluezTestbed) -> None:
    """SIGTERM and a new one: `systemctl restart bluetooth`."""
    await two_sensors(testbed)
    async with testbed.radio() as radio, supervised(radio) as heard:
        await heard.until(lambda: both(heard))
        await asyncio.sleep(5)
        await testbed.terminate_bluez()
        await heard.until(lambda: not heard.streaming(), 5)
        await asyncio.sleep(1)
        await testbed.start_bluez()
        assert await heard.until(lambda: both(heard), 60) < 30
        await asyncio.sleep(2)
        assert len(heard.holes(SACRUM)) == 1


async def test_bluetoothd_is_restarted_while_scanning(testbed: BluezTestbed) -> None:
    """A scanner that outlives its daemon is deaf, without reporting an error."""
    await two_sensors(testbed)
    async with testbed.radio() as radio, supervised(radio) as heard:
        await heard.until(lambda: both(heard))
        testbed.lab.kill("strap")
        await heard.until(lambda: testbed.kernel.discovering, 30)
        await testbed.terminate_bluez()
        await testbed.lab.switch_on("strap")
        await asyncio.sleep(1)
        await testbed.start_bluez()
        assert await heard.until(lambda: both(heard), 120) < 30


async def test_the_bus_itself_is_started_anew(testbed: BluezTestbed) -> None:
    """D-Bus and bluetoothd die together; every socket of ours is closed."""
    await two_sensors(testbed)
    async with testbed.radio() as radio, supervised(radio) as heard:
        await heard.until(lambda: both(heard))
        testbed.bus.kill()
        await testbed.kill_bluez()
        await heard.until(lambda: not heard.streaming(), 5)
        await asyncio.sleep(5)
        testbed.bus.start()
        await testbed.start_bluez()
        assert await heard.until(lambda: both(heard), 60) < 30


async def test_the_adapter_is_switched_off_and_on(testbed: BluezTestbed) -> None:
    await two_sensors(testbed)
    async with testbed.radio() as radio, supervised(radio) as heard:
        await heard.until(lambda: both(heard))
        assert testbed.bluez is not None
        await testbed.bluez.adapter.power(on=False)
        await heard.until(lambda: not heard.streaming(), 5)
        await asyncio.sleep(10)
        await testbed.bluez.adapter.power(on=True)
        assert await heard.until(lambda: both(heard), 60) < 30


async def test_the_adapter_is_pulled_out_and_put_in(testbed: BluezTestbed) -> None:
    await two_sensors(testbed)
    async with testbed.radio() as radio, supervised(radio) as heard:
        await heard.until(lambda: both(heard))
        assert testbed.bluez is not None
        await testbed.bluez.unplug()
        await heard.until(lambda: not heard.streaming(), 5)
        await asyncio.sleep(10)
        assert heard.states[SACRUM][-1].detail.startswith("Bluetooth adapter:")
        await testbed.bluez.plug()
        assert await heard.until(lambda: both(heard), 60) < 30


async def test_no_adapter_to_begin_with_says_so(testbed: BluezTestbed) -> None:
    assert testbed.bluez is not None
    await testbed.bluez.unplug()
    with pytest.raises(AdapterDownError, match="plug in"):
        async with testbed.radio() as radio:
            await Supervisor(radio, load_catalog(), PacketInbox()).run(asyncio.Event())


async def test_services_that_come_late_are_waited_for(testbed: BluezTestbed) -> None:
    await two_sensors(testbed)
    assert testbed.bluez is not None
    testbed.bluez.devices.resolve_after_s[testbed.address("sacrum_imu")] = 4.0
    async with testbed.radio() as radio, supervised(radio) as heard:
        assert await heard.until(lambda: both(heard), 30) < 15
        assert testbed.faults.calls["Device1.Connect"] == 2


async def test_services_that_never_come_end_the_attempt_not_the_run(testbed: BluezTestbed) -> None:
    await two_sensors(testbed)
    assert testbed.bluez is not None
    slow = testbed.bluez.devices.resolve_after_s
    slow[testbed.address("sacrum_imu")] = None
    async with testbed.radio() as radio, supervised(radio) as heard:
        await heard.until(lambda: heard.state(STRAP) == "streaming")
        await asyncio.sleep(30)
        assert heard.state(SACRUM) != "streaming"
        slow.clear()
        assert await heard.until(lambda: both(heard), 60) < 40


async def test_a_stale_cache_of_services_is_dropped(testbed: BluezTestbed) -> None:
    """After a firmware update BlueZ may not know a characteristic; removing the device makes it look again."""
    await two_sensors(testbed)
    assert testbed.bluez is not None
    testbed.bluez.devices.hidden[testbed.address("sacrum_imu")] = {DATA}
    async with testbed.radio() as radio, supervised(radio) as heard:
        assert await heard.until(lambda: both(heard), 120) < 60


async def test_a_link_left_by_a_crashed_hub_is_taken_over(testbed: BluezTestbed) -> None:
    """A connected sensor does not advertise: no scan finds it."""
    await two_sensors(testbed)
    assert testbed.bluez is not None
    await testbed.bluez.devices.inherit(testbed.address("sacrum_imu"))
    async with testbed.radio() as radio, supervised(radio) as heard:
        assert await heard.until(lambda: both(heard), 60) < 30
        assert heard.holes(SACRUM) == []


async def test_a_sensor_that_wants_to_be_paired_says_what_to_do(testbed: BluezTestbed) -> None:
    await two_sensors(testbed)
    testbed.faults.next("GattCharacteristic1.StartNotify", NOT_PAIRED, times=100)
    async with testbed.radio() as radio, supervised(radio) as heard:
        await asyncio.sleep(20)
        assert not heard.streaming()
        assert "pair" in heard.states[STRAP][-1].detail
        assert "bluetoothctl" in heard.states[STRAP][-1].detail
