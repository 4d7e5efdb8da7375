"""Antalgic change: the left-right difference jumps and stays there. It asks "is that pain?", once a run.

A runner who spares a leg shortens its stance and loads the other (sources 5). Looked at: contact time, drop excursion
and step time, each left minus right in blocks of ten seconds. The mean of the newest three blocks is compared with the
median of the three minutes before them; the change must be larger than what counts and than four times the spread of
this runner's own half minutes, in two looks in a row. Slow changes are the business of drift: here both the newest half
minute and the one before the jump must be steady. The bounds are ours: no published value was found; docs/thresholds.md
has the false alarms and what is found.
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
    """Seconds are seconds of running; minima are changes of the left-right difference.

    block_s    length of one mean         newest, before  blocks compared
    warm_s     nothing is said earlier: people settle into a run
    own        times the spread of the runner's own half minutes
    looks      in a row
    pause_s    after a longer stop (running gap) there is nothing to compare with: people start differently
    """

    block_s: float = 10.0
    newest: int = 3
    before: int = 18
    warm_s: float = 300.0
    own: float = 4.0
    looks: int = 2
    pause_s: float = 10.0
    contact_ms: float = 12.0
    drop_deg: float = 1.5
    step_time_ms: float = 12.0


class _Difference:
    """Left minus right of one number."""

    def __init__(self, key: str, minimum: float, params: AntalgicParams) -> None:
        self.key = key
        self._minimum = minimum
        self._p = params
        self._values: dict[Side, list[float]] = {side: [] for side in Side}
        self._blocks: deque[float] = deque(maxlen=params.newest + params.before)

    def add(self, side: Side, value: float | None) -> None:
        if value is not None:
            self._values[side].append(value)

    def close(self) -> None:
        """End a block."""
        left, right = self._values[Side.LEFT], self._values[Side.RIGHT]
        if len(left) > 2 and len(right) > 2:
            self._blocks.append(fmean(left) - fmean(right))
        self._values = {side: [] for side in Side}

    def forget(self) -> None:
        """The sensor moved."""
        self._blocks.clear()

    def jump(self) -> tuple[float, float, float] | None:
        """(difference now, before, bound) once enough blocks are there."""
        p = self._p
        if len(self._blocks) < p.newest + p.before // 2:
            return None
        blocks = list(self._blocks)
        now, earlier = fmean(blocks[-p.newest :]), blocks[: -p.newest]
        usual = median(earlier)
        halves = [fmean(earlier[k : k + p.newest]) for k in range(len(earlier) - p.newest + 1)]
        spread = 1.48 * median([abs(half - usual) for half in halves])
        return now, usual, max(self._minimum, p.own * spread)


class Antalgic:
    """Steps in, one record when a left-right difference has jumped and stays."""

    def __init__(self, params: AntalgicParams | None = None) -> None:
        self._p = p = params or AntalgicParams()
        self._ladder = Ladder()
        self._contact = _Difference("contact_difference_ms", p.contact_ms, p)
        self._drop = _Difference("drop_excursion_difference_deg", p.drop_deg, p)
        self._step_time = _Difference("step_time_difference_ms", p.step_time_ms, p)
        self._block_s = 0.0
        self._run_s = 0.0
        self._beyond = 0
        self._asked = False
        self._last_ns: int | None = None

    def step(self, step: Step) -> None:
        """Take a step of a known leg."""
        if step.side is None:
            return
        if self._last_ns is not None and step.t_ns - self._last_ns > self._p.pause_s * NS_PER_S:
            self.moved()
        self._last_ns = step.t_ns
        self._contact.add(step.side, step.contact_ms)
        self._drop.add(step.side, step.drop_excursion_deg)
        self._step_time.add(step.side, None if step.step_time_s is None else 1e3 * step.step_time_s)

    def moved(self) -> None:
        """What came before cannot be compared with what comes: a sensor moved, another one speaks, a stop."""
        for each in self._all():
            each.forget()
        self._beyond = 0

    def running(self, t_ns: int, seconds: float) -> Threshold | None:
        """So much running time has passed; a record when the state changed."""
        p = self._p
        self._run_s += seconds
        self._block_s += seconds
        if self._block_s < p.block_s:
            return None
        self._block_s -= p.block_s
        for each in self._all():
            each.close()
        if self._run_s < p.warm_s:
            return None
        jumps = [(each.key, found) for each in self._all() if (found := each.jump()) is not None]
        ratio, key, jump = max(
            ((abs(now - usual) / bound, key, (now, usual, bound)) for key, (now, usual, bound) in jumps),
            default=(0.0, "", (0.0, 0.0, 1.0)),
        )
        self._beyond = self._beyond + 1 if ratio > 1.0 else 0
        if self._asked:
            up = CLEAR if ratio < 0.5 else self._ladder.level
        elif self._beyond >= p.looks:
            up, self._asked = REACHED, True
        else:
            up = WATCH if self._beyond else CLEAR
        state = self._ladder.settle(up, up)
        return None if state is None else Threshold(t_ns, DETECTOR, state, None, _because(t_ns, key, jump))

    def _all(self) -> tuple[_Difference, ...]:
        return self._contact, self._drop, self._step_time


def _because(t_ns: int, key: str, jump: tuple[float, float, float]) -> tuple[Metric, ...]:
    if not key:
        return ()
    stem, _, unit = key.rpartition("_")
    now, usual, bound = jump
    return (
        Metric(t_ns, key, now, None, 1.0),
        Metric(t_ns, f"{stem}_baseline_{unit}", usual, None, 1.0),
        Metric(t_ns, f"{stem}_bound_{unit}", bound, None, 1.0),
    )
