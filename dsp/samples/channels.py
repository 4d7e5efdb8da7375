"""Which of the six IMU channels a sensor has, and which values in them are plausible for a runner.

A single absurd value (a damaged packet, a float read in the wrong byte order) would upset the level for minutes, so a
sample that contains one counts as lost. The limits are far beyond what people reach: 100 g (shoes stop with 4-9 g,
high-g sensors end at 200) and 100 rad/s (sprinters' feet turn at 30-40, consumer gyros end at 35-70).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsp.signals import GRAVITY_MPS2

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MAX_MPS2 = 100.0 * GRAVITY_MPS2
MAX_RADPS = 100.0
_MAX = np.array([MAX_MPS2] * 3 + [MAX_RADPS] * 3)
_ALWAYS_PLAUSIBLE = min(MAX_MPS2, MAX_RADPS)
"""Where all values lie within plus and minus this, all are plausible: the usual case."""


class Channels:
    """The channels that a sensor has, in the order of `IMU6`; of the gyro all three or none. Immutable.

    has_force  whether any axis of force is there
    has_gyro   whether the gyro is there
    missing    indices of the absent channels, ascending
    """

    def __init__(self, present: Mask) -> None:
        self.has_force, self.has_gyro = bool(present[:3].any()), bool(present[3:].all())
        self._present = present.copy()
        self._present[3:] = self.has_gyro
        self.missing: list[int] = np.flatnonzero(~self._present).tolist()
        self._columns = np.flatnonzero(self._present)
        self._max = _MAX[self._columns]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Channels) and self.missing == other.missing

    def __hash__(self) -> int:
        return hash(tuple(self.missing))

    def __deepcopy__(self, _memo: dict[int, object]) -> Channels:
        return self

    def whole(self, rows: Array) -> bool:
        """Whether all of these (n, 6) rows have plausible values in every channel of this sensor."""
        if self.missing:
            rows = rows[:, self._columns]
        if rows.size and rows.item(rows.argmax()) < _ALWAYS_PLAUSIBLE and rows.item(rows.argmin()) > -_ALWAYS_PLAUSIBLE:
            return True
        return bool((np.abs(rows) < self._max).all())

    def good(self, rows: Array) -> tuple[Mask, Mask]:
        """Return which of (n, 6) rows have this sensor's force, and which all of its channels, (n,) each."""
        plausible = (np.abs(rows) < _MAX) | ~self._present
        force: Mask = np.all(plausible[:, :3], axis=1) & self.has_force
        return force, force & np.all(plausible[:, 3:], axis=1)

    def blank(self, rows: Array) -> Array:
        """Return these (..., 6) rows with zeros in the missing channels; the same array if none is missing."""
        if not self.missing:
            return rows
        rows = rows.copy()
        rows[..., self.missing] = 0.0
        return rows

    def more(self, rows: Array, dead: list[int]) -> Channels | None:
        """Return the channels that all of these (n, 6) rows have, if they are these and more; else None.

        Values of `dead` channels do not count.
        """
        first = rows[0].tolist()
        if not any(first[k] == first[k] for k in self.missing):
            return None
        present: Mask = np.all(np.abs(rows) < _MAX, axis=0)
        present[dead] = False
        found = Channels(present)
        return found if set(found.missing) < set(self.missing) else None

    def without_gyro(self) -> Channels:
        """Return these without the gyro."""
        return self.without([3, 4, 5])

    def without(self, dead: list[int]) -> Channels:
        """Return these without the `dead` ones."""
        present = self._present.copy()
        present[dead] = False
        return Channels(present)


NO_CHANNELS = Channels(np.zeros(6, dtype=np.bool_))


def channels_of(rows: Array) -> Channels:
    """Return the channels that have a plausible value anywhere in these (n, 6) rows."""
    return Channels(np.any(np.abs(rows) < _MAX, axis=0))


def always_plausible(largest: Array) -> bool:
    """Return whether no value of a sensor can be implausible; `largest`: bounds of their absolute values, (6,)."""
    return bool((largest < _MAX).all())


def only_plausible(rows: Array) -> Array:
    """Return (n, 6) rows with NaN in place of values that are not plausible."""
    return np.where(np.abs(rows) < _MAX, rows, np.nan)
