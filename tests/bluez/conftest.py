"""Tests of this folder run on virtual time that waits for the D-Bus daemon beside them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest

from tests.bluez.private_bus import BusTimeLoop
from tests.bluez.room import Room, room_with_bluez


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"bus": BusTimeLoop}


@pytest.fixture
async def room(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Room]:
    async with room_with_bluez(monkeypatch) as room:
        yield room
