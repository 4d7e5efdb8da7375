"""One Bluetooth LE connection in the virtual air: PDUs leave at connection events, silence ends in a timeout."""

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
"""Of an interval; far above what float64 loses on a time in seconds."""

CHECKS_PER_TIMEOUT = 4
"""How finely silence is measured; empty PDUs are not simulated one by one."""


@dataclass(slots=True)
class Conditions:
    """What the air between the hub and one device is like.

    loss               probability that one PDU fails at one connection event (or one advertisement is missed)
    in_range           False: nothing passes, the connection dies of its supervision timeout
    rssi_dbm           what the other side reports
    interval_ms        connection interval whatever the hub asks for; None: as asked
    timeout_ms         supervision timeout whatever the hub asks for; None: as asked
    packets_per_event  PDUs one side can send in one connection event
    """

    loss: float = 0.0
    in_range: bool = True
    rssi_dbm: int = -50
    interval_ms: float | None = None
    timeout_ms: float | None = None
    packets_per_event: int = 6


class SimConnection:
    """Queues of PDUs for both directions.

    conditions  looked at anew at every event, so that a test or a demo may change them
    ends        how many ends still hold the connection: 2 normally, 1 when a side ended or died, 0 when it is over
    on_silence  called once when nothing was heard for the supervision timeout, or when both ends are gone
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
        """Take over parameters that the host asked for, unless the conditions say otherwise."""
        forced = self._conditions
        self._interval_s = max(
            interval_s if forced.interval_ms is None else forced.interval_ms * 1e-3, SHORTEST_INTERVAL_S
        )
        self._timeout_s = timeout_s if forced.timeout_ms is None else forced.timeout_ms * 1e-3
        self._schedule_check()

    def push(self, sender: str, deliver: Callable[[], bool]) -> None:
        """Send one PDU; `deliver` says whether the other side took it, else it is sent again at the next event."""
        self._queues.setdefault(sender, deque()).append(deliver)
        self._schedule_event()

    def close(self) -> None:
        """Forget everything queued and stop the timers."""
        self._queues.clear()
        for timer in (self._event, self._check):
            if timer is not None:
                timer.cancel()
        self._event = self._check = None

    def _schedule_event(self) -> None:
        if self._event is None:
            # An event that is just being served has passed, whichever way its time was rounded.
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
                return  # not acknowledged: everything behind waits for the next event
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
