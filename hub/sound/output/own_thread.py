"""Running a call that may hang in a thread that blocks neither the loop nor the end of the program."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


async def in_own_thread(work: Callable[[], T], limit_s: float) -> T:
    """Run `work` and return or raise its outcome; raises TimeoutError after `limit_s`, leaving the thread behind."""
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:
            done.set_exception(error)
            raise

    def quietly() -> None:
        with contextlib.suppress(BaseException):  # the caller gets it
            run()

    threading.Thread(target=quietly, name="sound device", daemon=True).start()
    async with asyncio.timeout(limit_s):
        return await asyncio.wrap_future(done)
