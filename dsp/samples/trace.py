"""The last seconds of one sensor, channel by channel, to look back into when an event is known."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

import numpy as np
import numpy.typing as npt


class Trace:
    """Parallel lists. `t_s`, `axes` and `turns` run ahead of the worked-off channels by less than a chunk.

    t_s    s on the hub's timeline, near-regular
    axes   six lists: ax ay az (m/s2) gx gy gz (rad/s); zeros where a channel is absent
    turns  three lists: mean rate of turn about each axis from the sample before to this one, rad/s (trunk sensors)
    up     three lists: the direction of up in sensor axes
    force  low-passed vertical specific force, m/s2
    vx vy  horizontal velocity in the near-inertial frame, m/s (6-axis sensors)
    """

    __slots__ = ("axes", "force", "t_s", "turns", "up", "vx", "vy")

    def __init__(self) -> None:
        self.t_s: list[float] = []
        self.axes: list[list[float]] = [[] for _ in range(6)]
        self.turns: list[list[float]] = [[] for _ in range(3)]
        self.up: tuple[list[float], list[float], list[float]] = ([], [], [])
        self.force: list[float] = []
        self.vx: list[float] = []
        self.vy: list[float] = []

    def channels(self) -> list[list[float]]:
        """Every list."""
        return [self.t_s, *self.axes, *self.turns, *self.up, self.force, self.vx, self.vy]

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

    def axes_at(self, when_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """(n, 6) axes at rising times that lie within the trace, linear interpolation."""
        first, end = self.first_at(float(when_s[0])) - 1, self.first_at(float(when_s[-1])) + 1
        t = np.array(self.t_s[first:end])
        rows = np.array([axis[first:end] for axis in self.axes]).T
        after = t.searchsorted(when_s)
        share = (t[after] - when_s) / (t[after] - t[after - 1])
        below = rows[after]
        below += share[:, None] * (rows[after - 1] - below)
        return below

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
