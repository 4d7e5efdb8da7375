"""The schedule decides whether a proposed cue is emitted: one at a time, a budget per kilometre, a pause after each.

Alarm fatigue is real (85-99 % false alarms in clinics; identical repeats get ignored, sources 4): a repeated cue waits
twice as long each time, only a more severe one interrupts, cues on poor data are dropped, and teaching is silent in the
probes of the plan. The answer to the runner's own report is always emitted. So is a question whether anything hurts,
unless muted; it counts as a cue, so the next one waits for the pause after it. All numbers are ours.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from dsp.cues.rule import GOOD
from dsp.records import Cue, Metric, PainReport, Severity, Side, Threshold
from dsp.runner.plan import Volume
from dsp.signals import NS_PER_S

_RANK = {Severity.INFO: 0, Severity.ADVICE: 1, Severity.WARNING: 2, Severity.STOP: 3}


@dataclass(frozen=True, slots=True)
class ScheduleParams:
    """Limits of the schedule.

    quiet_s    pause after any cue
    same_s     pause before a rule's cue about the same leg is repeated; doubles with each repetition
    longest_s  upper bound of that pause
    per_km     cues in any kilometre; warnings count towards it but are not held back by it
    keep_s     how long a cue that does not teach is kept waiting for its turn
    """

    quiet_s: float = 25.0
    same_s: float = 120.0
    longest_s: float = 960.0
    per_km: int = 3
    keep_s: float = 90.0


ASK_AGAIN_S = 30.0
"""Shortest interval between two questions whether something hurts; enforced by the hub."""

_LOUDNESS = {Volume.LESS: 0.5, Volume.USUAL: 1.0, Volume.MORE: 2.0}


class Schedule:
    """Passes or holds back proposed cues.

    volume  how many cues the runner wants; scales all pauses and the budget
    muted   the runner or a coach wants no cues now
    held    no cues until a clinician has looked at what was reported
    """

    def __init__(self, params: ScheduleParams | None = None) -> None:
        self._p = params or ScheduleParams()
        self._last: Cue | None = None
        self._emitted: dict[tuple[str, Side | None], tuple[Cue, int]] = {}
        self._emitted_at_m: deque[float] = deque(maxlen=16)
        self.volume = Volume.USUAL
        self.muted = False
        self.held = False
        self._waiting: Cue | None = None
        self._asked_ns: int | None = None

    def ask(self, cue: Cue, distance_m: float) -> Cue | None:
        """Return the question `cue` to emit it now, or None when muted or when it was asked a moment ago."""
        # `quiet_s` and not ASK_AGAIN_S: the hub enforces that one, on a clock slightly ahead of this one.
        if self.muted or (self._asked_ns is not None and cue.t_ns - self._asked_ns < self._p.quiet_s * NS_PER_S):
            return None
        self._asked_ns = cue.t_ns
        return self._emit(cue, distance_m)

    def offer(self, cue: Cue, distance_m: float, *, waits: bool = False) -> Cue | None:
        """Return `cue` if it may be emitted now, else None.

        distance_m  metres since the start of the run
        waits       keep it until its turn if it may not; of several, only the most severe is kept, the newest of equals
        """
        if not _is_answer(cue) and (self.muted or self.held or not _is_sure(cue.because)):
            return None
        if not _is_answer(cue) and not self._has_turn(cue, distance_m):
            if waits and (self._waiting is None or _RANK[cue.severity] >= _RANK[self._waiting.severity]):
                self._waiting = cue
            return None
        return self._emit(cue, distance_m)

    def second(self, t_ns: int, distance_m: float) -> Cue | None:
        """Return the waiting cue, restamped to now, if its turn has come; called once a second."""
        cue = self._waiting
        if cue is None:
            return None
        if self.muted or self.held or t_ns - cue.t_ns > self._p.keep_s * NS_PER_S:
            self._waiting = None
            return None
        now = replace(cue, t_ns=t_ns)
        if not self._has_turn(now, distance_m):
            return None
        self._waiting = None
        return self._emit(now, distance_m)

    def _emit(self, cue: Cue, distance_m: float) -> Cue:
        key = (cue.rule, cue.side)
        before, times = self._emitted.get(key, (None, 0))
        is_worse = before is not None and _RANK[cue.severity] > _RANK[before.severity]
        self._emitted[key] = (cue, 0 if is_worse else times + 1)
        self._last = cue
        self._emitted_at_m.append(distance_m)
        return cue

    def _has_turn(self, cue: Cue, distance_m: float) -> bool:
        p, loudness = self._p, _LOUDNESS[self.volume]
        if self._too_soon(cue, self._last, p.quiet_s / loudness):
            return False
        before, times = self._emitted.get((cue.rule, cue.side), (None, 0))
        if self._too_soon(cue, before, min(p.longest_s, p.same_s * 2.0 ** max(0, times - 1)) / loudness):
            return False
        lately = sum(distance_m - emitted_m < 1000.0 for emitted_m in self._emitted_at_m)
        return lately < p.per_km * loudness or _RANK[cue.severity] >= _RANK[Severity.WARNING]

    @staticmethod
    def _too_soon(cue: Cue, before: Cue | None, wait_s: float) -> bool:
        if before is None or cue.t_ns - before.t_ns >= wait_s * NS_PER_S:
            return False
        return _RANK[cue.severity] <= _RANK[before.severity]


def _is_answer(cue: Cue) -> bool:
    """Whether it answers the runner's own pain report."""
    return any(isinstance(each, PainReport) for each in cue.because)


def _is_sure(because: Iterable[object]) -> bool:
    """Whether every metric in the evidence is good enough."""
    for each in because:
        if isinstance(each, Metric) and each.quality < GOOD:
            return False
        if isinstance(each, Threshold) and not _is_sure(each.because):
            return False
    return True
