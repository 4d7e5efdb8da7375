"""The loop that jumps: order, real input first, executors hold time, hangs are errors."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import virtual_time
from tests.virtual_time import START_S, VirtualTimeLoop


def the_loop() -> VirtualTimeLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)
    return loop


async def test_an_hour_passes_at_once_and_exactly() -> None:
    real = time.monotonic()
    assert the_loop().time() == START_S
    await asyncio.sleep(3600)
    assert the_loop().time() == pytest.approx(START_S + 3600, abs=1e-6)
    assert time.monotonic() - real < 5


async def test_timers_fire_in_order_of_their_time() -> None:
    seen: list[int] = []

    async def after(delay_s: float, tag: int) -> None:
        await asyncio.sleep(delay_s)
        seen.append(tag)

    await asyncio.gather(after(30, 3), after(10, 1), after(20, 2))
    assert seen == [1, 2, 3]


async def test_timeouts_fire() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(60):
            await asyncio.Event().wait()


async def test_bytes_on_loopback_arrive_before_time_moves() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(5))
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with asyncio.timeout(1):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"
        writer.close()
        await writer.wait_closed()
    server.close()
    await server.wait_closed()


async def test_time_stands_still_while_a_thread_works() -> None:
    async with asyncio.timeout(0.001):
        await asyncio.to_thread(time.sleep, 0.05)
    assert the_loop().time() == START_S


async def test_another_process_is_heard_under_real_io() -> None:
    with the_loop().real_io():
        async with asyncio.timeout(60):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", "print('up')", stdout=asyncio.subprocess.PIPE
            )
            out, _ = await process.communicate()
    assert out.split() == [b"up"]
    assert the_loop().time() > START_S


def test_a_hang_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual_time, "DEADLOCK_S", 0.05)
    with (
        asyncio.Runner(loop_factory=virtual_time.virtual_loop_factory) as runner,
        pytest.raises(RuntimeError, match="hangs"),
    ):
        runner.run(asyncio.Event().wait())


@pytest.mark.real_time
async def test_real_time_when_asked_for() -> None:
    assert not isinstance(asyncio.get_running_loop(), VirtualTimeLoop)
    assert not asyncio.get_running_loop().get_debug()


LEAKY = """
import asyncio

async def test_tidy():
    task = asyncio.create_task(asyncio.sleep(3600))
    task.cancel()

async def test_leaky():
    test_leaky.task = asyncio.create_task(asyncio.sleep(3600), name="forgotten")
"""


@pytest.mark.slow
def test_a_leaked_task_fails_its_test(tmp_path: Path) -> None:
    (tmp_path / "test_leaky.py").write_text(LEAKY)
    root = Path(__file__).parent.parent
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "-p",
            "tests.conftest",
            "-c",
            root / "pyproject.toml",
            "--rootdir",
            tmp_path,
            tmp_path,
        ],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "2 passed, 1 error" in ran.stdout, ran.stdout
    assert "tasks still run after the test" in ran.stdout
    assert "forgotten" in ran.stdout
