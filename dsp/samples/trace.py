"""The last seconds of one sensor, channel by channel, for looking back once an event is known."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from dsp.packed import Array
from dsp.samples.rows import array_of


class Trace:
    """Parallel lists. `t_s`, `axes` and `turns` are ahead of the computed channels by less than a chunk.

    t_s       s on the hub's timeline, near-regular
    axes      six lists: ax ay az (m/s2) gx gy gz (rad/s); zeros where a channel is absent
    turns     three lists: mean rate of turn about each axis from the previous sample to this one, rad/s (trunk sensors)
    measured  axes and turns, nine lists
    up        three lists: the direction of up in sensor axes
    force     low-passed vertical specific force, m/s2
    vx vy     horizontal velocity in the near-inertial frame, m/s (6-axis sensors)
    """

    __slots__ = ("axes", "force", "measured", "t_s", "turns", "up", "vx", "vy")

    def __init__(self) -> None:
        self.t_s: list[float] = []
        self.axes: list[list[float]] = [[] for _ in range(6)]
        self.turns: list[list[float]] = [[] for _ in range(3)]
        self.measured = self.axes + self.turns
        self.up: tuple[list[float], list[float], list[float]] = ([], [], [])
        self.force: list[float] = []
        self.vx: list[float] = []
        self.vy: list[float] = []

    def channels(self) -> list[list[float]]:
        """Return every list."""
        return [self.t_s, *self.measured, *self.up, self.force, self.vx, self.vy]

    def clear(self) -> None:
        """Drop all samples."""
        for channel in self.channels():
            channel.clear()

    def forget(self, count: int) -> None:
        """Drop the oldest `count` samples."""
        for channel in self.channels():
            del channel[:count]

    def trim(self, keep: int) -> int:
        """Drop all but the newest `keep` samples once there are more than twice as many; return how many went."""
        cut = len(self.t_s) - keep
        if cut <= keep:
            return 0
        for channel in self.channels():
            del channel[:cut]
        return cut

    def first_at(self, when_s: float) -> int:
        """Return the index of the first sample at or after `when_s`."""
        return bisect_left(self.t_s, when_s)

    def steps(self, contacts_s: tuple[float, float, float], phases: int) -> Array:
        """Return (2 phases, 6) axes at even phases of the two steps between three contacts within the trace."""
        one_s, two_s, three_s = contacts_s
        one, two = two_s - one_s, three_s - two_s
        shares = [k / phases for k in range(phases)]
        return self.axes_at([one_s + one * k for k in shares] + [two_s + two * k for k in shares])

    def axes_at(self, times_s: list[float]) -> Array:
        """Return (n, 6) axes at rising times within the trace, by linear interpolation."""
        here = slice(self.first_at(times_s[0]) - 1, self.first_at(times_s[-1]) + 1)
        when_s = array_of(times_s)[0]
        sampled = array_of(self.t_s[here], *[axis[here] for axis in self.axes])
        t, rows = sampled[0], sampled[1:].T
        after = t.searchsorted(when_s)
        before, after_s = after - 1, t[after]
        share = (after_s - when_s) / (after_s - t[before])
        below: Array = rows[after]
        below += share[:, None] * (rows[before] - below)
        return below

    def at(self, channel: list[float], when_s: float) -> float:
        """Return a channel at `when_s` by linear interpolation, constant beyond its ends."""
        t = self.t_s
        k = bisect_right(t, when_s)
        if k == 0:
            return channel[0]
        if k >= len(channel):
            return channel[-1]
        share = (when_s - t[k - 1]) / (t[k] - t[k - 1])
        return channel[k - 1] + share * (channel[k] - channel[k - 1])
