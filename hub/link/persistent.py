"""A persistent connection to a broker: reopened with backoff whenever it is lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import aiomqtt

from hub.link.connection import Server, backoff_s, open_client, plain_reason, settled
from hub.link.outage import Outage

Visit: TypeAlias = Callable[[aiomqtt.Client], Awaitable[None]]

_LOG = logging.getLogger("stridecue.link")


class PersistentConnection:
    """One persistent connection.

    begin    run once a connection is open; after it the backoff starts again
    serve    run after `begin`; returns once `closing` is set
    without  what is missing while there is no connection, in words for the log
    """

    def __init__(self, server: Server, *, begin: Visit, serve: Visit, without: str) -> None:
        self.server = server
        self.closing = asyncio.Event()
        self._begin = begin
        self._serve = serve
        self._outage = Outage(
            lambda reason: _LOG.info("%s at %s: %s", without, self.server, reason),
            lambda: _LOG.info("connected again to %s (was: %s)", self.server, without),
        )

    def close(self) -> None:
        """Announce the end before `run` is cancelled: on Python 3.11 a publish can swallow the cancellation."""
        self.closing.set()

    async def run(self) -> None:
        """Keep the connection open until closed and cancelled; never raises network errors."""
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
