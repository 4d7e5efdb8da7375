"""From sample blocks to gapless runs of plain floats: short gaps are filled, long ones restart, time is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import sub

import numpy as np

from dsp.gap_fill import GapFillParams, from_strides, straight
from dsp.signals import IMU6, SampleBlock


@dataclass(frozen=True, slots=True)
class IntakeParams:
    """fill_s: the longest gap that is filled (15 lost samples at 104 Hz are 0.15 s; a step is 0.33 s).

    memory_s: how much of the past is kept to fill from.
    """

    fill_s: float = 0.26
    memory_s: float = 2.2
    gap_fill: GapFillParams = field(default_factory=GapFillParams)


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive samples on a near-regular grid.

    t_s      n times, s on the hub's timeline
    axes     six lists of n floats: ax ay az (m/s2) gx gy gz (rad/s); zeros where a channel is absent
    restart  True when what came before is too far away to be continued
    filled   True when these samples were filled in, not measured
    """

    t_s: list[float]
    axes: list[list[float]]
    restart: bool
    filled: bool = False


class Intake:
    """Blocks of one IMU to runs.

    A gap up to `fill_s` is filled on the grid: from the strides before when the stride time is known (`stride_s`, set
    by the owner; 0 means unknown), else with a straight line.
    """

    def __init__(self, params: IntakeParams | None = None) -> None:
        self._params = params or IntakeParams()
        self.present: tuple[bool, ...] = ()
        self.period_s = 0.0
        self.stride_s = 0.0
        self._waiting_t: list[float] = []
        self._waiting: list[list[float]] = [[] for _ in IMU6]
        self._past_t: list[float] = []
        self._past: list[list[float]] = [[] for _ in IMU6]

    @property
    def has_gyro(self) -> bool:
        """Whether all three gyro axes are there."""
        return all(self.present[3:])

    def update(self, block: SampleBlock) -> Iterator[Run]:
        """Runs of the samples in `block`; none while the sampling period is still being learned.

        Lazy on purpose: the owner works a run off, and may learn the stride from it, before the next gap is filled.
        """
        t = (block.t_ns * 1e-9).tolist()
        if not t:
            return
        columns = block.values.T.tolist()
        axes = [columns[block.layout.index(q)] if q in block.layout else None for q in IMU6]
        if not self.present:
            self.present = tuple(c is not None and c[0] == c[0] for c in axes)
        lists = [c if c is not None and p else [0.0] * len(t) for c, p in zip(axes, self.present, strict=True)]
        if sum(map(sum, lists)) != sum(map(sum, lists)):
            t, lists = _without_nan(t, lists)
            if not t:
                return
        if not self.period_s:
            if block.rate_hz <= 0.0:
                t, lists = self._learn_period(t, lists)
            else:
                self.period_s = 1.0 / block.rate_hz
        if self.period_s:
            yield from self._split(t, lists)

    def _learn_period(self, t: list[float], axes: list[list[float]]) -> tuple[list[float], list[list[float]]]:
        """Hold samples until 17 are there; their median spacing is the period; then give all of them back."""
        for k in range(len(t)):
            self._waiting_t.append(t[k])
            for held, axis in zip(self._waiting, axes, strict=True):
                held.append(axis[k])
            if len(self._waiting_t) == 17:
                self.period_s = float(np.median(np.diff(self._waiting_t)))
                t_all = self._waiting_t + t[k + 1 :]
                axes_all = [held + axis[k + 1 :] for held, axis in zip(self._waiting, axes, strict=True)]
                self._waiting_t, self._waiting = [], [[] for _ in IMU6]
                return t_all, axes_all
        return t, axes

    def _split(self, t: list[float], axes: list[list[float]]) -> Iterator[Run]:
        limit = 1.5 * self.period_s
        last = self._past_t[-1] if self._past_t else None
        if last is not None and t[0] - last <= limit and (len(t) == 1 or max(map(sub, t[1:], t)) <= limit):
            self._remember(t, axes)
            yield Run(t, axes, restart=False)
            return
        start = 0
        for k in range(len(t)):
            before = t[k - 1] if k else last
            if before is not None and t[k] - before <= limit:
                continue
            if k > start:
                yield self._kept(t[start:k], [a[start:k] for a in axes], restart=not self._past_t)
            start = k
            restart = before is None or t[k] - before > self._params.fill_s
            if restart:
                self._past_t = []
                self._past = [[] for _ in IMU6]
            else:
                yield self._fill(t[k], [a[k] for a in axes])
        yield self._kept(t[start:], [a[start:] for a in axes], restart=not self._past_t)

    def _kept(self, t: list[float], axes: list[list[float]], *, restart: bool) -> Run:
        self._remember(t, axes)
        return Run(t, axes, restart=restart)

    def _remember(self, t: list[float], axes: list[list[float]]) -> None:
        past = self._past_t
        past.extend(t)
        for kept, axis in zip(self._past, axes, strict=True):
            kept.extend(axis)
        keep = int(self._params.memory_s / self.period_s)
        if len(past) > 2 * keep:
            del past[:-keep]
            for kept in self._past:
                del kept[:-keep]

    def _fill(self, t_next: float, following: list[float]) -> Run:
        """Samples between the last one and `t_next`."""
        t0 = self._past_t[-1]
        n = max(1, round((t_next - t0) / self.period_s) - 1)
        step = (t_next - t0) / (n + 1)
        times = [t0 + step * (i + 1) for i in range(n)]
        keep = int(self._params.memory_s / self.period_s)
        axes: list[list[float]] | None = None
        if self.stride_s > 0.0:
            past = [kept[-keep:] for kept in self._past]
            axes = from_strides(
                self._past_t[-keep:], past, times, t_next, following, self.stride_s, self._params.gap_fill
            )
        if axes is None:
            axes = straight([kept[-1] for kept in self._past], following, n)
        self._remember(times, axes)
        return Run(times, axes, restart=False, filled=True)


def _without_nan(t: list[float], axes: list[list[float]]) -> tuple[list[float], list[list[float]]]:
    """The samples in which every present channel is a number."""
    good = [k for k in range(len(t)) if sum(a[k] for a in axes) == sum(a[k] for a in axes)]
    return [t[k] for k in good], [[a[k] for k in good] for a in axes]
