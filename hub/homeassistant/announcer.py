"""Tells Home Assistant of the runner: on every connect, when Home Assistant starts, and when a sensor joins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import aiomqtt

from dsp.signals import Placement
from hub.homeassistant.discovery import BIRTH_PAYLOAD, BIRTH_TOPIC, payload, topic
from hub.link.connection import Server
from hub.link.persistent import PersistentConnection

LOOK_S = 5.0
"""How soon a new sensor is told."""


class Announcer:
    """Keeps the discovery message on `server` true; `sensors` gives device ids and placements as they are now."""

    def __init__(self, server: Server, runner: str, sensors: Callable[[], Mapping[str, Placement | None]]) -> None:
        self.announced = 0
        self._runner = runner
        self._sensors = sensors
        self._said: bytes | None = None
        self._connection = PersistentConnection(
            server, begin=self._subscribe, serve=self._keep_true, without=f"Home Assistant is not told of {runner}"
        )

    def close(self) -> None:
        """Say before `run` is cancelled that it is to end."""
        self._connection.close()

    async def run(self) -> None:
        """Announce until closed and cancelled; never raises for the network's sake."""
        await self._connection.run()

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        await client.subscribe(BIRTH_TOPIC, qos=1)
        self._said = None

    async def _keep_true(self, client: aiomqtt.Client) -> None:
        while not self._connection.closing.is_set():
            await self._announce(client)
            await self._born_or_later(client)

    async def _announce(self, client: aiomqtt.Client) -> None:
        now = payload(self._runner, self._sensors())
        if now == self._said:
            return
        await client.publish(topic(self._runner), now, qos=1, retain=True)
        self._said = now
        self.announced += 1

    async def _born_or_later(self, client: aiomqtt.Client) -> None:
        """Wait for Home Assistant to start, but not for long; when it has, everything is to be said again."""
        try:
            async with asyncio.timeout(LOOK_S):
                message = await anext(client.messages)
        except TimeoutError:
            return
        if message.payload == BIRTH_PAYLOAD:
            self._said = None
