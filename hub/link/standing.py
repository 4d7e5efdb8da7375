"""A connection to a broker that is kept while it is wanted: opened again, ever more patiently, when it is lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import aiomqtt

from hub.link.connection import Server, backoff_s, open_client, plain_reason, settled
from hub.link.outage import Outage

Visit: TypeAlias = Callable[[aiomqtt.Client], Awaitable[None]]

_LOG = logging.getLogger("stridecue.standing")


class Standing:
    """One standing connection.

    begin  what is done once a connection is open; from there on waits between attempts are short again
    serve  what is done over it then; returns once `closing` is set
    without  what is missing while there is none, in words for the log
    """

    def __init__(self, server: Server, *, begin: Visit, serve: Visit, without: str) -> None:
        self.server = server
        self.closing = asyncio.Event()
        self._begin = begin
        self._serve = serve
        self._outage = Outage(
            lambda said: _LOG.info("%s at %s: %s", without, self.server, said),
            lambda: _LOG.info("connected again to %s (was: %s)", self.server, without),
        )

    def close(self) -> None:
        """Say, before `run` is cancelled, that it is to end: on Python 3.11 a publish can swallow the cancellation."""
        self.closing.set()

    async def run(self) -> None:
        """Keep the connection until closed and cancelled; never raises for the network's sake."""
        waits = backoff_s()
        while not self.closing.is_set():
            try:
                self.server = await settled(self.server)
                async with open_client(self.server) as client:
                    await self._begin(client)
                    waits = backoff_s()
                    self._outage.over()
                    await self._serve(client)
            except aiomqtt.MqttError as error:
                self._outage.because(plain_reason(error))
            await asyncio.sleep(next(waits))
