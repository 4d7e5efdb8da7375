"""Requests that a hub has not answered yet: silence must not look like consent."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

REMEMBERED_S = 60.0
"""A hub that was away may still answer: the broker keeps an answer for this long (docs/mqtt.md)."""


@dataclass(slots=True)
class _Entry(Generic[T]):
    request: T
    sent_s: float
    reported: bool = False


class PendingRequests(Generic[T]):
    """Requests by id, until they are answered; `timeout_s`: how long an answer may take before it counts as overdue."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._entries: dict[str, _Entry[T]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, request: T, now_s: float) -> str:
        """Remember a request that is sent now, and return the id to send it with."""
        request_id = secrets.token_hex(6)
        self._entries[request_id] = _Entry(request, now_s)
        return request_id

    def resolve(self, request_id: str | None) -> T | None:
        """Remove and return the request with this id; None if there is no such request."""
        entry = self._entries.pop(request_id, None) if request_id is not None else None
        return None if entry is None else entry.request

    def overdue(self, now_s: float) -> Iterator[T]:
        """Yield each request once when its answer is overdue; forget those older than `REMEMBERED_S`."""
        for request_id, entry in [*self._entries.items()]:
            waited_s = now_s - entry.sent_s
            if waited_s >= self._timeout_s and not entry.reported:
                entry.reported = True
                yield entry.request
            if waited_s >= REMEMBERED_S:
                del self._entries[request_id]
