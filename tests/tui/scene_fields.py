"""The fields of a scripted scene's messages that a test may change, with their types."""

from __future__ import annotations

from typing import Literal, TypeAlias, TypedDict

from dsp.records import ThresholdState
from dsp.runner.triage import PainRule
from hub.messages.incoming import Who
from hub.messages.session_status import Question, ReplayFound, ReplayMark, ReplayStatus, SoundStatus, StopInstruction

Source: TypeAlias = Literal["live", "replay", "demo"]
ReplayState: TypeAlias = Literal["playing", "paused", "seeking", "ended"]


class SessionFields(TypedDict, total=False):
    runner: str
    source: Source
    started: str | None
    elapsed_s: float
    steps: int
    recording: str | None
    recording_ok: bool | None
    notice: str | None
    earlier_runs: int
    thresholds: dict[str, ThresholdState]
    sound: SoundStatus | None
    replay: ReplayStatus | None
    muted_by: Who | None
    question: Question | None
    stop: StopInstruction | None
    pain_rule: PainRule | None


class ReplayFields(TypedDict, total=False):
    state: ReplayState
    position_s: float
    target_s: float | None
    duration_s: float | None
    speed: float
    seeks: int
    marks: list[ReplayMark]
    found: ReplayFound | None


class SoundFields(TypedDict, total=False):
    output: str | None
    voice: str | None
    muted: bool
    metronome_spm: float | None
    total_p99_ms: float | None


class MetricsFields(TypedDict, total=False):
    t_s: float
    cadence_spm: float | None
    contact_left_ms: float | None
    contact_right_ms: float | None
    flight_ms: float | None
    drop_excursion_left_deg: float | None
    drop_excursion_right_deg: float | None
    drop_peak_left_deg: float | None
    speed_mps: float | None
    heart_rate_bpm: float | None


class SensorFields(TypedDict, total=False):
    name: str
    battery_pct: float | None
    samples: int
    lost: int
    rate_hz: float | None
    last_seen_s: float | None
    detail: str | None
    align_ms: float | None
