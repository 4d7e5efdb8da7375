"""How a run is asked to end: an event first, so that everything drains; a cancellation when asked again."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import math
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Self

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
HELD_DOWN_S = 8.0
"""A key that is held down repeats some 30 times a second. What comes within this of a second request says nothing new:
ending at once, and keeping what the run came to, is over by then unless it hangs."""


class Stop:
    """Set once; remembers why."""

    def __init__(self) -> None:
        self.reason = ""
        self.event = asyncio.Event()

    def __call__(self, reason: str) -> None:
        """Ask the run to end; only the first reason counts."""
        if not self.event.is_set():
            self.reason = reason
            self.event.set()

    @property
    def asked(self) -> bool:
        """Whether somebody asked."""
        return self.event.is_set()

    async def wait(self) -> None:
        """Wait until somebody asks."""
        await self.event.wait()

    async def wait_for(self, seconds: float) -> bool:
        """Wait until somebody asks, at most so long; whether somebody did."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.event.wait()
        return self.asked


class Late:
    """Signals that come when a run is over and is being kept and told: noted, and for HELD_DOWN_S no more than that.

    What they did before is put back at the end of the `with` block; `take` has them noted from then on.
    """

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._first_s: float | None = None
        self._before: dict[int, signal._HANDLER] = {}

    def __enter__(self) -> Self:
        """Remember what signals did before."""
        numbers = [number for name in SIGNALS if (number := getattr(signal, name, None))]
        self._before = {number: signal.getsignal(number) for number in numbers}
        return self

    def __exit__(self, *_error: object) -> None:
        """Put it back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def noted(self) -> bool:
        """Whether one came."""
        return self._first_s is not None

    def take(self) -> None:
        """Note signals from now on."""
        for number in self._before:
            signal.signal(number, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        if self._first_s is None:
            self._first_s = self._clock_s()
        elif self._clock_s() - self._first_s >= HELD_DOWN_S:
            raise KeyboardInterrupt


@contextlib.contextmanager
def stopping_on_signals(stop: Stop, late: Late | None = None) -> Iterator[None]:
    """Inside, SIGINT, SIGTERM and SIGHUP, where they exist, set `stop`; the second one cancels the task.

    More of them do nothing for HELD_DOWN_S: cancelled once more, what is under way would not be cleared up. Afterwards
    they go to `late`, where it is given.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None

    cancelled_s = -math.inf

    def on_signal(name: str) -> None:
        nonlocal cancelled_s
        if not stop.asked:
            stop(name)
        elif loop.time() - cancelled_s >= HELD_DOWN_S:
            cancelled_s = loop.time()
            task.cancel()

    with contextlib.ExitStack() as stack:
        if late is not None:
            stack.callback(late.take)
        for name in SIGNALS:
            if number := getattr(signal, name, None):
                stack.callback(_handle(loop, number, functools.partial(on_signal, name)))
        yield


def _handle(loop: asyncio.AbstractEventLoop, number: int, react: Callable[[], None]) -> Callable[[], object]:
    """Have `react` called in the loop; returns what undoes that."""
    try:
        loop.add_signal_handler(number, react)
    except NotImplementedError:  # the loops of Windows have no signal handlers of their own
        before = signal.signal(number, lambda *_: loop.call_soon_threadsafe(react))
        return lambda: signal.signal(number, before)
    return lambda: loop.remove_signal_handler(number)
