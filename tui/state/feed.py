"""Where the dashboard's news comes from: the hub's client, or in tests and screenshots a written script."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from hub.client import Item
from hub.messages.incoming import CommandMessage, PainMessage


class Feed(Protocol):
    """What the app needs of `hub.client.HubClient`."""

    def watch(self) -> AsyncIterator[Item]:
        """Yield messages and link changes; survives a lost broker by itself."""
        ...

    async def send(self, message: PainMessage | CommandMessage, runner: str | None = None) -> None:
        """Deliver a report; raises `hub.client.NotConnectedError` when there is nobody to take it."""
        ...
