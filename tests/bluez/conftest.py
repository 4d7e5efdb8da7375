"""Tests in this folder run in virtual time that waits for the D-Bus daemon; on Linux only."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING

import pytest

from tests.bluez.private_bus import BusTimeLoop

if TYPE_CHECKING:
    from tests.bluez.testbed import BluezTestbed

collect_ignore_glob = [] if sys.platform.startswith("linux") else ["test_*.py"]
"""They need dbus-fast, which bleak installs on Linux only."""


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"bus": BusTimeLoop}


@pytest.fixture
async def testbed(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BluezTestbed]:
    from tests.bluez.testbed import testbed_with_bluez

    async with testbed_with_bluez(monkeypatch) as testbed:
        yield testbed
