"""Posts for an unreachable broker: events wait on disk and are sent later, marked late; streams are discarded.

All disk access happens in order in one thread, so that it never blocks the event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, ParamSpec, TypeAlias, TypeVar

from hub.messages.delivery import marked_late
from hub.messages.wire import CueMessage, MarkMessage, Post, SessionMessage, StepMessage, ThresholdMessage
from hub.sinks.spool import Spool

KEEP_EVERY_S = 1.0
"""How often waiting posts are written to disk: the maximum that a killed hub can lose."""
CHUNK = 64
"""Late posts sent before new ones are handled again."""

_P = ParamSpec("_P")
_T = TypeVar("_T")
_State: TypeAlias = Literal["waiting", "running", "paused", "ended"]


class Overdue:
    """Stores the events of one runner for one broker.

    stale  posts discarded: measurements superseded by newer ones, or all while another hub has the name
    """

    def __init__(self, spool: Spool) -> None:
        self.stale = 0
        self._spool = spool
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._state: _State | None = None

    @property
    def pending(self) -> int:
        """Number of posts that wait on disk."""
        return self._spool.pending

    @property
    def dropped(self) -> int:
        """Number of lost events: too many, or the disk failed."""
        return self._spool.dropped

    async def look(self) -> None:
        """Find posts left by an earlier run."""
        await self._on_disk(self._spool.look)

    def sees(self, post: Post) -> bool:
        """Whether a post must not be lost, for sessions each change of state; to be called once for every post."""
        if isinstance(post.message, SessionMessage):
            changed = post.message.state != self._state
            self._state = post.message.state
            return changed
        return isinstance(post.message, StepMessage | CueMessage | ThresholdMessage | MarkMessage)

    async def keep(self, posts: Sequence[Post], *, streams: bool = False) -> list[Post]:
        """Append events to those on disk; returns the rest if `streams` can be sent, else discards it."""
        events: list[Post] = []
        rest: list[Post] = []
        for post in posts:
            (events if self.sees(post) else rest).append(post)
        if not streams:
            self.stale += len(rest)
        if events:
            await self._on_disk(self._spool.append, events)
        return rest if streams else []

    def discard(self, count: int) -> None:
        """Count posts that are not stored."""
        self.stale += count

    async def next(self) -> list[tuple[int, Post]]:
        """Return the next posts to send, numbered and marked late; empty when none are left."""
        if not self._spool.pending:
            return []
        found = await self._on_disk(self._spool.peek, CHUNK)
        return [(number, marked_late(post)) for number, post in found]

    async def delivered(self, number: int) -> None:
        """Delete the post of this number and all before it."""
        await self._on_disk(self._spool.forget, number)

    def close(self) -> None:
        """Close the file after all pending work on it."""
        self._disk.submit(self._spool.close)
        self._disk.shutdown(wait=True)

    async def _on_disk(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        # Shielded: the caller may be cancelled, but work once begun is completed.
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._disk, lambda: work(*args, **kwargs)))
