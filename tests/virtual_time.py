"""An event loop whose time jumps to the next timer when nothing else can happen.

A 120 s radio scenario then takes as long as its computing: no test sleeps, and every run sees the same timestamps.

Rules, and so the limits:
- Ready input (sockets, pipes, wake-ups from threads) always goes first: files are polled before every jump.
- Loopback sockets with both ends on this loop are safe: the kernel hands bytes over at once.
- Work in an executor holds time still until it is done.
- What another process or a foreign thread will say later cannot be seen coming: time jumps past it and timeouts fire.
  Wrap such waits in `with loop.real_io():` (time then runs as usual) or mark the test `real_time`.
- A loop with nothing scheduled and nothing to hear for `DEADLOCK_S` real seconds is a hang: it raises instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import selectors
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple, Unpack

START_S = 1000.0
"""Where virtual time starts: not 0, so that code that takes a time for a truth value or for the wall clock fails."""

DEADLOCK_S = 10.0

OTHERS_POLL_S = 0.0005
"""How long to listen, really, between two looks at a process that still works."""

_Args = TypeVarTuple("_Args")
_Result = TypeVar("_Result")
EventList = list[tuple[selectors.SelectorKey, int]]


class _JumpingSelector(selectors.DefaultSelector):
    """Polls; where a real selector would wait for a timer, asks the loop to jump there."""

    loop: VirtualTimeLoop

    def select(self, timeout: float | None = None) -> EventList:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if self.loop.waits_for_real:
            start_s = time.monotonic()
            ready = super().select(DEADLOCK_S if timeout is None else timeout)
            if self.loop.runs_in_real_time:
                self.loop.advance(time.monotonic() - start_s)
            return ready
        if timeout is None:
            if not (ready := super().select(DEADLOCK_S)):
                raise RuntimeError("virtual time: nothing is scheduled and nothing can happen, the test hangs")
            return ready
        while self.loop.others_work():
            if ready := super().select(OTHERS_POLL_S):
                return ready
        if not (ready := super().select(0)):
            self.loop.advance(timeout)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """See the module: `time()` is virtual and starts at START_S."""

    def __init__(self) -> None:
        self._virtual_s = START_S
        self._real_io_depth = 0
        self._jobs = 0
        selector = _JumpingSelector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self._virtual_s

    def advance(self, by_s: float) -> None:
        """Move time forward; timers that became due run in the next turn."""
        self._virtual_s += by_s

    def others_work(self) -> bool:
        """Whether a process that a subclass knows may still have something to say: time then stands still."""
        return False

    @property
    def runs_in_real_time(self) -> bool:
        return self._real_io_depth > 0

    @property
    def waits_for_real(self) -> bool:
        return self._real_io_depth > 0 or self._jobs > 0

    @contextlib.contextmanager
    def real_io(self) -> Iterator[None]:
        """Inside, waiting is real and time runs with the clock on the wall."""
        self._real_io_depth += 1
        try:
            yield
        finally:
            self._real_io_depth -= 1

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[_Args]], _Result], *args: *_Args
    ) -> asyncio.Future[_Result]:
        future = super().run_in_executor(executor, func, *args)
        self._jobs += 1
        future.add_done_callback(lambda _future: self._job_done())
        return future

    async def shutdown_default_executor(self, *_limits: float | None) -> None:
        """Wait for its threads in real time: from Python 3.12 on the wait has a timeout, which would be jumped to."""
        with self.real_io():
            await super().shutdown_default_executor()

    def _job_done(self) -> None:
        self._jobs -= 1


def virtual_loop_factory() -> VirtualTimeLoop:
    """For `asyncio.Runner(loop_factory=...)` and pytest-asyncio's loop factories."""
    return VirtualTimeLoop()
