"""The dashboard's source of messages: the hub's client, or a scripted feed in tests and screenshots."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from hub.client import Item
from hub.messages.incoming import CommandMessage, PainMessage


class Feed(Protocol):
    """The part of `hub.client.HubClient` that the apps use."""

    def watch(self) -> AsyncIterator[Item]:
        """Yield messages and link changes; reconnects by itself when the broker is lost."""
        ...

    async def send(self, message: PainMessage | CommandMessage, runner: str | None = None) -> None:
        """Send a report or an order; raises `hub.client.NotConnectedError` when there is no connection."""
        ...
