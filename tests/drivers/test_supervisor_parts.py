"""Backoff, watchdog, roles and write templates: the parts of the supervisor."""

from __future__ import annotations

import itertools
import random
from types import MappingProxyType

import pytest
from bleak.backends.device import BLEDevice

from drivers.radio.sighting import Sighting
from drivers.supervision.backoff import Backoff
from drivers.supervision.roles import is_address, role_of, slug
from drivers.supervision.watchdog import Watchdog
from drivers.supervision.write_template import render
from dsp.signals import NS_PER_S, Placement
from firmware_profiles.catalog import load_catalog
from firmware_profiles.schema import Write

IMU_SERVICE = "29842d16-0001-4d89-9988-88cc44c282a4"
RSC_SERVICE = "00001814-0000-1000-8000-00805f9b34fb"
CATALOG = load_catalog()


def seen(name: str | None, service: str, address: str = "F0:5C:00:00:00:04") -> Sighting:
    return Sighting(address, name, (service,), MappingProxyType({}), -50, 0, BLEDevice(address, name, None))


def test_waits_grow_to_a_cap_and_never_beyond() -> None:
    backoff = Backoff(first_s=1.0, cap_s=8.0, jitter=0.25, chance=random.Random(1))
    waits = [backoff.next_s() for _ in range(12)]
    assert 0.75 <= waits[0] <= 1.25
    assert all(1.2 < later / earlier < 3.4 for earlier, later in itertools.pairwise(waits[:3]))
    assert all(6.0 <= wait <= 8.0 for wait in waits[4:])
    backoff.reset()
    assert backoff.next_s() <= 1.25


def test_two_devices_do_not_wait_in_step() -> None:
    one, other = (Backoff(chance=random.Random(seed)) for seed in (1, 2))
    assert [one.next_s() for _ in range(5)] != [other.next_s() for _ in range(5)]


@pytest.mark.parametrize(("first_s", "cap_s", "jitter"), [(0.0, 8.0, 0.25), (9.0, 8.0, 0.25), (1.0, 8.0, 1.0)])
def test_refuses_waits_that_make_no_sense(first_s: float, cap_s: float, jitter: float) -> None:
    with pytest.raises(ValueError, match="need 0 < first"):
        Backoff(first_s=first_s, cap_s=cap_s, jitter=jitter)


def test_silence_is_three_periods_and_at_least_two_seconds() -> None:
    watchdog = Watchdog({"fast": 26.0, "slow": 0.5, "rare": 0.0})
    watchdog.start(0)
    assert watchdog.next_check_ns(0) == 2 * NS_PER_S
    assert watchdog.silent(2 * NS_PER_S - 1) == []
    assert watchdog.silent(2 * NS_PER_S) == ["fast"]
    watchdog.hear("fast", 2 * NS_PER_S)
    watchdog.hear("rare", 2 * NS_PER_S)
    assert watchdog.silent(3 * NS_PER_S) == []
    assert watchdog.silent(6 * NS_PER_S) == ["fast", "slow"]
    assert not watchdog.heard_since(1)
    watchdog.hear("slow", 3 * NS_PER_S)
    assert watchdog.heard_since(1)


def test_a_device_without_regular_streams_is_never_silent() -> None:
    watchdog = Watchdog({"rare": 0.0})
    watchdog.start(0)
    assert watchdog.silent(10**15) == []
    assert watchdog.next_check_ns(5) > 5


@pytest.mark.parametrize(
    ("name", "service", "placement", "device"),
    [
        ("Virtual IMU sacrum", IMU_SERVICE, Placement.SACRUM, "imu6-sacrum-0004"),
        ("my LEFT-foot thing", IMU_SERVICE, Placement.LEFT_FOOT, "imu6-left_foot-0004"),
        ("Right Shoe", IMU_SERVICE, Placement.RIGHT_FOOT, "imu6-right_foot-0004"),
        ("footloose", IMU_SERVICE, None, "imu6-unplaced-0004"),
        (None, IMU_SERVICE, None, "imu6-unplaced-0004"),
        ("Some Pod", RSC_SERVICE, Placement.FOOT, "rsc-foot-0004"),
        ("Pod left foot", RSC_SERVICE, Placement.LEFT_FOOT, "rsc-left_foot-0004"),
        ("Strap", "0000180d-0000-1000-8000-00805f9b34fb", Placement.CHEST, "hr-chest-0004"),
        ("Belt", "00001826-0000-1000-8000-00805f9b34fb", Placement.TREADMILL, "treadmill-0004"),
    ],
)
def test_roles_without_configuration(name: str | None, service: str, placement: Placement | None, device: str) -> None:
    role = role_of(seen(name, service), CATALOG, {})
    assert role is not None
    assert (role.placement, role.device) == (placement, device)


def test_unknown_devices_have_no_role() -> None:
    assert role_of(seen("Headphones", "0000110b-0000-1000-8000-00805f9b34fb"), CATALOG, {}) is None


def test_the_configuration_decides_and_excludes() -> None:
    by_address = {"f0:5c:00:00:00:04": Placement.RIGHT_HIP}
    role = role_of(seen("Virtual IMU sacrum", IMU_SERVICE), CATALOG, by_address)
    assert role is not None
    assert (role.placement, role.device) == (Placement.RIGHT_HIP, "right_hip-0004")
    by_name = {"virtual imu SACRUM": Placement.SACRUM}
    role = role_of(seen("Virtual IMU sacrum", IMU_SERVICE), CATALOG, by_name)
    assert role is not None
    assert role.device == "sacrum-virtual-imu-sacrum"
    assert role_of(seen("Other", IMU_SERVICE, "F0:5C:00:00:00:99"), CATALOG, by_address) is None


@pytest.mark.parametrize(
    ("key", "is_one"),
    [
        ("F0:5C:00:00:00:04", True),
        ("f0:5c:00:00:00:04", True),
        ("6F2C1B9A-0C7E-4B57-8A57-3B1D0C9E4F21", True),
        ("Polar H10 12345678", False),
        ("Pod: left", False),
    ],
)
def test_an_address_is_distinguished_from_a_name(key: str, *, is_one: bool) -> None:
    assert is_address(key) is is_one


def test_ids_are_topic_segments() -> None:
    assert slug("Sacrum", "Zoë's IMU #1 ", "0A4f") == "sacrum-zo-s-imu-1-0a4f"


def test_templates_fill_in_parameters_little_endian() -> None:
    step = Write(to="config", hex=["01 {rate_hz:u16}{offset:s8}", "ff"])
    assert render(step, {"rate_hz": 208.0, "offset": -2}) == [b"\x01\xd0\x00\xfe", b"\xff"]
    ascii_tail = Write(to="config", hex="0163", append_ascii="/Meas/IMU6/{rate_hz}")
    assert render(ascii_tail, {"rate_hz": 104.0}) == [b"\x01\x63/Meas/IMU6/104"]
    with pytest.raises(KeyError):
        render(Write(to="config", hex="{nothing:u8}"), {})
