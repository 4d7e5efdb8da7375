"""Nested parts of the `session` message: sound, replay position, stop instruction and pain question."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from dsp.records import Severity


class SoundStatus(msgspec.Struct, frozen=True, kw_only=True):
    """State of the sound output.

    output         the output in use; null when nothing can be played at the moment
    voice          the speech engine; null when there are only tones
    metronome_spm  beats per minute of the metronome; null when it is silent
    sounds         tones and sentences played
    repeats        sounds left out because they repeat a recent one
    dropped        sounds left out because they came too late or too many came at once
    hub_p50_ms     median latency from the arrival of the packet that caused a sound to the sound's first sample being
                   handed to the audio device; `hub_p99_ms` is the 99th percentile
    total_p50_ms   median latency from the event itself, such as the initial contact, to that sample; null in a replay;
                   `total_p99_ms` is the 99th percentile
    device_ms      additional output latency, as reported by the audio device
    underflows     how often the audio device ran out of samples

    The counts `sounds`, `repeats` and `dropped` and the four latencies are null on brokers that others read, as a pain
    report is answered with a sound.
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
    """The position of an event in a recording, as `[t_s, kind]`."""

    t_s: float
    kind: MarkKind


class ReplayFound(msgspec.Struct, frozen=True, kw_only=True):
    """The event that a jump went to, published at `t_s`; `text` is the cue's text or describes the event."""

    t_s: float
    kind: MarkKind
    text: str


class ReplayStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Position and pace of a replay; positions are in seconds since the start of the session, as `t_s` is everywhere.

    state       `seeking`: on the way to `target_s`; what lies in between is processed but not published
    target_s    where a seek will end; null when not seeking
    duration_s  end of the recording; null until it is known
    speed       playback speed as a multiple of real time
    seeks       number of position changes so far: when it changes, discard what was received before, as it belongs to
                another position
    marks       events that `jump` can go to, at most one of each kind per hundredth of the recording
    found       the event that the last jump went to; null after any other change of position
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
    """An instruction to stop or walk that is still in force; it does not contain what was reported to hurt."""

    t: str
    t_s: float
    rule: str
    severity: Severity
    text: str


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """The question whether anything hurts: sent at `asked`, answered at `answered` (null: not yet).

    It expires unanswered after three minutes; a later report does not count as its answer.
    The answer itself is private to the runner and never included.
    """

    asked: str
    answered: str | None = None
