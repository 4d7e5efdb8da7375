"""Commands that are answered on another characteristic: who asked what, and what came."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from drivers.errors import DeviceUnreachableError

Answer = TypeVar("Answer")


class _Question(Generic[Answer]):
    """One command under way: hears everything on `alias` until `read` makes something of it."""

    def __init__(self, alias: str, read: Callable[[bytes], Answer | None]) -> None:
        self.alias = alias
        self._read = read
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.last = b""

    def hear(self, value: bytes) -> None:
        self.last = value
        if not self.answer.done() and (found := self._read(value)) is not None:
            self.answer.set_result(found)


class Answers:
    """The open questions of one session."""

    def __init__(self) -> None:
        self._open: list[_Question[Any]] = []

    def hear(self, alias: str, value: bytes) -> None:
        """Take a notification; called for each, in the radio's callback."""
        for question in self._open:
            if question.alias == alias:
                question.hear(value)

    async def ask(
        self, write: Callable[[], Awaitable[None]], alias: str, read: Callable[[bytes], Answer | None], timeout_s: float
    ) -> Answer:
        """Write a command and wait until `read` makes something of a notification on `alias`.

        Raises DeviceUnreachableError with what came instead.
        """
        question = _Question(alias, read)
        self._open.append(question)
        try:
            await write()
            async with asyncio.timeout(timeout_s):
                return await question.answer
        except TimeoutError:
            said = f"answered {question.last.hex()}" if question.last else "did not answer"
            raise DeviceUnreachableError(f"it {said} on {alias} within {timeout_s:g} s") from None
        finally:
            self._open.remove(question)


def accepted(value: bytes, prefixes: list[bytes], at: int) -> bool | None:
    """Give True where one of `prefixes` stands at byte `at`, else None: keep listening."""
    return True if value.startswith(tuple(prefixes), at) else None
