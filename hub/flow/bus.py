"""The hub's internal bus: one publisher and any number of bounded subscriptions, each with its own overflow policy.

Invariant of every subscription: `made == delivered + dropped + pending`. Loss is counted, never silent.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from enum import Enum, auto
from typing import Generic, TypeVar

T = TypeVar("T")

PATIENCE_S = 2.0
"""How long a WAIT subscription may block the publisher without making progress."""


class Policy(Enum):
    """What happens to an item when a subscription's queue is full."""

    WAIT = auto()
    """The publisher waits, up to PATIENCE_S without progress; then items are dropped until there is progress."""
    DROP_OLDEST = auto()
    """The oldest pending item is dropped."""


class Subscription(Generic[T]):
    """One reader's queue. Created by `Bus.subscribe`, read with `batches()` until the bus is `closed`.

    made       items offered that passed the filter
    delivered  items taken by the reader
    dropped    items discarded because the queue was full or nobody reads it any more
    stalled    the reader made the publisher wait for PATIENCE_S; cleared by its next `take`
    abandoned  the reader has given up
    """

    def __init__(self, name: str, policy: Policy, capacity: int, wanted: Callable[[T], bool]) -> None:
        self.name = name
        self.policy = policy
        self.made = 0
        self.delivered = 0
        self.dropped = 0
        self.stalled = False
        self.abandoned = False
        self.closed = asyncio.Event()
        self._capacity = capacity
        self._wanted = wanted
        self._queue: deque[T] = deque()
        self._readable = asyncio.Event()
        self._writable = asyncio.Event()

    @property
    def pending(self) -> int:
        """Items neither delivered nor dropped yet."""
        return len(self._queue)

    async def batches(self) -> AsyncIterator[list[T]]:
        """Yield all pending items, oldest first, whenever there are any; ends once the bus is closed."""
        while True:
            await self._readable.wait()
            if batch := self.take():
                yield batch
            elif self.closed.is_set():
                return

    def take(self) -> list[T]:
        """Take everything pending, without waiting."""
        batch = list(self._queue)
        self._queue.clear()
        self.delivered += len(batch)
        self.stalled = False
        self._writable.set()
        if not self.closed.is_set():
            self._readable.clear()
        return batch

    def offer(self, item: T) -> bool:
        """Queue an item if it is wanted; False means that the queue is full and the publisher has to wait."""
        if not self._wanted(item):
            return True
        if (
            self.policy is Policy.WAIT
            and len(self._queue) >= self._capacity
            and not (self.stalled or self.closed.is_set())
        ):
            self._writable.clear()
            return False
        self.made += 1
        if self.closed.is_set():
            self.dropped += 1
        elif len(self._queue) < self._capacity:
            self._queue.append(item)
        elif self.policy is Policy.DROP_OLDEST:
            self._queue.popleft()
            self._queue.append(item)
            self.dropped += 1
        else:
            self.dropped += 1
        self._readable.set()
        return True

    async def room(self) -> None:
        """Wait until the reader takes items; mark this subscription stalled when it takes none for PATIENCE_S."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._writable.wait()
        except TimeoutError:
            self.stalled = True

    def abandon(self) -> None:
        """Give up reading: count pending and all further items as dropped, without blocking the publisher."""
        self.abandoned = True
        self.dropped += len(self._queue)
        self._queue.clear()
        self.close()

    def close(self) -> None:
        """Accept no more items; pending ones can still be read."""
        self.closed.set()
        self._readable.set()
        self._writable.set()


class Bus(Generic[T]):
    """Delivers each published item to every subscription that wants it."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription[T]] = []

    @property
    def subscriptions(self) -> tuple[Subscription[T], ...]:
        """All subscriptions, for their counters."""
        return tuple(self._subscriptions)

    def subscribe(
        self,
        name: str,
        policy: Policy,
        capacity: int,
        *,
        wanted: Callable[[T], bool] = lambda _item: True,
    ) -> Subscription[T]:
        """Open a queue of at most `capacity` items; raises ValueError when that is not positive."""
        if capacity <= 0:
            raise ValueError(f"subscription {name}: a queue needs a positive capacity, not {capacity}")
        subscription = Subscription(name, policy, capacity, wanted)
        self._subscriptions.append(subscription)
        return subscription

    async def publish(self, item: T) -> None:
        """Offer `item` to every subscription; waits only for WAIT subscriptions that are full and not stalled."""
        for subscription in self._subscriptions:
            while not subscription.offer(item):
                await subscription.room()

    def close(self) -> None:
        """Close every subscription; each ends once its pending items are read."""
        for subscription in self._subscriptions:
            subscription.close()
