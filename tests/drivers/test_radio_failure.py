"""Translation of radio errors, and the constraints of the platform's stack."""

from __future__ import annotations

import asyncio
from typing import Self

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
)
from bumble.core import UUID, AdvertisingData

from drivers.errors import AdapterDownError, DeviceUnreachableError, RadioError
from drivers.radio.bumble import BumbleProvider
from drivers.radio.bumble_client import BumbleClient
from drivers.radio.bumble_scanner import BumbleScanner
from drivers.radio.failure import radio_error, translated
from drivers.radio.platform import PlatformProvider
from drivers.virtual.lab import VirtualLab
from drivers.virtual.runner import VirtualRunner
from tests.drivers.supervised import supervised

Reason = BleakBluetoothNotAvailableReason


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (BleakBluetoothNotAvailableError("no adapter", Reason.NO_BLUETOOTH), AdapterDownError, "plug in"),
        (BleakBluetoothNotAvailableError("off", Reason.POWERED_OFF), AdapterDownError, "switch Bluetooth on"),
        (BleakBluetoothNotAvailableError("?", Reason.UNKNOWN), AdapterDownError, "stridecue doctor"),
        (BleakDBusError("org.bluez.Error.NotReady", ["Resource Not Ready"]), AdapterDownError, "NotReady"),
        (BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", []), AdapterDownError, "service is running"),
        (BleakDBusError("org.bluez.Error.Failed", ["Input/output error"]), AdapterDownError, "Input/output"),
        (BleakDBusError("org.bluez.Error.Failed", ["le-connection-abort-by-local"]), DeviceUnreachableError, "abort"),
        (BleakDeviceNotFoundError("AA", "gone"), DeviceUnreachableError, "not found"),
        (BleakError("service discovery failed"), DeviceUnreachableError, "discovery"),
        (TimeoutError(), DeviceUnreachableError, "no answer in time"),
        (FileNotFoundError(2, "No such file or directory"), AdapterDownError, "stridecue doctor"),
        (ConnectionRefusedError(111, "no Bluetooth service"), AdapterDownError, "no Bluetooth service"),
        (EOFError(), DeviceUnreachableError, "EOFError"),
        (AdapterDownError("already in our words"), AdapterDownError, "already"),
    ],
)
def test_every_failure_has_a_type_and_says_what_to_do(error: Exception, kind: type[RadioError], words: str) -> None:
    translated_error = radio_error(error, "connect to Pod")
    assert type(translated_error) is kind
    assert words in str(translated_error)


def test_what_d_bus_raises_past_bleak_is_expected() -> None:
    error = type("DBusError", (Exception,), {"__module__": "dbus_fast.errors"})("org.bluez.Error.InProgress")
    with pytest.raises(DeviceUnreachableError, match="InProgress"), translated("scan"):
        raise error


def test_a_bug_is_not_translated() -> None:
    with pytest.raises(ZeroDivisionError), translated("divide"):
        _ = 1 / 0


class TakesTurns(VirtualLab):
    """A virtual adapter with the platform's constraints, and a record of what ran concurrently."""

    scans_during_connects = connects_at_once = connecting = 0

    async def __aenter__(self) -> Self:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(BumbleProvider, "parallel_connects", PlatformProvider.parallel_connects)
            await super().__aenter__()
        host = self.provider.host
        self.provider.scans_while_connecting = PlatformProvider.scans_while_connecting
        connect, start = host.client_backend.connect, host.scanner_backend.start

        async def watched_connect(client: BumbleClient, *pair: bool) -> None:
            self.connecting += 1
            self.connects_at_once = max(self.connects_at_once, self.connecting)
            self.scans_during_connects += bool(host.central.scanners)
            try:
                await connect(client, *pair)
            finally:
                self.connecting -= 1

        async def watched_start(scanner: BumbleScanner) -> None:
            self.scans_during_connects += bool(self.connecting)
            await start(scanner)

        patch = pytest.MonkeyPatch()  # of this host's own classes
        patch.setattr(host.client_backend, "connect", watched_connect)
        patch.setattr(host.scanner_backend, "start", watched_start)
        return self


async def test_scans_and_connects_take_turns_where_the_stack_needs_it() -> None:
    async with TakesTurns(VirtualRunner(), ("pod", "strap", "sacrum_imu")) as three:
        seen = await three.radio.scan(0.5)
        scan = asyncio.create_task(three.radio.scan(5))
        links = await asyncio.gather(*(three.radio.connect(sighting) for sighting in seen.values()))
        assert len(links) == 3
        assert (three.connects_at_once, three.scans_during_connects) == (1, 0)
        await three.sensors["pod"].disconnect()
        assert set(await scan) == {"F0:5C:00:01:00:01"}  # the scan continued after the connects


async def test_a_device_that_is_not_what_it_says_is_refused_with_the_reason() -> None:
    async with VirtualLab(VirtualRunner(), ("pod",)) as one:
        device = one.sensors["pod"].device
        liar = [(AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, UUID("180D").to_bytes())]
        device.advertising_data = bytes(AdvertisingData(liar))
        await device.start_advertising(auto_restart=True)
        async with supervised(one.radio) as heard:
            await heard.until(lambda: heard.state("hr-chest-0001") == "failed")
            assert "does not offer measurement" in heard.states["hr-chest-0001"][-1].detail
            await asyncio.sleep(20)
            assert not heard.packets
            assert [s.state for s in heard.states["hr-chest-0001"]] == ["connecting", "failed"]  # no hammering


async def test_waits_between_attempts_are_spread_and_capped() -> None:
    async with VirtualLab(VirtualRunner(), ("strap",)) as one, supervised(one.radio) as heard:
        await heard.until(lambda: heard.state("hr-chest-0005") == "streaming")
        one.kill("strap")
        await heard.until(lambda: heard.state("hr-chest-0005") == "lost")
        await asyncio.sleep(600)
        await one.switch_on("strap")
        # At most one search window and the longest wait until the next attempt.
        assert await heard.until(lambda: heard.state("hr-chest-0005") == "streaming", 60) <= 6 + 8 + 2
