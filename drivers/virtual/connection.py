"""A virtual Bluetooth LE connection: PDUs are sent at connection events, and silence ends in a supervision timeout."""

from __future__ import annotations

import asyncio
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

SHORTEST_INTERVAL_S = 7.5e-3
"""Core 5.4, Vol 6, Part B, 4.5.1."""

ROUNDING = 1e-6
"""Tolerance in intervals; far above the float64 rounding error of a time in seconds."""

CHECKS_PER_TIMEOUT = 4
"""Resolution at which silence is measured; empty PDUs are not simulated individually."""


@dataclass(slots=True)
class Conditions:
    """Radio conditions between the hub and one device.

    loss               probability that a PDU fails at a connection event (or that an advertisement is missed)
    in_range           False: nothing passes, and the connection ends by supervision timeout
    rssi_dbm           signal strength that the other side reports
    interval_ms        connection interval, whatever the hub requests; None: as requested
    timeout_ms         supervision timeout, whatever the hub requests; None: as requested
    packets_per_event  PDUs one side can send in one connection event
    """

    loss: float = 0.0
    in_range: bool = True
    rssi_dbm: int = -50
    interval_ms: float | None = None
    timeout_ms: float | None = None
    packets_per_event: int = 6


class SimConnection:
    """PDU queues for both directions of one connection.

    conditions  read again at every event, so that a test or a demo may change them
    ends        returns how many ends still hold the connection: normally 2; 1 after one side ended or died; else 0
    on_silence  called once when nothing was received for the supervision timeout, or both ends are gone
    """

    def __init__(
        self,
        *,
        interval_s: float,
        timeout_s: float,
        conditions: Conditions,
        chance: random.Random,
        ends: Callable[[], int],
        on_silence: Callable[[], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._conditions = conditions
        self._chance = chance
        self._ends = ends
        self._on_silence = on_silence
        self._anchor_s = self._heard_s = self._loop.time()
        self._queues: dict[str, deque[Callable[[], bool]]] = {}
        self._event: asyncio.TimerHandle | None = None
        self._check: asyncio.TimerHandle | None = None
        self.retries = 0
        self.update(interval_s=interval_s, timeout_s=timeout_s)

    def update(self, *, interval_s: float, timeout_s: float) -> None:
        """Apply the parameters requested by the host, unless the conditions override them."""
        forced = self._conditions
        self._interval_s = max(
            interval_s if forced.interval_ms is None else forced.interval_ms * 1e-3, SHORTEST_INTERVAL_S
        )
        self._timeout_s = timeout_s if forced.timeout_ms is None else forced.timeout_ms * 1e-3
        self._schedule_check()

    def push(self, sender: str, deliver: Callable[[], bool]) -> None:
        """Queue one PDU; if `deliver` returns False, it was not received and is sent again at the next event."""
        self._queues.setdefault(sender, deque()).append(deliver)
        self._schedule_event()

    def close(self) -> None:
        """Clear the queues and stop the timers."""
        self._queues.clear()
        for timer in (self._event, self._check):
            if timer is not None:
                timer.cancel()
        self._event = self._check = None

    def _schedule_event(self) -> None:
        if self._event is None:
            # The event being served now counts as passed, however its time was rounded.
            passed = math.floor((self._loop.time() - self._anchor_s) / self._interval_s + ROUNDING)
            self._event = self._loop.call_at(self._anchor_s + (passed + 1) * self._interval_s, self._on_event)

    def _on_event(self) -> None:
        self._event = None
        if self._conditions.in_range:
            for queue in list(self._queues.values()):
                self._send(queue)
        if any(self._queues.values()):
            self._schedule_event()

    def _send(self, queue: deque[Callable[[], bool]]) -> None:
        for _ in range(min(self._conditions.packets_per_event, len(queue))):
            if self._chance.random() < self._conditions.loss or not queue[0]():
                self.retries += 1
                return  # not acknowledged: the rest of the queue waits for the next event
            queue.popleft()

    def _schedule_check(self) -> None:
        if self._check is not None:
            self._check.cancel()
        self._check = self._loop.call_later(self._timeout_s / CHECKS_PER_TIMEOUT, self._on_check)

    def _on_check(self) -> None:
        now_s = self._loop.time()
        ends = self._ends()
        if ends == 2 and self._conditions.in_range and self._conditions.loss < 1.0:
            self._heard_s = now_s
        if ends == 0 or now_s - self._heard_s >= self._timeout_s:
            self._on_silence()
        else:
            self._schedule_check()
