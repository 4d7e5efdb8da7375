"""Stopping a run: first an event, so that everything drains; on the second request a cancellation."""

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
"""Signals within this time of a second request are ignored: a key that is held down repeats some 30 times a second, and
stopping at once and storing the run takes less than this unless it hangs."""


class Stop:
    """A stop event that remembers the reason of the first request."""

    def __init__(self) -> None:
        self.reason = ""
        self.event = asyncio.Event()

    def __call__(self, reason: str) -> None:
        """Ask the run to stop; only the first reason is kept."""
        if not self.event.is_set():
            self.reason = reason
            self.event.set()

    @property
    def asked(self) -> bool:
        """Whether a stop was requested."""
        return self.event.is_set()

    async def wait(self) -> None:
        """Wait until a stop is requested."""
        await self.event.wait()

    async def wait_for(self, seconds: float) -> bool:
        """Wait at most `seconds` for a stop request; return whether there was one."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.event.wait()
        return self.asked


class LateSignals:
    """Notes signals that arrive while a finished run is stored and printed; after HELD_DOWN_S they interrupt again.

    `take` starts noting them; the end of the `with` block restores the previous signal handlers.
    """

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._first_s: float | None = None
        self._before: dict[int, signal._HANDLER] = {}

    def __enter__(self) -> Self:
        """Save the signal handlers."""
        numbers = [number for name in SIGNALS if (number := getattr(signal, name, None))]
        self._before = {number: signal.getsignal(number) for number in numbers}
        return self

    def __exit__(self, *_error: object) -> None:
        """Restore the signal handlers."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def noted(self) -> bool:
        """Whether a signal arrived."""
        return self._first_s is not None

    def take(self) -> None:
        """Note signals from now on, instead of what they did before."""
        for number in self._before:
            signal.signal(number, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        if self._first_s is None:
            self._first_s = self._clock_s()
        elif self._clock_s() - self._first_s >= HELD_DOWN_S:
            raise KeyboardInterrupt


@contextlib.contextmanager
def stopping_on_signals(stop: Stop, late: LateSignals | None = None) -> Iterator[None]:
    """Inside the block, SIGINT, SIGTERM and SIGHUP (where they exist) set `stop`; a second signal cancels the task.

    Further ones are ignored for HELD_DOWN_S: a second cancellation would interrupt the clean-up. After the block,
    signals go to `late` if it is given.
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
    """Have `react` called in the event loop on a signal; return the function that undoes it."""
    try:
        loop.add_signal_handler(number, react)
    except NotImplementedError:  # the event loops of Windows do not support it
        before = signal.signal(number, lambda *_: loop.call_soon_threadsafe(react))
        return lambda: signal.signal(number, before)
    return lambda: loop.remove_signal_handler(number)
