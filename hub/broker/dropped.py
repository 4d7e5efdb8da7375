"""Counting the messages that a broker dropped because a client did not read them, so that the run can report it."""

from __future__ import annotations

from collections.abc import Callable

import aiomqtt

from hub.broker.serving import DROPPED_TOPIC
from hub.link.connection import Server
from hub.link.persistent import PersistentConnection


class DroppedMessages:
    """Follows the drop counter of the broker at `server`.

    notice  called with a text for the runner whenever the count changes
    is_own  the broker was started by this run; drops of another's broker before now are not counted
    """

    def __init__(self, server: Server, notice: Callable[[str], None], *, is_own: bool) -> None:
        self.messages = 0
        self._notice = notice
        # The broker's counter, which restarts at 0 with the broker; None: not received yet.
        self._counter: int | None = 0 if is_own else None
        self._connection = PersistentConnection(
            server, begin=self._subscribe, serve=self._follow, without="messages that the broker drops are not counted"
        )

    def close(self) -> None:
        """Announce the end before `run` is cancelled."""
        self._connection.close()

    async def run(self) -> None:
        """Count until closed and cancelled; never raises network errors."""
        await self._connection.run()

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        await client.subscribe(DROPPED_TOPIC)

    async def _follow(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            self._take(bytes(message.payload))

    def _take(self, payload: bytes) -> None:
        if not payload.isdigit():
            return
        counter = int(payload)
        if self._counter is not None:
            self.messages += counter - self._counter if counter >= self._counter else counter
        self._counter = counter
        if self.messages:
            self._notice(
                f"{self.messages} messages were dropped: a dashboard or another program on this machine "
                "did not read them in time"
            )
