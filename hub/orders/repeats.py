"""Carrying out repeated orders only once: QoS 1 may deliver twice, and a sender without an answer sends again."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeAlias

import msgspec

from hub.messages.incoming import CommandMessage, PainMessage

Order: TypeAlias = PainMessage | CommandMessage

REMEMBERED = 64
"""Number of orders remembered by their ids."""
REPEATED_WITHIN_S = 60.0
"""Older copies have expired on every broker too (`delivery`), so a later identical order is intended."""


class Repeats:
    """The latest order carried out under each id, with its answer.

    An id alone does not identify an order: two clients may both count from 1, and a pain report must not be mistaken
    for another client's `mute`. So a different order with a known id is a new order.
    """

    def __init__(self) -> None:
        self._done: OrderedDict[str, tuple[Order, str, float]] = OrderedDict()

    def answer(self, order: Order, now_s: float) -> str | None:
        """Return the earlier answer if this same order was carried out recently, else None."""
        if order.id is None or order.id not in self._done:
            return None
        done, text, at_s = self._done[order.id]
        return text if now_s - at_s <= REPEATED_WITHIN_S and done == _content(order) else None

    def carried_out(self, order: Order, text: str, now_s: float) -> None:
        """Remember that an order was carried out, and its answer."""
        if order.id is None:
            return
        self._done[order.id] = (_content(order), text, now_s)
        self._done.move_to_end(order.id)
        while len(self._done) > REMEMBERED:
            self._done.popitem(last=False)


def _content(order: Order) -> Order:
    """Return the order without its number and time, which differ when it is sent again."""
    return msgspec.structs.replace(order, seq=None, t=None)
