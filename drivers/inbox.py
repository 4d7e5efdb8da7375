"""The queue between the radio's callbacks and the hub: bounded and counted; putting never blocks."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TypeAlias

from drivers.link_state import LinkState
from drivers.packets import DeviceInfo, Packet

Item: TypeAlias = Packet | DeviceInfo | LinkState

DEFAULT_PACKETS = 8192
"""About 40 s of seven IMUs at 26 notifications a second."""


class PacketInbox:
    """A queue that drops its oldest packet when full, but always keeps each device's latest DeviceInfo and LinkState.

    At any moment: made = delivered + dropped + waiting.
    """

    def __init__(self, maxlen: int = DEFAULT_PACKETS) -> None:
        if maxlen < 1:
            raise ValueError(f"an inbox holds at least one packet, not {maxlen}")
        self.made = 0
        self.delivered = 0
        self.dropped = 0
        self._maxlen = maxlen
        self._items: deque[Item] = deque()
        self._latest: dict[tuple[type[Item], str], Item] = {}
        self._packets = 0
        self._available = asyncio.Event()
        self._closed = False

    @property
    def waiting(self) -> int:
        """Number of items not yet taken."""
        return len(self._items) + len(self._latest)

    def put(self, item: Item) -> None:
        """Append an item; drop it if the inbox is closed. Call from the loop's thread; fit for a radio callback."""
        self.made += 1
        if self._closed:
            self.dropped += 1
            return
        self._items.append(item)
        if isinstance(item, Packet):
            self._packets += 1
            if self._packets > self._maxlen:
                self._make_room()
        self._available.set()

    async def get_batch(self) -> list[Item]:
        """Wait for items and take all, oldest first; an empty list means closed and drained."""
        await self._available.wait()
        batch = [*self._latest.values(), *self._items]
        self._latest.clear()
        self._items.clear()
        self._packets = 0
        self.delivered += len(batch)
        if not self._closed:
            self._available.clear()
        return batch

    def close(self) -> None:
        """Accept no more items; those waiting can still be taken."""
        self._closed = True
        self._available.set()

    def _make_room(self) -> None:
        while self._packets > self._maxlen:
            oldest = self._items.popleft()
            if isinstance(oldest, Packet):
                self._packets -= 1
                self.dropped += 1
            else:
                key = type(oldest), oldest.device
                self.dropped += key in self._latest  # superseded by a newer one
                self._latest.pop(key, None)
                self._latest[key] = oldest
