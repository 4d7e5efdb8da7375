"""Two sensors with the same placement or name: one is used, the other is reported and waits."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from unittest.mock import AsyncMock

import pytest

from drivers.virtual.lab import VirtualLab
from drivers.virtual.runner import VirtualRunner
from drivers.virtual.sensor_kinds import SENSOR_KINDS
from dsp.signals import Placement
from tests.drivers.supervised import supervised
from tests.drivers.virtual_lab import lab

MISSING = {"My Pod": Placement.FOOT}
"""Configured and never heard, so that the search continues."""


def namesakes(kind: str) -> VirtualLab:
    alike = {f"{kind} {n}": replace(SENSOR_KINDS[kind], name="Same name", number=n) for n in (7, 8)}
    return VirtualLab(VirtualRunner(), tuple(alike), kinds=alike)


def named(two: VirtualLab, address: str) -> str:
    return next(each for each, sensor in two.sensors.items() if sensor.identity.address == address)


async def test_a_second_sensor_at_a_placement_is_not_used_and_says_why() -> None:
    at_hip = dict.fromkeys(("F0:5C:00:01:00:04", "F0:5C:00:01:00:03"), Placement.SACRUM)
    async with lab("sacrum_imu", "right_foot_imu") as two, supervised(two.radio, at_hip) as heard:
        await heard.until(lambda: len(heard.streaming()) == 1 and "failed" in map(heard.state, heard.states))
        await asyncio.sleep(10)
        ((refused, states),) = [(d, s) for d, s in heard.states.items() if heard.state(d) == "failed"]
        (used,) = heard.streaming()
        assert used in {"sacrum-0003", "sacrum-0004"} - {refused}
        assert "already worn there (sacrum)" in states[-1].detail
        assert "stridecue pair" in states[-1].detail
        assert set(heard.packets) == set(heard.infos) == {used}


@pytest.mark.parametrize("others", [{}, MISSING], ids=["alone", "while another is missing"])
@pytest.mark.parametrize(
    ("kind", "placement", "device"),
    [("sacrum_imu", Placement.SACRUM, "sacrum-same-name"), ("strap", Placement.CHEST, "chest-same-name")],
)
async def test_two_sensors_of_one_name_are_not_taken_for_one(
    kind: str, placement: Placement, device: str, others: dict[str, Placement]
) -> None:
    two, spare = namesakes(kind), f"{device}--spare"
    async with two, supervised(two.radio, {"Same name": placement, **others}) as heard:
        await heard.until(lambda: heard.state(device) == "streaming", 5)
        await heard.until(lambda: heard.state(spare) == "failed", 20)
        await asyncio.sleep(10)
        assert heard.streaming() == set(heard.packets) == {device}
        assert set(heard.states) - {"foot-my-pod"} == {device, spare}
        used, told = heard.infos[device].address, heard.states[spare]
        assert used is not None
        assert len(told) == 1
        assert told[0].address not in {None, used}
        assert f"{used} has the same name and is used, not {told[0].address}:" in told[0].detail
        assert [state.state for state in heard.states[device]].count("failed") == 0
        two.kill(named(two, used))
        await heard.until(lambda: heard.infos[device].address == told[0].address, 120)
        await heard.until(lambda: heard.state(device) == "streaming", 30)
        assert f"{told[0].address} has the same name and is used, not {used}:" in told[-1].detail
        assert set(heard.states) - {"foot-my-pod"} == {device, spare}, "nothing is left of what held before"


async def test_a_lost_sensor_is_replaced_by_its_namesake_and_a_new_namesake_is_reported() -> None:
    two = namesakes("strap")
    async with two:
        two.kill("strap 8")
        async with supervised(two.radio, {"Same name": Placement.CHEST}) as heard:
            await heard.until(lambda: heard.state("chest-same-name") == "streaming", 5)
            first = heard.infos["chest-same-name"].address
            await asyncio.sleep(60)
            two.kill("strap 7")
            await asyncio.sleep(60)
            await two.switch_on("strap 8")
            await heard.until(lambda: heard.infos["chest-same-name"].address != first, 90)
            await asyncio.sleep(30)
            assert heard.state("chest-same-name") == "streaming"
        async with supervised(two.radio, {"Same name": Placement.CHEST}) as heard:
            await heard.until(lambda: heard.state("chest-same-name") == "streaming", 5)
            await asyncio.sleep(60)
            assert "chest-same-name--spare" not in heard.states
            await two.switch_on("strap 7")
            await heard.until(lambda: heard.state("chest-same-name--spare") == "failed", 200)
            assert heard.infos["chest-same-name"].address != first


async def test_no_sensor_is_given_up_while_the_adapter_is_away() -> None:
    two = namesakes("strap")
    async with two, supervised(two.radio, {"Same name": Placement.CHEST}) as heard:
        await heard.until(lambda: heard.state("chest-same-name--spare") == "failed", 20)
        used = heard.infos["chest-same-name"].address
        assert used is not None
        two.unplug_adapter()
        await asyncio.sleep(90)
        two.conditions_of(named(two, used)).in_range = False
        two.plug_adapter()
        await asyncio.sleep(22)
        two.conditions_of(named(two, used)).in_range = True
        await heard.until(lambda: heard.state("chest-same-name") == "streaming", 30)
        await asyncio.sleep(60)
        assert heard.infos["chest-same-name"].address == used
        assert len(heard.states["chest-same-name--spare"]) == 1


async def test_who_wrote_addresses_pays_no_air_time_for_looking_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async with lab("strap") as one, supervised(one.radio, {"F0:5C:00:01:00:05": Placement.CHEST}) as heard:
        await heard.until(lambda: heard.state("chest-0005") == "streaming")
        scan = AsyncMock(return_value={})
        monkeypatch.setattr(one.radio, "scan", scan)
        await asyncio.sleep(300)
        scan.assert_not_called()


async def test_a_spare_sensor_takes_over_from_one_that_is_gone_for_good() -> None:
    at_hip = dict.fromkeys(("F0:5C:00:01:00:04", "F0:5C:00:01:00:03"), Placement.SACRUM)
    kinds = {"sacrum-0004": "sacrum_imu", "sacrum-0003": "right_foot_imu"}
    async with lab("sacrum_imu", "right_foot_imu") as two, supervised(two.radio, at_hip) as heard:
        await heard.until(lambda: len(heard.streaming()) == 1 and "failed" in map(heard.state, heard.states))
        (first,) = heard.streaming()
        (spare,) = kinds.keys() - {first}
        await asyncio.sleep(60)
        assert [state.state for state in heard.states[spare]].count("failed") == 1, "told once"
        two.conditions_of(kinds[first]).in_range = False
        await heard.until(lambda: heard.state(first) == "lost", 5)
        await asyncio.sleep(15)
        two.conditions_of(kinds[first]).in_range = True
        await heard.until(lambda: heard.state(first) == "streaming", 20)
        assert not heard.packets[spare], "away for a while is not for good"
        two.kill(kinds[first])
        await heard.until(lambda: heard.state(spare) == "streaming", 90)
        assert heard.state(first) == "failed"
        assert "already worn there (sacrum)" in heard.states[first][-1].detail
        await two.switch_on(kinds[first])
        await asyncio.sleep(60)
        assert heard.streaming() == {spare}
        two.kill(kinds[spare])
        await heard.until(lambda: heard.state(first) == "streaming", 90)


async def test_a_spare_sensor_without_configuration_takes_over_too() -> None:
    async with lab("sacrum_imu", "right_foot_imu") as two:
        second = two.sensors["right_foot_imu"].device
        second.scan_response_data = two.sensors["sacrum_imu"].device.scan_response_data
        await second.start_advertising(auto_restart=True)
        async with supervised(two.radio) as heard:
            await heard.until(lambda: len(heard.streaming()) == 1 and "failed" in map(heard.state, heard.states))
            (first,) = heard.streaming()
            (spare,) = heard.states.keys() - {first}
            two.kill("sacrum_imu" if first.endswith("4") else "right_foot_imu")
            await heard.until(lambda: heard.state(spare) == "streaming", 90)
