"""Which orders count as repetitions, and which do not."""

from __future__ import annotations

import pytest

from hub.messages.incoming import CommandMessage, PainMessage
from hub.orders.repeats import REMEMBERED, REPEATED_WITHIN_S, Order, Repeats

MUTE = CommandMessage(action="mute", id="1", seq=1, t="2026-03-01T07:30:00Z")


@pytest.fixture
def repeats() -> Repeats:
    repeats = Repeats()
    repeats.carried_out(MUTE, "quiet from now on", 0.0)
    return repeats


def test_a_repeated_order_gets_the_same_answer(repeats: Repeats) -> None:
    again = CommandMessage(action="mute", id="1", seq=2, t="2026-03-01T07:30:05Z")
    assert repeats.answer(again, 5.0) == "quiet from now on"
    assert repeats.answer(again, REPEATED_WITHIN_S + 1.0) is None, "a client that counts from 1 has started anew"


@pytest.mark.parametrize(
    "order",
    [
        CommandMessage(action="unmute", id="1"),
        CommandMessage(action="mute", by="coach", id="1"),
        CommandMessage(action="mute", id="2"),
        CommandMessage(action="mute"),
        PainMessage(level=4, site="outer knee", id="1"),
    ],
)
def test_a_different_order_is_no_repetition_whatever_its_id(order: Order, repeats: Repeats) -> None:
    assert repeats.answer(order, 0.5) is None


def test_a_client_that_reuses_one_id_is_obeyed_each_time(repeats: Repeats) -> None:
    unmute = CommandMessage(action="unmute", id="1")
    repeats.carried_out(unmute, "cues can be heard again", 1.0)
    assert repeats.answer(MUTE, 2.0) is None
    assert repeats.answer(unmute, 2.0) == "cues can be heard again"


def test_the_number_of_remembered_orders_is_bounded(repeats: Repeats) -> None:
    for number in range(REMEMBERED):
        repeats.carried_out(CommandMessage(action="mark", id=f"m{number}"), "marked", 1.0)
    assert repeats.answer(MUTE, 2.0) is None
