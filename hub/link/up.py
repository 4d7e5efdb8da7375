"""Whether something is there, such as a broker that takes what we publish; work that goes on only as long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol


class Work(Protocol):
    """Something that runs until it is closed and cancelled."""

    def run(self) -> Coroutine[Any, Any, None]:
        """Do it."""

    def close(self) -> None:
        """Say before it is cancelled that it is to end."""


class Up(asyncio.Event):
    """An event whose end can be waited for, too."""

    def __init__(self) -> None:
        super().__init__()
        self._down = asyncio.Event()
        self._down.set()

    def set(self) -> None:
        """It is there."""
        super().set()
        self._down.clear()

    def clear(self) -> None:
        """It is gone."""
        super().clear()
        self._down.set()

    async def while_set(self, name: str, make: Callable[[], Work]) -> None:
        """For ever: run what `make` makes while this is set, each time anew; raises what that raises."""
        while True:
            await self.wait()
            work = make()
            tasks = [
                asyncio.create_task(work.run(), name=name),
                asyncio.create_task(self._down.wait(), name=f"{name} as long"),
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
