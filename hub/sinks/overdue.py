"""What becomes of posts while a broker is away: events wait on disk and go out later, marked late; streams are let go.

Everything that touches the disk happens in one thread, in order, so that nothing on the loop waits for it.
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
"""How often what waits goes to disk: what a killed hub can lose."""
CHUNK = 64
"""Late posts sent between two looks at what is new."""

_P = ParamSpec("_P")
_T = TypeVar("_T")
_State: TypeAlias = Literal["waiting", "running", "paused", "ended"]


class Overdue:
    """Keeps the events of one runner for one broker.

    stale   posts that were let go: measurements that newer ones have replaced, or all while another hub has the name
    """

    def __init__(self, spool: Spool) -> None:
        self.stale = 0
        self._spool = spool
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._state: _State | None = None

    @property
    def pending(self) -> int:
        """Posts that wait on disk."""
        return self._spool.pending

    @property
    def dropped(self) -> int:
        """Events that are lost: too many, or the disk did not take them."""
        return self._spool.dropped

    async def look(self) -> None:
        """Find what an earlier run left."""
        await self._on_disk(self._spool.look)

    def sees(self, post: Post) -> bool:
        """Take notice of every post once; whether it must not be lost. Of sessions that is each change of state."""
        if isinstance(post.message, SessionMessage):
            changed = post.message.state != self._state
            self._state = post.message.state
            return changed
        return isinstance(post.message, StepMessage | CueMessage | ThresholdMessage | MarkMessage)

    async def keep(self, posts: Sequence[Post], *, streams: bool = False) -> list[Post]:
        """Put events on disk, behind the others; gives back the rest if `streams` can be sent, else lets it go."""
        events: list[Post] = []
        rest: list[Post] = []
        for post in posts:
            (events if self.sees(post) else rest).append(post)
        if not streams:
            self.stale += len(rest)
        if events:
            await self._on_disk(self._spool.append, events)
        return rest if streams else []

    def let_go(self, count: int) -> None:
        """Count posts that are not to be kept."""
        self.stale += count

    async def next(self) -> list[tuple[int, Post]]:
        """Give the next posts to send, numbered and marked late; empty when there is nothing left."""
        if not self._spool.pending:
            return []
        found = await self._on_disk(self._spool.peek, CHUNK)
        return [(number, marked_late(post)) for number, post in found]

    async def delivered(self, number: int) -> None:
        """Forget the post of this number and all before it."""
        await self._on_disk(self._spool.forget, number)

    def close(self) -> None:
        """Let go of the file, after what is still to be done there."""
        self._disk.submit(self._spool.close)
        self._disk.shutdown(wait=True)

    async def _on_disk(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        # Shielded: whoever waits may be cancelled, what was begun is done, once.
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._disk, lambda: work(*args, **kwargs)))
