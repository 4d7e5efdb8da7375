"""Start steps of a profile: acknowledged writes, conditional writes and queries, on a simulated link."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import pytest

from drivers.errors import DeviceUnreachableError, RadioError
from drivers.radio.link import Link
from drivers.supervision.gatt_session import GattSession
from firmware_profiles.catalog import load_catalog

CATALOG = load_catalog()
OnValue = Callable[[bytearray], None]


class AnsweringLink(Link):
    """A link with every characteristic except `lacks`; `answers` maps hex written -> hex notified."""

    notification_limit_bytes = 244

    def __init__(self, answers: dict[str, list[str]], lacks: frozenset[str] = frozenset()) -> None:
        self.answers = answers
        self.lacks = lacks
        self.written: list[str] = []
        self.subscribed: dict[str, OnValue] = {}
        self.lost = asyncio.Event()

    def missing(self, uuids: Iterable[str]) -> list[str]:
        return [uuid for uuid in uuids if uuid in self.lacks]

    async def read(self, uuid: str) -> bytes:
        raise DeviceUnreachableError(f"no {uuid}")

    async def write(self, _uuid: str, data: bytes) -> None:
        self.written.append(data.hex())
        for answer in self.answers.get(data.hex(), []):
            for on_value in list(self.subscribed.values()):
                on_value(bytearray.fromhex(answer))

    async def subscribe(self, uuid: str, on_value: OnValue) -> None:
        self.subscribed[uuid] = on_value


def session(profile_id: str, link: AnsweringLink, **params: float) -> GattSession:
    profile = CATALOG.get(profile_id)
    return GattSession(link, profile, {**profile.default_params(), **params}, lambda _alias, _value: None)


def lacking(profile_id: str) -> frozenset[str]:
    """A characteristic that the supported firmware does not have."""
    forbidden = CATALOG.get(profile_id).link.forbid_char
    return frozenset() if forbidden is None else frozenset({forbidden})


async def test_movesense_sends_hello_and_waits_for_its_subscription() -> None:
    subscribe = b"\x01\x63/Meas/IMU6/208".hex()
    link = AnsweringLink({"00ff": ["01ff0130"], subscribe: ["0163c800"]}, lacking("movesense.gsp"))
    started = session("movesense.gsp", link, rate_hz=208)
    started.check()
    await started.start()
    assert link.written == ["00ff", subscribe]
    await started.stop()
    assert link.written[-1] == "0263"


async def test_movesense_with_other_commands_under_the_same_numbers_is_left_alone() -> None:
    with pytest.raises(RadioError, match="4 erases the log"):
        session("movesense.gsp", AnsweringLink({})).check()


async def test_a_response_other_than_success_is_reported() -> None:
    link = AnsweringLink({"00ff": ["01ff01"], b"\x01\x63/Meas/IMU6/104".hex(): ["0163f401"]}, lacking("movesense.gsp"))
    with pytest.raises(DeviceUnreachableError, match="answered 0163f401 on rx within 2 s"):
        await session("movesense.gsp", link).start()
    with pytest.raises(DeviceUnreachableError, match="did not answer on rx"):
        await session("movesense.gsp", AnsweringLink({}, lacking("movesense.gsp"))).start()


async def test_polar_goes_into_sdk_mode_before_it_streams() -> None:
    acc, gyro = "020200016800010110000201100004" + "0103", "02050001680001011000" + "0201d007040103"
    answers = {"0209": ["f002090600"], acc: ["f00202000005014 0da7f39".replace(" ", "")], gyro: ["f00205000000"]}
    link = AnsweringLink(answers)
    await session("polar.verity", link).start()
    assert link.written == ["0302", "0305", "0209", acc, gyro]


async def test_h10_starts_as_the_specification_writes_it() -> None:
    link = AnsweringLink({"02020201080000 01c80001011000".replace(" ", ""): ["f002020000"]})
    await session("polar.h10", link).start()
    assert link.written == ["0302", "0202020108000001c80001011000"]


@pytest.mark.parametrize(
    ("answer", "settings"),
    [
        ("0380010200", ["0303290c", "13032900", "031c01", "130701"]),
        ("0380040000", ["0303a903", "13032900", "030501", "130501"]),
    ],
)
async def test_metamotion_is_asked_which_chip_it_has(answer: str, settings: list[str]) -> None:
    link = AnsweringLink({"0380": [answer]})
    started = session("metamotion", link, rate_hz=200)
    await started.start()
    assert link.written == ["0380", *settings, "03020100", "13020100", "030101", "130101", "1180"]
    await started.stop()
    assert link.written[-2:] == [settings[2][:4] + "00", settings[3][:4] + "00"]


async def test_witmotion_is_unlocked_before_every_setting_and_the_rate_comes_last() -> None:
    link = AnsweringLink({})
    await session("witmotion.ble5", link, rate_hz=100).start()
    assert link.written[0] == "ffaa276400"
    assert link.written[1::2] == ["ffaa6988b5"] * 4
    assert link.written[2::2] == ["ffaa960000", "ffaa240100", "ffaa1f0200", "ffaa030900"]


async def test_runpod_shows_only_its_standard_services() -> None:
    services = {entry.service for entry in CATALOG.get("zwift.runpod").gatt.values()}
    assert {str(service)[4:8] for service in services} == {"1814", "180f", "180a"}


async def test_stryd_is_used_without_its_own_characteristic() -> None:
    link = AnsweringLink({})
    started = session("stryd", link)
    started.check()
    await started.start()
    assert {uuid[4:8] for uuid in link.subscribed} == {"2a19", "2a53", "2a63", "ff00"}
