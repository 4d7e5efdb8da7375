"""Detect streams that fell silent although the link is up."""

from __future__ import annotations

from collections.abc import Mapping

from dsp.signals import NS_PER_S

SHORTEST_NS = 2 * NS_PER_S
PERIODS = 3
"""Missed notifications in a row that count as silence: radio loss alone delays by a few connection intervals."""


class Watchdog:
    """A time limit per stream: 3 nominal periods, at least 2 s.

    nominal_hz  notifications per second by stream; a stream with 0 is irregular and is not watched
    """

    def __init__(self, nominal_hz: Mapping[str, float]) -> None:
        self._limit_ns = {
            stream: max(SHORTEST_NS, round(PERIODS * NS_PER_S / rate_hz))
            for stream, rate_hz in nominal_hz.items()
            if rate_hz > 0
        }
        self._heard_ns: dict[str, int] = {}

    def start(self, now_ns: int) -> None:
        """Give every stream its full limit from now on."""
        self._heard_ns = dict.fromkeys(self._limit_ns, now_ns)

    def hear(self, stream: str, now_ns: int) -> None:
        """Note a notification of a stream."""
        if stream in self._heard_ns:
            self._heard_ns[stream] = now_ns

    def silent(self, now_ns: int) -> list[str]:
        """Return the streams whose limit has passed."""
        return [stream for stream, heard_ns in self._heard_ns.items() if now_ns - heard_ns >= self._limit_ns[stream]]

    def heard_since(self, then_ns: int) -> bool:
        """Return whether every watched stream was heard after `then_ns`."""
        return all(heard_ns > then_ns for heard_ns in self._heard_ns.values())

    def next_check_ns(self, now_ns: int) -> int:
        """Return the earliest time at which a stream that stays silent from now on passes its limit."""
        limits = [heard_ns + self._limit_ns[stream] for stream, heard_ns in self._heard_ns.items()]
        return max(now_ns, min(limits, default=now_ns + SHORTEST_NS))
