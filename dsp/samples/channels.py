"""Which of its six channels a sensor has, and which numbers in them can be a runner's.

One absurd number (a damaged packet, a float read in the wrong byte order) would turn the level for minutes, so a sample
with one counts as lost. The bounds are far beyond what people do: 100 g (shoes stop with 4-9 g, high-g sensors end at
200) and 100 rad/s (sprinters' feet turn at 30-40, consumer gyros end at 35-70).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dsp.signals import GRAVITY_MPS2

Array = npt.NDArray[np.float64]
Which = npt.NDArray[np.bool_]

MOST_MPS2 = 100.0 * GRAVITY_MPS2
MOST_RADPS = 100.0
_MOST = np.array([MOST_MPS2] * 3 + [MOST_RADPS] * 3)
_QUICK = min(MOST_MPS2, MOST_RADPS)
"""Where the largest number is less and the least more than that below zero, all are plausible: the usual case."""


class Channels:
    """Channels of a sensor, in the order of `IMU6`; of rate all three or none. One never changes."""

    def __init__(self, here: Which) -> None:
        self.has_force, self.has_gyro = bool(here[:3].any()), bool(here[3:].all())
        self._here = here.copy()
        self._here[3:] = self.has_gyro
        self.missing: list[int] = np.flatnonzero(~self._here).tolist()
        self._columns = np.flatnonzero(self._here)
        self._most = _MOST[self._columns]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Channels) and self.missing == other.missing

    def __hash__(self) -> int:
        return hash(tuple(self.missing))

    def __deepcopy__(self, _memo: dict[int, object]) -> Channels:
        return self

    def whole(self, rows: Array) -> bool:
        """Whether all of these (n, 6) rows have plausible numbers in every channel."""
        if self.missing:
            rows = rows[:, self._columns]
        if rows.size and rows.item(rows.argmax()) < _QUICK and rows.item(rows.argmin()) > -_QUICK:
            return True
        return bool((np.abs(rows) < self._most).all())

    def good(self, rows: Array) -> tuple[Which, Which]:
        """Which of (n, 6) rows have the force of this sensor, and which all of it, (n,) each."""
        fine = (np.abs(rows) < _MOST) | ~self._here
        force: Which = np.all(fine[:, :3], axis=1) & self.has_force
        return force, force & np.all(fine[:, 3:], axis=1)

    def blank(self, rows: Array) -> Array:
        """These (..., 6) rows with zeros in the channels that are not there; as they are when all are."""
        if not self.missing:
            return rows
        rows = rows.copy()
        rows[..., self.missing] = 0.0
        return rows

    def more(self, rows: Array, dead: list[int]) -> Channels | None:
        """Channels that these (n, 6) rows have from first to last and that are more than these; else None.

        What the `dead` ones deliver does not count.
        """
        first = rows[0].tolist()
        if not any(first[k] == first[k] for k in self.missing):
            return None
        here: Which = np.all(np.abs(rows) < _MOST, axis=0)
        here[dead] = False
        found = Channels(here)
        return found if set(found.missing) < set(self.missing) else None

    def without_gyro(self) -> Channels:
        """The force alone."""
        return self.without([3, 4, 5])

    def without(self, dead: list[int]) -> Channels:
        """These except the `dead` ones."""
        here = self._here.copy()
        here[dead] = False
        return Channels(here)


NOTHING = Channels(np.zeros(6, dtype=np.bool_))


def channels_of(rows: Array) -> Channels:
    """The channels that have a plausible number anywhere in these (n, 6) rows."""
    return Channels(np.any(np.abs(rows) < _MOST, axis=0))


def only_plausible(rows: Array) -> Array:
    """(n, 6) rows with NaN for what is not plausible."""
    return np.where(np.abs(rows) < _MOST, rows, np.nan)
