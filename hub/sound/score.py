"""The sounds for a record: pure data, without clock, device or queue."""

from __future__ import annotations

from dataclasses import dataclass

from dsp.records import Cue, Earcon, PainReport, Record, Severity, Threshold, ThresholdState
from hub.sound.sounds import Rank
from hub.sound.tones import Signal

FRESH_S = {Rank.SIGNAL: 2.0, Rank.SPEECH: 6.0, Rank.THRESHOLD: 15.0, Rank.ANSWER: 15.0}
"""Maximum wait of each rank: "quick, light steps" is out of date sooner than "walk or stop"."""

_URGENT = frozenset({Severity.WARNING, Severity.STOP})
_OVER = frozenset({ThresholdState.REACHED, ThresholdState.REPORTED})
_BY_EARCON = {Earcon.ABOVE: Signal.ABOVE, Earcon.BELOW: Signal.BELOW, Earcon.NOTED: Signal.NOTED}


@dataclass(frozen=True, slots=True)
class Saying:
    """A signal followed by words, either of which may be missing."""

    rank: Rank
    signal: Signal | None
    words: str | None
    t_ns: int

    @property
    def fresh_s(self) -> float:
        """How long it may wait for its turn."""
        return FRESH_S[self.rank]


def saying(record: Record) -> Saying | None:
    """Return what is to be heard for a record; None for nothing.

    Thresholds are heard through the cues based on them, so that the schedule's budget, confidence gate and silent
    probes apply to sound too. A pain report is confirmed at once, before its answer is computed.
    """
    match record:
        case PainReport():
            return Saying(Rank.ANSWER, Signal.NOTED, None, record.t_ns)
        case Cue(earcon=None, speak=None):
            return None
        case Cue():
            return Saying(_rank(record), _signal(record), record.speak, record.t_ns)
    return None


def _rank(cue: Cue) -> Rank:
    if _is_answer(cue):
        return Rank.ANSWER
    if cue.earcon is Earcon.THRESHOLD or cue.severity in _URGENT:
        return Rank.THRESHOLD
    return Rank.SIGNAL if cue.speak is None else Rank.SPEECH


def _signal(cue: Cue) -> Signal | None:
    if cue.severity is Severity.STOP and not _is_answer(cue):
        return Signal.STOP
    if cue.earcon is Earcon.THRESHOLD:
        over = any(isinstance(each, Threshold) and each.state in _OVER for each in cue.because)
        return Signal.REACHED if over or cue.severity in _URGENT else Signal.NEAR
    return None if cue.earcon is None else _BY_EARCON[cue.earcon]


def _is_answer(cue: Cue) -> bool:
    return any(isinstance(each, PainReport) for each in cue.because)
