"""Announcing the runner to Home Assistant: on every connect, when Home Assistant starts, when a sensor joins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import aiomqtt

from dsp.signals import Placement
from hub.homeassistant.discovery import BIRTH_PAYLOAD, BIRTH_TOPIC, payload, topic
from hub.link.connection import Server
from hub.link.persistent import PersistentConnection

CHECK_S = 5.0
"""How often it checks for new sensors."""


class Announcer:
    """Keeps the discovery message on `server` current; `sensors` returns the present device ids and placements."""

    def __init__(self, server: Server, runner: str, sensors: Callable[[], Mapping[str, Placement | None]]) -> None:
        self.announced = 0
        self._runner = runner
        self._sensors = sensors
        self._published: bytes | None = None
        self._connection = PersistentConnection(
            server,
            begin=self._subscribe,
            serve=self._keep_current,
            without=f"{runner} is not announced to Home Assistant",
        )

    def close(self) -> None:
        """Announce the end before `run` is cancelled."""
        self._connection.close()

    async def run(self) -> None:
        """Announce until closed and cancelled; never raises network errors."""
        await self._connection.run()

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        await client.subscribe(BIRTH_TOPIC, qos=1)
        self._published = None

    async def _keep_current(self, client: aiomqtt.Client) -> None:
        while not self._connection.closing.is_set():
            await self._announce(client)
            await self._wait_for_birth(client)

    async def _announce(self, client: aiomqtt.Client) -> None:
        now = payload(self._runner, self._sensors())
        if now == self._published:
            return
        await client.publish(topic(self._runner), now, qos=1, retain=True)
        self._published = now
        self.announced += 1

    async def _wait_for_birth(self, client: aiomqtt.Client) -> None:
        """Wait up to CHECK_S for Home Assistant's birth message, after which everything is published again."""
        try:
            async with asyncio.timeout(CHECK_S):
                message = await anext(client.messages)
        except TimeoutError:
            return
        if message.payload == BIRTH_PAYLOAD:
            self._published = None
