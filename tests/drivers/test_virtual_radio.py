"""The controllers of `stridecue sim` are distinguished from real ones before anything is opened or stored."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from drivers.radio_choice import open_radio
from drivers.virtual.air import serve_air
from drivers.virtual.virtual_radio import is_virtual


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[str]:
    """Serve a controller on this machine that responds `answer` to everything."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(4) == bytes.fromhex("01140c00")
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"bumble:tcp-client:127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.real_time
async def test_the_virtual_air_is_recognised_and_keeps_running() -> None:
    async with serve_air(0) as port:
        for host in ("127.0.0.1", "localhost"):
            assert await asyncio.to_thread(is_virtual, f"bumble:tcp-client:{host}:{port}")
        async with open_radio(f"bumble:tcp-client:127.0.0.1:{port}"):
            pass


@pytest.mark.real_time
@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-OpenSSH", bytes.fromhex("040efc01140c00") + b"my dongle".ljust(248, b"\0")]
)
async def test_another_controller_on_this_machine_is_not(answer: bytes) -> None:
    async with answering(answer) as radio:
        assert not await asyncio.to_thread(is_virtual, radio)


def test_radios_that_are_not_asked() -> None:
    assert is_virtual("virtual")
    others = ("platform", "bumble:usb:0", "bumble:serial:/dev/ttyACM0", "bumble:tcp-client:192.168.1.9:9000")
    odd = ("bumble:tcp-client:127.0.0.1:1", "bumble:tcp-client:127.0.0.1:99999999", "bumble:tcp-client:127.0.0.1")
    assert not any(map(is_virtual, (*others, *odd)))


def test_asking_loads_no_bluetooth_stack() -> None:
    code = "import sys, drivers.virtual.virtual_radio; sys.exit('bumble' in sys.modules or 'asyncio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
