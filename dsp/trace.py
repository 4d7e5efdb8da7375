"""The last seconds of one sensor, channel by channel, to look back into when an event is known."""

from __future__ import annotations

from bisect import bisect_left, bisect_right


class Trace:
    """Parallel lists of equal length, trimmed by `trim`; bounded by twice `keep` samples."""

    __slots__ = ("axes", "force", "keep", "t_s", "up", "vx", "vy")

    def __init__(self, keep: int) -> None:
        self.keep = keep
        self.t_s: list[float] = []
        self.axes: list[list[float]] = [[] for _ in range(6)]
        self.up: tuple[list[float], list[float], list[float]] = ([], [], [])
        self.force: list[float] = []
        self.vx: list[float] = []
        self.vy: list[float] = []

    def channels(self) -> list[list[float]]:
        """Every list but time."""
        return [*self.axes, *self.up, self.force, self.vx, self.vy]

    def clear(self) -> None:
        """Forget everything."""
        self.t_s.clear()
        for channel in self.channels():
            channel.clear()

    def trim(self) -> None:
        """Drop the oldest once there are twice as many as kept."""
        if len(self.t_s) > 2 * self.keep:
            cut = len(self.t_s) - self.keep
            del self.t_s[:cut]
            for channel in self.channels():
                del channel[:cut]

    def first_at(self, when_s: float) -> int:
        """Index of the first sample at or after `when_s`."""
        return bisect_left(self.t_s, when_s)

    def at(self, channel: list[float], when_s: float) -> float:
        """Linear interpolation of a channel, held at the ends."""
        t = self.t_s
        k = bisect_right(t, when_s)
        if k == 0:
            return channel[0]
        if k >= len(channel):
            return channel[-1]
        share = (when_s - t[k - 1]) / (t[k] - t[k - 1])
        return channel[k - 1] + share * (channel[k] - channel[k - 1])
