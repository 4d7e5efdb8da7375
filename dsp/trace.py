"""The last seconds of one sensor, channel by channel, to look back into when an event is known."""

from __future__ import annotations

from bisect import bisect_left, bisect_right


class Trace:
    """Parallel lists. `t_s` and `axes` run ahead of the worked-off channels by less than a chunk.

    t_s    s on the hub's timeline, near-regular
    axes   six lists: ax ay az (m/s2) gx gy gz (rad/s); zeros where a channel is absent
    up     three lists: the direction of up in sensor axes
    force  low-passed vertical specific force, m/s2
    vx vy  horizontal velocity in the near-inertial frame, m/s (6-axis sensors)
    """

    __slots__ = ("axes", "force", "t_s", "up", "vx", "vy")

    def __init__(self) -> None:
        self.t_s: list[float] = []
        self.axes: list[list[float]] = [[] for _ in range(6)]
        self.up: tuple[list[float], list[float], list[float]] = ([], [], [])
        self.force: list[float] = []
        self.vx: list[float] = []
        self.vy: list[float] = []

    def channels(self) -> list[list[float]]:
        """Every list."""
        return [self.t_s, *self.axes, *self.up, self.force, self.vx, self.vy]

    def clear(self) -> None:
        """Forget everything."""
        for channel in self.channels():
            channel.clear()

    def forget(self, count: int) -> None:
        """Drop the oldest `count` samples."""
        for channel in self.channels():
            del channel[:count]

    def trim(self, keep: int) -> int:
        """Drop the oldest once there are twice as many as `keep`; returns how many went."""
        cut = len(self.t_s) - keep
        if cut <= keep:
            return 0
        for channel in self.channels():
            del channel[:cut]
        return cut

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
