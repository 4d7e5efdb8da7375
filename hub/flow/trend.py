"""The run so far in one-minute medians, for watchers who join late. Bounded; data time only."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from statistics import median

from dsp.signals import NS_PER_S

MINUTES = 90
"""How far back the trend goes: the live 30 to 90 minutes that people ask for (sources 8)."""
FIELDS = (
    "cadence_spm",
    "drop_excursion_left_deg",
    "drop_excursion_right_deg",
    "contact_left_ms",
    "contact_right_ms",
    "speed_mps",
)
MINUTE_NS = 60 * NS_PER_S
MIN_VALUES = 10
"""A minute with fewer values than this, at one a second, is not representative and its median is null."""


class Trend:
    """Collects one frame of values a second; `columns` returns the medians of completed minutes, oldest first."""

    def __init__(self) -> None:
        self._minute: int | None = None
        self._values: dict[str, list[float]] = {name: [] for name in FIELDS}
        self._medians: deque[dict[str, float | None]] = deque(maxlen=MINUTES)

    def copied(self) -> Trend:
        """Return an independent copy."""
        other = Trend()
        other._minute = self._minute
        other._values = {name: list(values) for name, values in self._values.items()}
        other._medians = self._medians.copy()  # a completed minute never changes
        return other

    @property
    def first_ns(self) -> int | None:
        """Start of the oldest completed minute; None while there is none."""
        return None if self._minute is None or not self._medians else (self._minute - len(self._medians)) * MINUTE_NS

    def update(self, t_ns: int, values: Mapping[str, float]) -> bool:
        """Add the values of one second; True when a minute is complete. Minutes without any frame are null."""
        minute = t_ns // MINUTE_NS
        over = self._minute is not None and minute > self._minute
        if self._minute is not None and over:
            self._close()
            for _ in range(min(minute - self._minute - 1, MINUTES)):
                self._medians.append(dict.fromkeys(FIELDS))
        self._minute = minute if self._minute is None else max(minute, self._minute)
        for name in FIELDS:
            if name in values:
                self._values[name].append(values[name])
        return over

    def columns(self) -> dict[str, list[float | None]]:
        """Return each field's medians, as lists of the same length."""
        return {name: [each[name] for each in self._medians] for name in FIELDS}

    def _close(self) -> None:
        self._medians.append(
            {
                name: round(median(values), 2) if len(values) >= MIN_VALUES else None
                for name, values in self._values.items()
            }
        )
        for values in self._values.values():
            values.clear()
