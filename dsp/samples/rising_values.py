"""Ready-made values of one source (a strap, a pod, a treadmill) rise in time; one far ahead waits for the next value.

Where that is later still, there was a hole and nothing is lost; where it is earlier, the stamp was damaged.
"""

from __future__ import annotations

from typing import TypeAlias

from dsp.signals import NS_PER_S

FAR_NS = 30 * NS_PER_S
"""Slower than straps and pods speak; a wrong value believed would take the time of all sensors along by so much."""

Value: TypeAlias = tuple[int, list[float]]
"""Stamp, ns, and the row of the block."""


class RisingValues:
    """The values that are later than all before them; `lost` counts the others."""

    def __init__(self) -> None:
        self._newest_ns: int | None = None
        self._held: Value | None = None
        self.lost = 0

    def take(self, value: Value) -> list[Value]:
        """What is believed now; the first value of all waits too."""
        stamp, held, newest_ns = value[0], self._held, self._newest_ns
        if (newest_ns is not None and stamp <= newest_ns) or (held is not None and stamp == held[0]):
            self.lost += 1
            return []
        out: list[Value] = []
        if held is not None:
            self._held = None
            if stamp > held[0]:
                out, newest_ns = [held], held[0]
            else:
                self.lost += 1
        if newest_ns is not None and stamp - newest_ns <= FAR_NS:
            out, newest_ns = [*out, value], stamp
        else:
            self._held = value
        self._newest_ns = newest_ns
        return out

    def finish(self) -> None:
        """What waits has nothing behind it, and is lost."""
        self.lost += self._held is not None
        self._held = None
