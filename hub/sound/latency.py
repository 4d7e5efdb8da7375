"""From the packet that caused a cue to the first sample handed to the device: the hub's share of a cue's delay."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable

from dsp.signals import NS_PER_S
from hub.sound.sounds import Handed

KEPT = 512
"""The latest sounds; more than any run has cues."""


class Latency:
    """Counts sounds with a known cause; percentiles in ms, None before the first.

    hub_ms    arrival of the packet that led to the sound until its first sample was handed over
    total_ms  the same from the time of the record itself (e.g. the contact of a step); includes the sensor's radio
    """

    def __init__(self) -> None:
        self.count = 0
        self._hub_ms: deque[float] = deque(maxlen=KEPT)
        self._total_ms: deque[float] = deque(maxlen=KEPT)

    def add(self, handed: Handed) -> None:
        """Take in what the mixer tells."""
        sound = handed.sound
        if sound.cause_ns is None:
            return
        self.count += 1
        self._hub_ms.append(1000.0 * (handed.handed_ns - sound.cause_ns) / NS_PER_S)
        if sound.t_ns is not None:
            self._total_ms.append(1000.0 * (handed.handed_ns - sound.t_ns) / NS_PER_S)

    def hub_ms(self, percent: float) -> float | None:
        """Give a percentile of the hub's share."""
        return percentile(self._hub_ms, percent)

    def total_ms(self, percent: float) -> float | None:
        """Give a percentile of the whole delay up to the device."""
        return percentile(self._total_ms, percent)


def percentile(values: Iterable[float], percent: float) -> float | None:
    """Give the smallest value that so many per cent of all do not exceed, to 0.1; None without any."""
    ordered = sorted(values)
    if not ordered:
        return None
    return round(ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)], 1)
