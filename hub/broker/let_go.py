"""Counts what a broker let go because some client did not take it, so that the run can tell."""

from __future__ import annotations

from collections.abc import Callable

import aiomqtt

from hub.broker.serving import LET_GO_TOPIC
from hub.link.connection import Server
from hub.link.persistent import PersistentConnection


class LetGo:
    """Follows the count of the broker at `server`.

    notice  is told in words for the runner
    is_own  the broker began with this run; what another's had let go by then is none of this run's
    """

    def __init__(self, server: Server, notice: Callable[[str], None], *, is_own: bool) -> None:
        self.messages = 0
        self._notice = notice
        # By the broker, which begins again at 0 when it is started again; None: nothing yet.
        self._told: int | None = 0 if is_own else None
        self._connection = PersistentConnection(
            server, begin=self._subscribe, serve=self._follow, without="what the broker lets go is not counted"
        )

    def close(self) -> None:
        """Say before `run` is cancelled that it is to end."""
        self._connection.close()

    async def run(self) -> None:
        """Count until closed and cancelled; never raises for the network's sake."""
        await self._connection.run()

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        await client.subscribe(LET_GO_TOPIC)

    async def _follow(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            self._take(bytes(message.payload))

    def _take(self, payload: bytes) -> None:
        if not payload.isdigit():
            return
        told = int(payload)
        if self._told is not None:
            self.messages += told - self._told if told >= self._told else told
        self._told = told
        if self.messages:
            self._notice(
                f"{self.messages} messages were let go: a dashboard or another program on this machine "
                "did not take them in time"
            )
