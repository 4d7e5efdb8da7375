"""Foreign programs that tests use when they are there; under CI=true they must be."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import time
from collections.abc import Callable

import pytest

from hub.broker.mosquitto import Mosquitto, find_mosquitto
from hub.broker.serving import LOOPBACK
from hub.page.door import check_free
from hub.settings.config import ConfigError


def mosquitto_program() -> str:
    return _needed(find_mosquitto(), "mosquitto")


def mosquitto() -> Mosquitto:
    return Mosquitto(mosquitto_program())


def mosquitto_sub() -> str:
    return _needed(shutil.which("mosquitto_sub"), "mosquitto_sub (package mosquitto-clients)")


def a_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


async def until(done: Callable[[], bool]) -> None:
    """Wait in real time for what another program causes; fails after half a minute."""
    for _ in range(1500):
        if done():
            return
        await asyncio.sleep(0.02)
    pytest.fail("did not happen within half a minute")


def until_free(port: int) -> None:
    """Wait in real time until nothing listens there; fails after half a minute."""
    end_s = time.monotonic() + 30.0
    while True:
        try:
            check_free(LOOPBACK, port)
        except ConfigError:
            assert time.monotonic() < end_s, "somebody still listens there"
            time.sleep(0.05)
        else:
            return


def _needed(program: str | None, name: str) -> str:
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have {name}")
        pytest.skip(f"{name} is not installed: this is NOT tested here")
    return program
