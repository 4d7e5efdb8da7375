"""Assigning roles by shaking, over real GATT on the virtual air; and the effect of remembered roles on a run."""

from __future__ import annotations

import asyncio

from drivers.pairing import pairing
from drivers.supervision.roles import is_motion_sensor, role_of
from drivers.virtual.lab import VirtualLab
from drivers.virtual.params import RunnerParams
from drivers.virtual.runner import VirtualRunner
from dsp.signals import Placement
from firmware_profiles.catalog import load_catalog
from tests.drivers.supervised import supervised
from tests.drivers.test_supervisor_parts import CATALOG, IMU_SERVICE, RSC_SERVICE, seen
from tests.drivers.virtual_lab import imu_of

THREE = ("left_foot_imu", "right_foot_imu", "sacrum_imu")
LEFT, RIGHT, SACRUM = (f"F0:5C:00:01:00:0{n}" for n in (2, 3, 4))


def standing(*sensors: str) -> VirtualLab:
    return VirtualLab(VirtualRunner(RunnerParams(standing_s=600.0)), sensors)


async def test_the_sensor_in_the_hand_is_known_by_its_motion() -> None:
    async with standing(*THREE, "strap", "pod") as five, pairing(five.radio, load_catalog()) as near:
        await near.all_streaming(10)
        assert {role.address for role in near.sensors.values()} == {LEFT, RIGHT, SACRUM}  # a pod cannot be shaken
        taken: list[str] = []
        for kind, address in (("sacrum_imu", SACRUM), ("left_foot_imu", LEFT)):
            shaking = asyncio.get_running_loop().call_later(2, imu_of(five, kind).shake)
            role = await near.shaken(10, but_not=taken)
            shaking.cancel()
            assert role is not None
            assert role.address == address
            taken.append(role.device)
        assert await near.shaken(3, but_not=taken) is None


async def test_a_runner_who_walks_about_is_not_a_shaken_sensor() -> None:
    runner = VirtualRunner(RunnerParams(standing_s=1.0))
    async with VirtualLab(runner, THREE) as lab, pairing(lab.radio, load_catalog()) as near:
        await near.all_streaming(10)
        await asyncio.sleep(8)
        assert await near.shaken(10) is None


async def test_a_remembered_role_goes_before_the_name() -> None:
    paired = {LEFT: Placement.RIGHT_FOOT, RIGHT: Placement.LEFT_FOOT}
    async with standing(*THREE, "strap") as four, supervised(four.radio, paired=paired) as heard:
        await heard.until(lambda: len(heard.streaming()) == 4)
        assert heard.infos["imu6-right_foot-0002"].placement is Placement.RIGHT_FOOT
        assert heard.infos["imu6-left_foot-0003"].placement is Placement.LEFT_FOOT
        assert heard.infos["imu6-sacrum-0004"].placement is Placement.SACRUM


def test_another_runners_sensor_with_the_same_placement_is_not_used() -> None:
    paired = {"F0:5C:00:00:00:04": Placement.SACRUM}
    mine, other = seen("anything", IMU_SERVICE), seen("sacrum", IMU_SERVICE, "F0:5C:00:00:00:99")
    role = role_of(mine, CATALOG, {}, paired)
    assert role is not None
    assert (role.placement, role.device) == (Placement.SACRUM, "imu6-sacrum-0004")
    assert role_of(other, CATALOG, {}, paired) is None
    pod = role_of(seen("Pod", RSC_SERVICE, "F0:5C:00:00:00:98"), CATALOG, {}, {**paired, "x": Placement.FOOT})
    assert pod is not None
    configured = role_of(mine, CATALOG, {"f0:5c:00:00:00:04": Placement.LEFT_HIP}, paired)
    assert configured is not None
    assert configured.placement is Placement.LEFT_HIP


def test_only_what_feels_acceleration_can_be_shaken() -> None:
    assert is_motion_sensor(CATALOG.get("stridecue.imu6"))
    assert not is_motion_sensor(CATALOG.get("sig.rsc"))
    assert not is_motion_sensor(CATALOG.get("sig.hr"))
