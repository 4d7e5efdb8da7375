"""Commands whose response arrives on another characteristic: match responses to pending commands."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from drivers.errors import DeviceUnreachableError

Answer = TypeVar("Answer")


class _Pending(Generic[Answer]):
    """One pending command: receives every notification on `alias` until `read` recognises the response."""

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
    """The pending commands of one session."""

    def __init__(self) -> None:
        self._pending: list[_Pending[Any]] = []

    def hear(self, alias: str, value: bytes) -> None:
        """Take a notification; called for every one, in the radio's callback."""
        for pending in self._pending:
            if pending.alias == alias:
                pending.hear(value)

    async def ask(
        self, write: Callable[[], Awaitable[None]], alias: str, read: Callable[[bytes], Answer | None], timeout_s: float
    ) -> Answer:
        """Write a command and return the first result of `read` that is not None for a notification on `alias`.

        Raises DeviceUnreachableError after `timeout_s`, with the last notification received instead.
        """
        pending = _Pending(alias, read)
        self._pending.append(pending)
        try:
            await write()
            async with asyncio.timeout(timeout_s):
                return await pending.answer
        except TimeoutError:
            response = f"answered {pending.last.hex()}" if pending.last else "did not answer"
            raise DeviceUnreachableError(f"it {response} on {alias} within {timeout_s:g} s") from None
        finally:
            self._pending.remove(pending)


def accepted(value: bytes, prefixes: list[bytes], at: int) -> bool | None:
    """Return True if one of `prefixes` is at byte `at`, else None (keep waiting)."""
    return True if value.startswith(tuple(prefixes), at) else None
