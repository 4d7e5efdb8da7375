"""The virtual air: timing of PDUs, effects of loss and range, and supervision timeout."""

from __future__ import annotations

import asyncio
import math
import random

import pytest

from drivers.virtual.connection import Conditions, SimConnection

INTERVAL_S, TIMEOUT_S = 0.015, 0.4


class Wire:
    """One SimConnection, and what it delivered."""

    def __init__(self, conditions: Conditions, seed: int = 1) -> None:
        self.ends = 2
        self.came: list[tuple[float, object]] = []
        self.silent_s: list[float] = []
        self.loop = asyncio.get_running_loop()
        self.start_s = self.loop.time()
        self.connection = SimConnection(
            interval_s=INTERVAL_S,
            timeout_s=TIMEOUT_S,
            conditions=conditions,
            chance=random.Random(seed),
            ends=lambda: self.ends,
            on_silence=self._silence,
        )

    def send(self, what: object, sender: str = "sensor") -> None:
        def deliver() -> bool:
            self.came.append((self.loop.time() - self.start_s, what))
            return True

        self.connection.push(sender, deliver)

    def _silence(self) -> None:
        self.silent_s.append(self.loop.time() - self.start_s)
        self.connection.close()


async def test_pdus_wait_for_the_next_connection_event() -> None:
    wire = Wire(Conditions())
    await asyncio.sleep(0.004)
    wire.send("a")
    await asyncio.sleep(0.02)
    wire.send("b")
    await asyncio.sleep(0.1)
    assert [round(t_s, 6) for t_s, _ in wire.came] == [0.015, 0.03]
    wire.connection.close()


async def test_an_answer_given_during_an_event_leaves_at_the_next_one() -> None:
    wire = Wire(Conditions())

    def ping() -> bool:
        wire.loop.call_soon(wire.send, "pong", "hub")
        return True

    wire.connection.push("sensor", ping)
    await asyncio.sleep(0.1)
    assert [round(t_s, 6) for t_s, _ in wire.came] == [0.03]
    wire.connection.close()


async def test_only_so_many_fit_in_one_event() -> None:
    wire = Wire(Conditions(packets_per_event=2))
    for number in range(5):
        wire.send(number)
    await asyncio.sleep(0.1)
    assert [number for _, number in wire.came] == [0, 1, 2, 3, 4]
    assert [round(t_s / INTERVAL_S) for t_s, _ in wire.came] == [1, 1, 2, 2, 3]
    wire.connection.close()


@pytest.mark.parametrize("loss", [0.05, 0.3, 0.6])
async def test_loss_appears_as_delay_in_order_and_never_as_missing_data(loss: float) -> None:
    wire = Wire(Conditions(loss=loss))
    for number in range(200):
        wire.send(number)
        await asyncio.sleep(INTERVAL_S)
    await asyncio.sleep(5)
    assert [number for _, number in wire.came] == list(range(200))
    assert wire.silent_s == []
    expected = 200 * loss / (1 - loss)
    assert wire.connection.retries == pytest.approx(expected, abs=4 * math.sqrt(expected))
    wire.connection.close()


async def test_out_of_range_ends_in_a_supervision_timeout() -> None:
    conditions = Conditions()
    wire = Wire(conditions)
    await asyncio.sleep(1)
    assert wire.silent_s == []
    conditions.in_range = False
    wire.send("never")
    await asyncio.sleep(2)
    (silent_s,) = wire.silent_s
    assert TIMEOUT_S <= silent_s - 1 + TIMEOUT_S / 4 <= 1.5 * TIMEOUT_S
    assert wire.came == []


async def test_a_short_shadow_only_delays() -> None:
    conditions = Conditions()
    wire = Wire(conditions)
    conditions.in_range = False
    wire.send("late")
    await asyncio.sleep(TIMEOUT_S / 2)
    conditions.in_range = True
    await asyncio.sleep(TIMEOUT_S)
    assert wire.silent_s == []
    assert [what for _, what in wire.came] == ["late"]
    wire.connection.close()


async def test_an_end_that_died_is_silence_and_two_are_the_end() -> None:
    one_left, none_left = Wire(Conditions()), Wire(Conditions())
    one_left.ends, none_left.ends = 1, 0
    await asyncio.sleep(2)
    (silent_s,) = one_left.silent_s
    assert TIMEOUT_S <= silent_s <= 1.5 * TIMEOUT_S
    assert none_left.silent_s == [pytest.approx(TIMEOUT_S / 4)]


async def test_new_parameters_hold_unless_forced() -> None:
    free, forced = Wire(Conditions()), Wire(Conditions(interval_ms=15))
    for wire in (free, forced):
        wire.connection.update(interval_s=0.1, timeout_s=4)
        wire.send("x")
    await asyncio.sleep(1)
    assert [round(t_s, 6) for t_s, _ in free.came] == [0.1]
    assert [round(t_s, 6) for t_s, _ in forced.came] == [0.015]
    for wire in (free, forced):
        wire.connection.close()
