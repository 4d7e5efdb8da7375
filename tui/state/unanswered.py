"""Orders that a hub has not answered yet: silence must not look like a yes."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

REMEMBERED_S = 60.0
"""A hub that was away may still answer: the broker keeps an answer for so long (docs/mqtt.md)."""


@dataclass(slots=True)
class _Order(Generic[T]):
    about: T
    asked_s: float
    told: bool = False


class Unanswered(Generic[T]):
    """What was ordered, by the id of the order; `patience_s`: how long an answer may take before its sender is told."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._orders: dict[str, _Order[T]] = {}

    def ask(self, about: T, now_s: float) -> str:
        """Remember an order that goes out now; gives its id."""
        order_id = secrets.token_hex(6)
        self._orders[order_id] = _Order(about, now_s)
        return order_id

    def answered(self, order_id: str | None) -> T | None:
        """Give what the order of an answer was about, and forget it; None: not one of ours."""
        order = self._orders.pop(order_id, None) if order_id is not None else None
        return None if order is None else order.about

    def overdue(self, now_s: float) -> Iterator[T]:
        """Give, once each, what the orders are about whose answer takes too long."""
        for order_id, order in [*self._orders.items()]:
            waited_s = now_s - order.asked_s
            if waited_s >= self._patience_s and not order.told:
                order.told = True
                yield order.about
            if waited_s >= REMEMBERED_S:
                del self._orders[order_id]
