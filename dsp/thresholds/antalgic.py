"""Detect an antalgic change: a left-right difference jumps and stays there. The resulting cue asks "is that pain?".

A runner who spares a leg shortens its stance and loads the other (sources 5). Contact time, drop excursion and step
time are compared, each left minus right, in blocks of ten seconds. The mean of the newest three blocks is compared with
the median of the three minutes before them; the change must exceed the smallest change that counts and four times the
spread of this runner's own half minutes, in two checks in a row. Slow changes are left to drift: here both the newest
half minute and the one before the jump must be steady. The baseline from before a jump is kept for as long as the legs
differ, so clear means that they are as before, after a stop too.

When a sensor moves, or another one takes over, a new baseline is learned, but not while the legs differ: whether the
change is over could not be determined, and the new baseline would be the limp. The state then stays reached, and
detection ends for this run. It also stays reached where the value that jumped is no longer measured. The bounds are
ours, as no published value was found; docs/thresholds.md has the false alarm and detection rates.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import fmean, median

from dsp.records import Metric, Side, Step, Threshold
from dsp.signals import NS_PER_S
from dsp.thresholds.ladder import CLEAR, REACHED, WATCH, Ladder

DETECTOR = "antalgic"


@dataclass(frozen=True, slots=True)
class AntalgicParams:
    """Parameters of the detector; seconds are seconds of running.

    block_s  length of one mean
    newest   newest blocks, compared with ...
    before   ... this many blocks before them
    warm_s   nothing is detected earlier: people settle into a run
    factor   multiple of the spread of the runner's own half minutes that the bound is at least
    checks   checks in a row that must agree
    pause_s  after a longer gap without steps the comparison starts again: people start differently
    cleared  share of the bound within which the difference is as before
    contact_ms, drop_deg, step_time_ms  smallest changes of the left-right difference that count
    """

    block_s: float = 10.0
    newest: int = 3
    before: int = 18
    warm_s: float = 300.0
    factor: float = 4.0
    checks: int = 2
    pause_s: float = 10.0
    cleared: float = 0.5
    contact_ms: float = 12.0
    drop_deg: float = 1.5
    step_time_ms: float = 12.0


@dataclass(frozen=True, slots=True)
class _Jump:
    """A difference now, its usual value before, and the change from that which counts."""

    key: str
    now: float
    usual: float
    bound: float

    @property
    def ratio(self) -> float:
        return abs(self.now - self.usual) / self.bound


class _Difference:
    """Left minus right of one quantity, in blocks; the newest are compared with those before.

    is_away  it has jumped and not come back; the blocks from before the jump are kept
    beyond   checks in a row in which it was beyond its bound while another difference was away
    """

    def __init__(self, key: str, minimum: float, params: AntalgicParams) -> None:
        self.key = key
        self._minimum = minimum
        self._p = params
        self._values: dict[Side, list[float]] = {side: [] for side in Side}
        self._newest: deque[float] = deque()
        self._before: deque[float] = deque(maxlen=params.before)
        self.is_away = False
        self.beyond = 0

    def add(self, side: Side, value: float | None) -> None:
        if value is not None:
            self._values[side].append(value)

    def close(self) -> None:
        """End a block."""
        left, right = self._values[Side.LEFT], self._values[Side.RIGHT]
        self._drop_block()
        if len(left) <= 2 or len(right) <= 2:
            return
        self._newest.append(fmean(left) - fmean(right))
        if len(self._newest) > self._p.newest:
            oldest = self._newest.popleft()
            if not (self.is_away and self._knows_before):
                self._before.append(oldest)

    def stop(self) -> None:
        """Start again after a stop; only the baseline from before a jump is kept."""
        self._drop_block()
        self._newest.clear()
        self.beyond = 0
        if not self.is_away:
            self._before.clear()

    def forget(self) -> None:
        """Start again without a baseline: the sensor moved, or another one took over."""
        self._drop_block()
        self._newest.clear()
        self._before.clear()

    def jump(self) -> _Jump | None:
        """Return the comparison of the newest blocks with those before; None with too few blocks."""
        p = self._p
        if len(self._newest) < p.newest or not self._knows_before:
            return None
        earlier = list(self._before)
        usual = median(earlier)
        halves = [fmean(earlier[k : k + p.newest]) for k in range(len(earlier) - p.newest + 1)]
        spread = 1.48 * median([abs(half - usual) for half in halves])
        return _Jump(self.key, fmean(self._newest), usual, max(self._minimum, p.factor * spread))

    def _drop_block(self) -> None:
        self._values = {side: [] for side in Side}

    @property
    def _knows_before(self) -> bool:
        return len(self._before) >= self._p.before // 2


class Antalgic:
    """Takes steps; returns a record when a left-right difference has jumped and stays, and when all are as before."""

    def __init__(self, params: AntalgicParams | None = None) -> None:
        self._p = p = params or AntalgicParams()
        self._ladder = Ladder()
        self._differences = (
            _Difference("contact_difference_ms", p.contact_ms, p),
            _Difference("drop_excursion_difference_deg", p.drop_deg, p),
            _Difference("step_time_difference_ms", p.step_time_ms, p),
        )
        self._block_s = 0.0
        self._run_s = 0.0
        self._beyond = 0
        self._last_ns: int | None = None
        self._is_over = False

    def step(self, step: Step) -> None:
        """Take a step; ignored without a side."""
        if step.side is None:
            return
        if self._last_ns is not None and step.t_ns - self._last_ns > self._p.pause_s * NS_PER_S:
            for each in self._differences:
                each.stop()
            self._beyond = 0
        self._last_ns = step.t_ns
        step_time_ms = None if step.step_time_s is None else 1e3 * step.step_time_s
        values = step.contact_ms, step.drop_excursion_deg, step_time_ms
        for each, value in zip(self._differences, values, strict=True):
            each.add(step.side, value)

    def moved(self) -> None:
        """Learn a new baseline, as a sensor moved or another one took over; while reached, end detection."""
        self._is_over = self._is_over or self._ladder.level == REACHED
        for each in self._differences:
            each.forget()
        self._beyond = 0

    def running(self, t_ns: int, seconds: float) -> Threshold | None:
        """Count `seconds` of running; return a record when the state changed."""
        p = self._p
        self._run_s += seconds
        self._block_s += seconds
        if self._block_s < p.block_s:
            return None
        self._block_s -= p.block_s
        for each in self._differences:
            each.close()
        if self._run_s < p.warm_s or self._is_over:
            return None
        if self._ladder.level == REACHED:
            return self._check_return(t_ns)
        jumps = [jump for each in self._differences if (jump := each.jump()) is not None]
        farthest = max(jumps, key=lambda jump: jump.ratio, default=None)
        self._beyond = self._beyond + 1 if farthest is not None and farthest.ratio > 1.0 else 0
        up = REACHED if self._beyond >= p.checks else WATCH if self._beyond else CLEAR
        if up == REACHED:
            beyond = {jump.key for jump in jumps if jump.ratio > 1.0}
            for each in self._differences:
                each.is_away, each.beyond = each.key in beyond, 0
        return self._settle(t_ns, up, farthest)

    def _check_return(self, t_ns: int) -> Threshold | None:
        """Clear the state if every difference that jumped is as before; others may have jumped since."""
        for each in self._differences:
            jump = each.jump()
            each.beyond = each.beyond + 1 if jump is not None and jump.ratio > 1.0 else 0
            each.is_away = each.is_away or each.beyond >= self._p.checks
        jumps = [each.jump() for each in self._differences if each.is_away]
        farthest = max((jump for jump in jumps if jump is not None), key=lambda jump: jump.ratio, default=None)
        if farthest is None or farthest.ratio >= self._p.cleared or None in jumps:
            return None
        for each in self._differences:
            each.is_away = False
        self._beyond = 0
        return self._settle(t_ns, CLEAR, farthest)

    def _settle(self, t_ns: int, up: int, jump: _Jump | None) -> Threshold | None:
        state = self._ladder.settle(up, up)
        return None if state is None else Threshold(t_ns, DETECTOR, state, None, _because(t_ns, jump))


def _because(t_ns: int, jump: _Jump | None) -> tuple[Metric, ...]:
    if jump is None:
        return ()
    stem, _, unit = jump.key.rpartition("_")
    return (
        Metric(t_ns, jump.key, jump.now, None, 1.0),
        Metric(t_ns, f"{stem}_baseline_{unit}", jump.usual, None, 1.0),
        Metric(t_ns, f"{stem}_bound_{unit}", jump.bound, None, 1.0),
    )
