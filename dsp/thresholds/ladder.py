"""State machine shared by the detectors, with hysteresis: up at once, down only when well below."""

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
    """State of one detector; every method returns the new state when it changed, else None."""

    def __init__(self) -> None:
        self.level = CLEAR
        self._before = CLEAR

    @property
    def state(self) -> ThresholdState:
        """The state now."""
        return LEVELS[self.level]

    def settle(self, up: int, keep: int) -> ThresholdState | None:
        """Rise to `up` if that is higher; else fall to `keep` if that is lower; else stay.

        up    the level that the values reach now
        keep  the level that they still hold with the slack of the hysteresis, at least `up`

        REPORTED stays: only the end of the run clears it, or the runner withdraws the report.
        """
        if self.level == REPORTED:
            return None
        level = up if up >= self.level else min(self.level, max(up, keep))
        if level == self.level:
            return None
        self.level = level
        return LEVELS[level]

    def report(self) -> ThresholdState | None:
        """Go to REPORTED: the runner reported pain."""
        if self.level == REPORTED:
            return None
        self._before, self.level = self.level, REPORTED
        return ThresholdState.REPORTED

    def take_back(self) -> ThresholdState | None:
        """Go back to the state before the report, which the runner has withdrawn."""
        if self.level != REPORTED:
            return None
        self.level = self._before
        return LEVELS[self.level]


def steps_of(ratio: float, bounds: tuple[float, float, float]) -> int:
    """Return how many of the three rising bounds a ratio exceeds: 0 is clear, 3 reached."""
    return sum(ratio > bound for bound in bounds)
