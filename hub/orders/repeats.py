"""An order that comes twice is done once: QoS 1 delivers at least once, and who hears no answer asks again."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeAlias

import msgspec

from hub.messages.incoming import CommandMessage, PainMessage

Order: TypeAlias = PainMessage | CommandMessage

REMEMBERED = 64
"""Ids of orders that were carried out."""
REPEATED_WITHIN_S = 60.0
"""What is older has gone from every broker too (`delivery`): with the same id and words it is somebody who means it."""


class Repeats:
    """What was carried out last under each id, and what was answered.

    An id alone says nothing: two clients that count from 1 have the same, and no report of pain may be taken for
    somebody's `mute`. Another order under a known id is another order.
    """

    def __init__(self) -> None:
        self._done: OrderedDict[str, tuple[Order, str, float]] = OrderedDict()

    def answer(self, order: Order, now_s: float) -> str | None:
        """Give the answer of this very order where it was carried out just now."""
        if order.id is None or order.id not in self._done:
            return None
        done, text, at_s = self._done[order.id]
        return text if now_s - at_s <= REPEATED_WITHIN_S and done == _meant(order) else None

    def carried_out(self, order: Order, text: str, now_s: float) -> None:
        """Remember an order that was carried out, and its answer."""
        if order.id is None:
            return
        self._done[order.id] = (_meant(order), text, now_s)
        self._done.move_to_end(order.id)
        while len(self._done) > REMEMBERED:
            self._done.popitem(last=False)


def _meant(order: Order) -> Order:
    """The order without what its sender counts and dates anew."""
    return msgspec.structs.replace(order, seq=None, t=None)
