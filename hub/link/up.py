"""An availability flag, e.g. of a broker that accepts our messages, and work that runs only while it is set."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol


class Work(Protocol):
    """Something that runs until it is closed and cancelled."""

    def run(self) -> Coroutine[Any, Any, None]:
        """Work until cancelled."""

    def close(self) -> None:
        """Announce the end before `run` is cancelled."""


class Up(asyncio.Event):
    """An event whose clearing can be waited for, too."""

    def __init__(self) -> None:
        super().__init__()
        self._down = asyncio.Event()
        self._down.set()

    def set(self) -> None:
        """Mark it as available."""
        super().set()
        self._down.clear()

    def clear(self) -> None:
        """Mark it as gone."""
        super().clear()
        self._down.set()

    async def while_set(self, name: str, make: Callable[[], Work]) -> None:
        """Run a new `make()` each time this is set, until it is cleared, without end; raises what the work raises."""
        while True:
            await self.wait()
            work = make()
            tasks = [
                asyncio.create_task(work.run(), name=name),
                asyncio.create_task(self._down.wait(), name=f"{name} while up"),
            ]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                work.close()
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)
            if not tasks[0].cancelled():
                tasks[0].result()
