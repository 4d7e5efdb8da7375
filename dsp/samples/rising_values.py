"""Checks the timestamps of ready-made values (a strap, a pod, a treadmill): they rise, or the value is lost.

A value far ahead waits for the next one. If that is later still, there was a gap and nothing is lost; if it is earlier,
the timestamp was damaged.
"""

from __future__ import annotations

from typing import TypeAlias

from dsp.signals import NS_PER_S

FAR_NS = 30 * NS_PER_S
"""Longer than straps and pods pause; a wrong timestamp that is accepted moves the time of all sensors by up to this."""

Value: TypeAlias = tuple[int, list[float]]
"""Timestamp, ns, and the row of the block."""


class RisingValues:
    """Passes on the values of one source that are later than all before them; `lost` counts the others."""

    def __init__(self) -> None:
        self._newest_ns: int | None = None
        self._pending: Value | None = None
        self.lost = 0

    def take(self, value: Value) -> list[Value]:
        """Take a value; return those accepted now. The very first value waits, too."""
        stamp, pending, newest_ns = value[0], self._pending, self._newest_ns
        if (newest_ns is not None and stamp <= newest_ns) or (pending is not None and stamp == pending[0]):
            self.lost += 1
            return []
        out: list[Value] = []
        if pending is not None:
            self._pending = None
            if stamp > pending[0]:
                out, newest_ns = [pending], pending[0]
            else:
                self.lost += 1
        if newest_ns is not None and stamp - newest_ns <= FAR_NS:
            out, newest_ns = [*out, value], stamp
        else:
            self._pending = value
        self._newest_ns = newest_ns
        return out

    def finish(self) -> None:
        """Count a value that still waits as lost: nothing follows it."""
        self.lost += self._pending is not None
        self._pending = None
