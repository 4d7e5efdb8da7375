"""Sensors, air and hub as separate processes: if one is killed with -9, the others see a radio link end."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.errors import AdapterDownError
from drivers.radio_choice import open_radio
from drivers.virtual.air import serve_air
from drivers.virtual.peripherals.sensor import VirtualSensor
from drivers.virtual.process import run_sensor
from drivers.virtual.runner import VirtualRunner
from tests.drivers.supervised import supervised

ROOT = Path(__file__).parents[2]
SACRUM, STRAP = "imu6-sacrum-0004", "hr-chest-0005"
SENSOR = """
import asyncio, sys
from drivers.virtual.process import run_sensor
from drivers.virtual.runner import VirtualRunner
kind, port, epoch_s = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
up = lambda sensor: print("up", sensor.identity.name, flush=True)
asyncio.run(run_sensor(kind, port, asyncio.Event(), epoch_s=epoch_s, on_ready=up))
"""
RATE_HZ = 208


@asynccontextmanager
async def processes() -> AsyncIterator[list[asyncio.subprocess.Process]]:
    """Provide a list of processes, which are killed at the end."""
    children: list[asyncio.subprocess.Process] = []
    try:
        yield children
    finally:
        for child in children:
            if child.returncode is None:
                child.kill()
        for child in children:
            await child.communicate()


async def start_sensor(kind: str, port: int, epoch_s: float) -> asyncio.subprocess.Process:
    arguments: Sequence[str] = [sys.executable, "-c", SENSOR, kind, str(port), str(epoch_s)]
    child = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE, cwd=ROOT)
    assert child.stdout is not None
    assert (await child.stdout.readline()).startswith(b"up Virtual")
    return child


@pytest.mark.real_time
@pytest.mark.slow
async def test_a_sensor_process_killed_with_9_comes_back_by_itself() -> None:
    epoch_s = asyncio.get_running_loop().time()
    async with processes() as children, serve_air(0) as port:
        for kind in ("sacrum_imu", "strap"):
            children.append(await start_sensor(kind, port, epoch_s))
        async with open_radio(f"bumble:tcp-client:127.0.0.1:{port}") as radio, supervised(radio) as heard:
            await heard.until(lambda: heard.streaming() == {SACRUM, STRAP})
            await heard.until(lambda: len(heard.payloads(SACRUM, "data")) > 20)
            os.kill(children[0].pid, signal.SIGKILL)
            await heard.until(lambda: heard.state(SACRUM) == "lost")
            straps = len(heard.packets[STRAP])
            children.append(await start_sensor("sacrum_imu", port, epoch_s))
            before = len(heard.payloads(SACRUM, "data"))
            await heard.until(lambda: heard.state(SACRUM) == "streaming")
            await heard.until(lambda: len(heard.payloads(SACRUM, "data")) > before + 20)
            assert len(heard.packets[STRAP]) > straps  # the other one never stopped
            assert heard.state(STRAP) == "streaming"
            starts = [first for first, _ in heard.sample_ranges(SACRUM)]
            assert sum(b < a for a, b in itertools.pairwise(starts)) == 1  # the reboot: the counter begins anew
            assert all(found < expected for expected, found in heard.holes(SACRUM))
        assert children[1].returncode is None


@pytest.mark.real_time
@pytest.mark.slow
async def test_when_the_air_dies_sensors_end_and_the_hub_names_the_adapter() -> None:
    loop = asyncio.get_running_loop()
    async with processes() as children:
        async with serve_air(0) as port:
            children.append(await start_sensor("strap", port, loop.time()))
            radio = open_radio(f"bumble:tcp-client:127.0.0.1:{port}")
            opened = await radio.__aenter__()
            watching = supervised(opened)
            heard = await watching.__aenter__()
            await heard.until(lambda: heard.state(STRAP) == "streaming")
        await heard.until(lambda: heard.state(STRAP) == "failed")
        assert heard.states[STRAP][-1].detail.startswith("Bluetooth adapter:")
        await watching.__aexit__(None, None, None)
        await radio.__aexit__(None, None, None)
        assert await asyncio.wait_for(children[0].wait(), 10) != 0


async def test_sensors_over_tcp_in_virtual_time() -> None:
    """One loop, real sockets: bytes on loopback arrive before time moves."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    ready: list[VirtualSensor] = []
    async with serve_air(0) as port:
        sensors = [
            asyncio.create_task(run_sensor(kind, port, stop, epoch_s=loop.time(), on_ready=ready.append))
            for kind in ("sacrum_imu", "pod")
        ]
        await asyncio.sleep(1)
        assert sorted(sensor.identity.name for sensor in ready) == ["Virtual IMU sacrum", "Virtual Pod"]
        async with open_radio(f"bumble:tcp-client:127.0.0.1:{port}") as radio, supervised(radio) as heard:
            assert await heard.until(lambda: len(heard.streaming()) == 2) < 2.0
            before = len(heard.payloads(SACRUM, "data"))
            await asyncio.sleep(10)
            assert heard.holes(SACRUM) == []
            assert len(heard.payloads(SACRUM, "data")) - before == pytest.approx(10 * RATE_HZ / 8, abs=3)
        stop.set()
        await asyncio.gather(*sensors)


async def test_a_sensor_brought_back_by_hand_sees_the_gait_that_the_others_see() -> None:
    """Its time 0 is the air's, whenever it joins."""
    loop = asyncio.get_running_loop()
    runner = VirtualRunner()
    async with serve_air(0) as port:
        began_s = loop.time()
        await asyncio.sleep(12.345)
        stop = asyncio.Event()
        sensor = asyncio.create_task(run_sensor("pod", port, stop))
        async with open_radio(f"bumble:tcp-client:127.0.0.1:{port}") as radio, supervised(radio) as heard:
            await heard.until(lambda: len(heard.payloads("rsc-foot-0001", "measurement")) == 5)
            for packet in heard.packets["rsc-foot-0001"]:
                if packet.channel == "measurement":
                    t_s = round(packet.t_recv_ns / 1e9 - began_s)
                    assert int.from_bytes(packet.payload[-4:], "little") == round(runner.distance_m(t_s) * 10)
        stop.set()
        await sensor


async def test_a_sensor_without_air_says_what_to_start() -> None:
    with pytest.raises(AdapterDownError, match="stridecue sim"):
        await run_sensor("pod", 9, asyncio.Event())


async def test_an_unknown_kind_of_sensor_is_rejected_with_the_list() -> None:
    with pytest.raises(ValueError, match="sacrum_imu"):
        await run_sensor("hoverboard", 9, asyncio.Event())
