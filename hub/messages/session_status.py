"""Nested parts of the `session` message: sound, replay position, stop instruction and pain question."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from dsp.records import Severity


class SoundStatus(msgspec.Struct, frozen=True, kw_only=True):
    """State of the sound output.

    output         the output in use; null when nothing can be played at the moment
    voice          the speech engine; null when there are only tones
    muted          whether cues, sounds and speech are muted
    metronome_spm  tempo of the metronome, one beat per step; null when it is silent
    sounds         tones and sentences played; null on brokers that others read
    repeats        sounds left out because they repeat a recent one; null on brokers that others read
    dropped        sounds left out because they came too late or too many came at once; null on brokers that others read
    hub_p50_ms     median latency from the arrival of the packet that caused a sound to the sound's first sample being
                   handed to the audio device; null while unknown and on brokers that others read
    hub_p99_ms     99th percentile of the same latency as `hub_p50_ms`; null while unknown and on brokers that others
                   read
    total_p50_ms   median latency from the event that caused a sound, such as an initial contact, to the sound's first
                   sample being handed to the audio device; null in a replay, while unknown and on brokers that others
                   read
    total_p99_ms   99th percentile of the same latency as `total_p50_ms`; null in a replay, while unknown and on brokers
                   that others read
    device_ms      additional output latency, as reported by the audio device; null when it reports none
    underflows     how often the audio device ran out of samples

    The counts and latencies are withheld on brokers that others read, as a pain report is answered with a sound.
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
    """The position of an event in a recording, as `[t_s, kind]`.

    t_s   time of the event, in seconds since the session's start
    kind  kind of event
    """

    t_s: float
    kind: MarkKind


class ReplayFound(msgspec.Struct, frozen=True, kw_only=True):
    """The event that a jump went to.

    t_s   time at which the event was published, in seconds since the session's start
    kind  kind of event
    text  the cue's text, or a description of the event
    """

    t_s: float
    kind: MarkKind
    text: str


class ReplayStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Position and pace of a replay; positions are in seconds since the start of the session, as `t_s` is everywhere.

    state       state of the replay:
                - `playing`
                - `paused`
                - `seeking`: on the way to `target_s`; what lies in between is processed but not published
                - `ended`: at the end of the recording
    position_s  current position
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


class StopInstruction(msgspec.Struct, frozen=True, kw_only=True):
    """An instruction to stop or walk that is still in force; it does not contain what was reported to hurt.

    t         UTC time in ISO 8601 at which it was given
    t_s       time at which it was given, in seconds since the session's start
    rule      id of the rule that gave it
    severity  urgency of the instruction
    text      what to do
    """

    t: str
    t_s: float
    rule: str
    severity: Severity
    text: str


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """The question whether anything hurts.

    asked     UTC time in ISO 8601 at which it was asked
    answered  UTC time in ISO 8601 at which it was answered; null: not yet

    It expires unanswered after three minutes; a later report does not count as its answer.
    The answer itself is private to the runner and never included.
    """

    asked: str
    answered: str | None = None
