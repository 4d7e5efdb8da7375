"""Which step of the trunk a shoe's contact is, whatever their clocks show: the time difference at each lag.

A clock that is late by a step makes a runner's left look like the right. What still identifies the step is that no two
steps take the same time (spread 1-2 %, 4-8 ms): only at the true lag do the times of the two sensors vary together, and
their difference then scatters least. Of six recorded runners it is the true one of the five nearest in each window of
30 steps where both shoes are taken together, and in 11 of 12 shoes alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

from dsp.records import Side

LAGS = (-2, -1, 0, 1, 2)
"""Steps of the trunk around the nearest one: a stride either way."""

LONGEST_STEP_S = 0.6
"""Longest time between two contacts of a runner's trunk; a longer one has missed a contact."""

CONTRADICTION = 0.8
"""Share of steps whose sides differ: few are misnamed, and mixed ones prove nothing."""

SCATTER_S = 0.020
STEADY = 0.8
"""Share of the differences that lie within `SCATTER_S` of the median, or they are not those of two clocks: 5 SD of the
step-to-step difference (4.1 ms, sources 9), 2 to 3 of it at a wrong lag."""

WAITING = 8
"""Contacts that are kept until the others of their stride have come: a stride has one of the shoe, two of the trunk."""


@dataclass(frozen=True, slots=True)
class Lag:
    """One way to pair a shoe's contacts with the trunk's.

    apart_s   shoe's minus trunk's contact, median
    spread_s  mean absolute deviation from it
    differs   share of the pairs whose sides differ; None where the trunk names none
    """

    apart_s: float
    spread_s: float
    differs: float | None

    @property
    def contradicts(self) -> bool:
        """Whether the sides differ step after step."""
        return self.differs is not None and self.differs >= CONTRADICTION


class CommonSteps:
    """Takes one shoe's contacts and the trunk's as they come; keeps the last `memory` pairs."""

    def __init__(self, side: Side, memory: int) -> None:
        self._side = side
        self._waiting: deque[float] = deque(maxlen=WAITING)
        self._apart_s: deque[tuple[float, ...]] = deque(maxlen=memory)
        self._differs: deque[bool | None] = deque(maxlen=memory)
        self._usual_s: float | None = None
        self._nearest: tuple[float, bool] | None = None  # median at the nearest lag, and whether it is steady

    @property
    def sided(self) -> int:
        """Number of pairs whose legs both sensors named."""
        return len(self._differs) - self._differs.count(None)

    def __len__(self) -> int:
        return len(self._differs)

    def contact(self, t_s: float) -> None:
        """Take a contact of the shoe."""
        self._waiting.append(t_s)

    def pair(self, trunk: Sequence[tuple[float, Side | None]]) -> None:
        """Pair the shoe's contacts that are at least two trunk contacts old.

        trunk  the trunk's newest contacts, s, with their legs
        """
        while self._waiting and len(trunk) > 2 and self._waiting[0] - (self._usual_s or 0.0) <= trunk[-3][0]:
            t_s = self._waiting.popleft()
            near_s = t_s - (self._usual_s or 0.0)
            middle = min(range(len(trunk)), key=lambda i: abs(trunk[i][0] - near_s))
            around = [trunk[middle + lag][0] for lag in LAGS if 0 <= middle + lag < len(trunk)]
            if len(around) == len(LAGS) and max(b - a for a, b in pairwise(around)) < LONGEST_STEP_S:
                self._add([t_s - each for each in around], trunk[middle][1])

    def _add(self, apart_s: list[float], side: Side | None) -> None:
        # Lags are counted from the last difference: half a step from two contacts, the nearest one would alternate.
        self._usual_s = apart_s[len(LAGS) // 2]
        self._nearest = None
        if abs(self._usual_s) > LONGEST_STEP_S:
            self._usual_s = None
            self._apart_s.clear()
            self._differs.clear()
            return
        self._apart_s.append(tuple(apart_s))
        self._differs.append(None if side is None else side is not self._side)

    @property
    def usual_s(self) -> float:
        """Shoe's minus trunk's contact at the nearest lag, median."""
        return self._at_nearest_lag()[0]

    @property
    def steady(self) -> bool:
        """Whether the differences are as constant as those of two clocks."""
        return self._at_nearest_lag()[1]

    def _at_nearest_lag(self) -> tuple[float, bool]:
        """Return the median and whether most differences are near it; both are read several times per pair."""
        if self._nearest is None:
            apart_s = [each[len(LAGS) // 2] for each in self._apart_s]
            middle_s = median(apart_s)
            near = sum([abs(each - middle_s) <= SCATTER_S for each in apart_s])
            self._nearest = middle_s, near >= STEADY * len(apart_s)
        return self._nearest

    def fits(self, apart_s: float) -> bool:
        """Return whether they are within `apart_s` of each other and name the same legs, which is the usual case."""
        return self._differs.count(True) <= (1.0 - CONTRADICTION) * self.sided and abs(self.usual_s) <= apart_s

    def lags(self) -> list[Lag]:
        """Return every way to pair them."""
        named = [each for each in self._differs if each is not None]
        share = sum(named) / len(named) if named else None
        out = []
        for lag, apart_s in zip(LAGS, zip(*self._apart_s, strict=True), strict=True):
            middle_s = median(apart_s)
            spread_s = fmean(abs(each - middle_s) for each in apart_s)
            differs = 1.0 - share if share is not None and lag % 2 else share
            out.append(Lag(middle_s, spread_s, differs))
        return out
