"""Latency from the packet that caused a sound to its first sample at the device: the hub's share of the delay."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable

from dsp.signals import NS_PER_S
from hub.sound.sounds import Handed

KEPT = 512
"""Number of latest sounds: more than any run has cues."""


class Latency:
    """Latency percentiles in ms over sounds with a known cause; None before the first.

    hub_ms    from the arrival of the packet that caused a sound to its first sample being handed to the device
    total_ms  the same from the time of the record (e.g. a step's initial contact), so including the sensor's radio
    """

    def __init__(self) -> None:
        self.count = 0
        self._hub_ms: deque[float] = deque(maxlen=KEPT)
        self._total_ms: deque[float] = deque(maxlen=KEPT)

    def add(self, handed: Handed) -> None:
        """Add a sound that the mixer has begun."""
        sound = handed.sound
        if sound.cause_ns is None:
            return
        self.count += 1
        self._hub_ms.append(1000.0 * (handed.handed_ns - sound.cause_ns) / NS_PER_S)
        if sound.t_ns is not None:
            self._total_ms.append(1000.0 * (handed.handed_ns - sound.t_ns) / NS_PER_S)

    def hub_ms(self, percent: float) -> float | None:
        """Return a percentile of the hub's share."""
        return percentile(self._hub_ms, percent)

    def total_ms(self, percent: float) -> float | None:
        """Return a percentile of the whole latency up to the device."""
        return percentile(self._total_ms, percent)


def percentile(values: Iterable[float], percent: float) -> float | None:
    """Return the smallest value that `percent` of all values do not exceed, to 0.1; None without values."""
    ordered = sorted(values)
    if not ordered:
        return None
    return round(ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)], 1)
