"""Records as JSON lines: one struct per record type, `type` as the tag, `t_s` in seconds since the session's start.

These are the lines of `replay --jsonl`, the evidence in `because`, and the body of the MQTT messages (`wire`).
Times are rounded to the microsecond and values to four decimals; `null` means "not measurable", never zero.
"""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Annotated, Any, TypeAlias

import msgspec

from dsp.records import (
    Attitude,
    Cue,
    Earcon,
    Mark,
    Metric,
    PainReport,
    Quality,
    Record,
    Severity,
    Side,
    Step,
    Summary,
    Threshold,
    ThresholdState,
)
from dsp.signals import NS_PER_S, Placement
from dsp.texts import WATCHED
from hub.messages.incoming import Who

Detector: TypeAlias = Annotated[str, msgspec.Meta(examples=[*WATCHED])]
"""Not an enum, as detectors may be added: the contract documents list the current ones as examples."""


class Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Fields common to every line.

    type  kind of record
    t_s   time of the record, in seconds since the session's start
    """

    t_s: float


class AttitudeLine(Line, frozen=True, kw_only=True, tag="attitude"):
    """Pelvis angles at one sample of the hip sensor; null until calibrated.

    obliquity_deg  positive: left side higher
    tilt_deg       positive: anterior
    rotation_deg   positive: to the left; slow mean removed
    """

    obliquity_deg: float | None
    tilt_deg: float | None
    rotation_deg: float | None


class StepLine(Line, frozen=True, kw_only=True, tag="step"):
    """One stance, from initial contact to toe-off.

    t_s                 time of the initial contact, in seconds since the session's start
    toe_off_s           end of the stance, in seconds since the session's start
    step_time_s         from this initial contact to the next one of the other foot
    contact_ms          ground contact time, from initial contact to toe-off
    flight_ms           from toe-off to the next initial contact of the other foot
    side                stance leg; null when unknown
    drop_peak_deg       largest contralateral pelvic drop during stance, relative to level standing
    drop_excursion_deg  peak drop during stance minus the lowest value between 60 ms before contact and that peak
    source              placement of the sensor that timed the step
    drop_source         placement of the sensor that measured the drop; null when none did
    confidence          confidence in the step, 0-1
    drop_trust          factor on `confidence` for the drop, 0-1: below 1 where mount alignment, levelling or sampling
                        rate limit it
    """

    toe_off_s: float | None
    step_time_s: float | None
    contact_ms: float | None
    flight_ms: float | None
    side: Side | None
    drop_peak_deg: float | None
    drop_excursion_deg: float | None
    source: Placement
    drop_source: Placement | None
    confidence: float
    drop_trust: float = 1.0


class MetricLine(Line, frozen=True, kw_only=True, tag="metric"):
    """One value of a metric.

    key      name of the metric, ending in its unit, such as `drop_excursion_deg`
    value    its value, in that unit
    side     the leg that it applies to; null: both, or the whole runner
    quality  how far to trust the value, 0-1
    """

    key: str
    value: float
    side: Side | None
    quality: float


class PainLine(Line, frozen=True, kw_only=True, tag="pain"):
    """A pain report by the runner.

    level         0 (none) to 10; null when reported without a number
    site          where it hurts; null when not stated
    side          the side that hurts; null when not stated
    note          the runner's own words; null when there are none
    numb          numbness or tingling; null when not stated
    running_s     running time since the start of the run; null when unknown
    distance_m    distance since the start of the run; null when unknown
    exposure_m    that distance in flat-equivalent metres: downhill counts more, 2.5 times at 10 %; null when unknown
    takes_back_s  time of the report that this level 0 withdraws, in seconds since the session's start; null unless it
                  withdraws one
    """

    level: int | None
    site: str | None
    side: Side | None
    note: str | None
    numb: bool | None = None
    running_s: float | None = None
    distance_m: float | None = None
    exposure_m: float | None = None
    takes_back_s: float | None = None


class MarkLine(Line, frozen=True, kw_only=True, tag="mark"):
    """A moment that someone marked.

    by         who marked it
    text       the text they gave it; null when there is none
    running_s  running time since the start of the run, excluding pauses; null when unknown
    """

    by: Who
    text: str | None
    running_s: float | None = None


class ThresholdLine(Line, frozen=True, kw_only=True, tag="threshold"):
    """A detector's change of state.

    detector  id of the detector; the examples list all, and later versions may add some
    state     its new state
    side      the leg that it applies to; null: none in particular
    because   the records that the change rests on
    """

    detector: Detector
    state: ThresholdState
    side: Side | None
    because: tuple[EvidenceLine, ...]


class CueLine(Line, frozen=True, kw_only=True, tag="cue"):
    """A cue given to the runner.

    rule      id of the rule that gave it; the examples list all, and later versions may add some
    severity  urgency of the cue
    text      the sentence on the screen
    side      the leg that it applies to; null: none in particular
    because   the records that led to it
    earcon    the tone that is played; null when there is none
    speak     the words that are spoken; null when nothing is spoken
    """

    rule: str
    severity: Severity
    text: str
    side: Side | None
    because: tuple[EvidenceLine, ...]
    earcon: Earcon | None = None
    speak: str | None = None


class QualityLine(Line, frozen=True, kw_only=True, tag="quality"):
    """Running totals of one source: it took `samples` + `lost` samples; `dropped` counts rejected packets."""

    source: str
    placement: Placement
    packets: int
    samples: int
    lost: int
    dropped: int


class SummaryLine(Line, frozen=True, kw_only=True, tag="summary"):
    """Summary of the run; null where nothing was measured.

    duration_s             length of the recording, including standing
    distance_m, descent_m  null unless speed was measured for most of the run
    exposure_m             flat-equivalent metres: downhill counts more; estimated where there was no speed
    contact_difference_ms  left minus right
    """

    steps: int
    duration_s: float
    cadence_spm: float | None
    contact_ms: float | None
    flight_ms: float | None
    drop_excursion_left_deg: float | None
    drop_excursion_right_deg: float | None
    drop_peak_left_deg: float | None
    drop_peak_right_deg: float | None
    lost: int
    dropped: int
    thresholds: int
    cues: int
    distance_m: float | None = None
    exposure_m: float | None = None
    descent_m: float | None = None
    contact_difference_ms: float | None = None


EvidenceLine: TypeAlias = StepLine | MetricLine | PainLine | ThresholdLine
RecordLine: TypeAlias = (
    AttitudeLine | StepLine | MetricLine | PainLine | MarkLine | ThresholdLine | CueLine | QualityLine | SummaryLine
)

_LINES: dict[type[Record], type[RecordLine]] = {
    Attitude: AttitudeLine,
    Step: StepLine,
    Metric: MetricLine,
    PainReport: PainLine,
    Mark: MarkLine,
    Threshold: ThresholdLine,
    Cue: CueLine,
    Quality: QualityLine,
    Summary: SummaryLine,
}
_FIELDS: dict[type[Record], tuple[str, ...]] = {kind: tuple(each.name for each in fields(kind)) for kind in _LINES}
_ENCODER = msgspec.json.Encoder()


def line_of(record: Record, t0_ns: int) -> RecordLine:
    """Convert a record to its line; `t0_ns` is the time of `t_s` 0."""
    return _LINES[type(record)](**line_fields(record, t0_ns))


def line_fields(record: Record, t0_ns: int) -> dict[str, Any]:
    """Return the fields of a record's line: `x_ns` becomes `x_s`, floats are rounded, evidence becomes lines."""
    values: dict[str, Any] = {}
    for name in _FIELDS[type(record)]:
        value = getattr(record, name)
        if name.endswith("_ns"):
            values[f"{name[:-3]}_s"] = None if value is None else seconds(value, t0_ns)
        elif name == "because":
            values[name] = tuple(line_of(each, t0_ns) for each in value)
        elif isinstance(value, float):
            values[name] = None if math.isnan(value) else round(float(value), 6 if name.endswith("_s") else 4)
        else:
            values[name] = value
    return values


def encode_line(record: Record, t0_ns: int) -> bytes:
    """Encode a record as one line of JSON, including the newline."""
    return _ENCODER.encode(line_of(record, t0_ns)) + b"\n"


def seconds(t_ns: int, t0_ns: int) -> float:
    """Convert a timestamp to seconds since `t0_ns`, rounded to the microsecond."""
    return round((t_ns - t0_ns) / NS_PER_S, 6)
