"""Find which of several sensors is being shaken: the one that moves a lot for a second while the others hardly do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ShakeParams:
    """When a sensor counts as shaken.

    window_s      motion is measured in windows of this length, about two strokes of a hand
    duration_s    and must last this long, so that a knock or a step does not count
    moving_mps2   minimum SD of the magnitude of the specific force: shaking by hand gives 10-30, standing still 0.1
    others_share  largest SD of any other sensor, as a share of the shaken one's: walking moves both feet the same
    """

    window_s: float = 0.25
    duration_s: float = 1.0
    moving_mps2: float = 3.0
    others_share: float = 0.33


class ShakeFinder:
    """Takes the samples of all sensors on one timeline, in any order within half a second."""

    def __init__(self, params: ShakeParams | None = None) -> None:
        self._p = params or ShakeParams()
        self._sums: dict[int, dict[str, tuple[int, float, float]]] = {}
        self._newest = 0

    def update(self, source: str, t_ns: npt.NDArray[np.int64], acceleration: Floats) -> str | None:
        """Take samples, (n,) ns and (n, 3) m/s2; return the sensor that is being shaken once it is clear, else None."""
        size = np.sqrt((acceleration * acceleration).sum(axis=1))
        numbers = (t_ns * 1e-9 / self._p.window_s).astype(np.int64)
        for number in np.unique(numbers).tolist():
            here = size[(numbers == number) & np.isfinite(size)]
            n, total, square = self._sums.setdefault(number, {}).get(source, (0, 0.0, 0.0))
            self._sums[number][source] = (n + len(here), total + float(here.sum()), square + float((here**2).sum()))
            self._newest = max(self._newest, number)
        return self._found()

    def _found(self) -> str | None:
        """Return the sensor that was shaken in all of the last complete windows; the newest two may still grow."""
        long = round(self._p.duration_s / self._p.window_s)
        last = self._newest - 2
        for number in [number for number in self._sums if number <= last - long]:
            del self._sums[number]
        shaken = {self._only_moving(number) for number in range(last - long + 1, last + 1)}
        return shaken.pop() if len(shaken) == 1 else None

    def _only_moving(self, number: int) -> str | None:
        """Return the only sensor that moved in a window; None if none did, or more than one."""
        moving = {source: _spread(*sums) for source, sums in self._sums.get(number, {}).items()}
        if not moving:
            return None
        most = max(moving, key=lambda source: moving[source])
        if moving[most] < self._p.moving_mps2:
            return None
        others = [value for source, value in moving.items() if source != most]
        return None if any(value > self._p.others_share * moving[most] for value in others) else most


def _spread(n: int, total: float, square: float) -> float:
    return float(np.sqrt(max(square / n - (total / n) ** 2, 0.0))) if n else 0.0
