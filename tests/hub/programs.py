"""Foreign programs that tests use when they are there; under CI=true they must be."""

from __future__ import annotations

import os
import shutil
import socket

import pytest

from hub.broker.mosquitto import Mosquitto, find_mosquitto
from hub.broker.serving import LOOPBACK


def mosquitto() -> Mosquitto:
    return Mosquitto(_needed(find_mosquitto(), "mosquitto"))


def mosquitto_sub() -> str:
    return _needed(shutil.which("mosquitto_sub"), "mosquitto_sub (package mosquitto-clients)")


def a_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _needed(program: str | None, name: str) -> str:
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have {name}")
        pytest.skip(f"{name} is not installed: this is NOT tested here")
    return program
