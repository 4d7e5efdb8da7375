"""What the message `session` tells beside the run itself: how sound is, where a replay is, what was asked."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from dsp.records import Severity


class SoundStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How sound is.

    output         what it is heard on; null: nothing can be heard now
    voice          the speech engine; null: tones only
    metronome_spm  what the metronome beats; null: it is silent
    sounds         tones and sentences played; `repeats` were left out, `dropped` came too late or too many at a time;
                   null where others read, and the four below: a report of pain is answered with a sound
    hub_p50_ms     from the arrival of the packet that caused a sound to its first sample at the device; hub_p99_ms too
    total_p50_ms   the same from the time of what it is about (a step's contact), null in a replay; total_p99_ms too
    device_ms      what the device adds to that, by its own word
    underflows     how often the device had nothing to play
    """

    output: str | None
    voice: str | None
    muted: bool
    metronome_spm: float | None
    sounds: int | None
    repeats: int | None
    dropped: int | None
    hub_p50_ms: float | None
    hub_p99_ms: float | None
    total_p50_ms: float | None
    total_p99_ms: float | None
    device_ms: float | None
    underflows: int


MarkKind: TypeAlias = Literal["cue", "threshold", "mark", "pain"]


class ReplayMark(msgspec.Struct, frozen=True, array_like=True):
    """Where in a recording something happened, as `[t_s, kind]`."""

    t_s: float
    kind: MarkKind


class ReplayFound(msgspec.Struct, frozen=True, kw_only=True):
    """What a jump went to: told at `t_s`; `text` is the cue's own, or says what was reached or hurt."""

    t_s: float
    kind: MarkKind
    text: str


class ReplayStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Where a replay is; seconds on the run's own axis, as `t_s` everywhere.

    state       seeking: it goes to `target_s`, and what lies between is worked off and not told
    duration_s  where the recording ends, null until that is known
    speed       times as fast as it was run
    seeks       how often it went elsewhere: when this changes, what was told before is not of this place
    marks       what one jumps to, at most one of a kind in each hundredth of the recording
    found       what the last jump went to; null when it went elsewhere since
    """

    state: Literal["playing", "paused", "seeking", "ended"]
    position_s: float
    target_s: float | None
    duration_s: float | None
    speed: float
    seeks: int
    marks: list[ReplayMark] = []
    found: ReplayFound | None = None


class StopTold(msgspec.Struct, frozen=True, kw_only=True):
    """What ended the run for the runner and was not taken back; what was reported to hurt is not in it."""

    t: str
    t_s: float
    rule: str
    severity: Severity
    text: str


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Whether something hurts, asked by somebody at `asked`, answered at `answered` (null: not yet).

    What nobody answers within three minutes is forgotten; a report after that is not told as an answer.
    What the answer was is nobody's business but the runner's.
    """

    asked: str
    answered: str | None = None
