"""The states of every detector, with hysteresis: up at once (or when held), down only when well below, never twice."""

from __future__ import annotations

from dsp.records import ThresholdState

LEVELS = (
    ThresholdState.CLEAR,
    ThresholdState.WATCH,
    ThresholdState.NEAR,
    ThresholdState.REACHED,
    ThresholdState.REPORTED,
)
CLEAR, WATCH, NEAR, REACHED, REPORTED = range(5)


class Ladder:
    """Where one detector stands. `settle` gives the new state when it changed, else None."""

    def __init__(self) -> None:
        self.level = CLEAR
        self._before = CLEAR

    @property
    def state(self) -> ThresholdState:
        """The state now."""
        return LEVELS[self.level]

    def settle(self, up: int, keep: int) -> ThresholdState | None:
        """Go up to `up`; stay while `keep` is not lower; else down to the higher of the two.

        up    the level that the numbers reach now
        keep  the level that they would still hold (with the slack of the hysteresis), at least `up`
        A reported threshold stays reported: only the end of the run clears it, or the runner takes the report back.
        """
        if self.level == REPORTED:
            return None
        level = up if up >= self.level else min(self.level, max(up, keep))
        if level == self.level:
            return None
        self.level = level
        return LEVELS[level]

    def report(self) -> ThresholdState | None:
        """The runner said so."""
        if self.level == REPORTED:
            return None
        self._before, self.level = self.level, REPORTED
        return ThresholdState.REPORTED

    def take_back(self) -> ThresholdState | None:
        """The runner said so by mistake: back to what the numbers said before."""
        if self.level != REPORTED:
            return None
        self.level = self._before
        return LEVELS[self.level]


def steps_of(ratio: float, bounds: tuple[float, float, float]) -> int:
    """How many of the three rising bounds a ratio is beyond: 0 clear ... 3 reached."""
    return sum(ratio > bound for bound in bounds)
