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
    """Fields common to every line; `t_s` is the time of the record in seconds since the session's start."""

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
    """One stance; `t_s` is the initial contact, `side` the stance leg.

    toe_off_s           end of the stance
    step_time_s         from this initial contact to the next one of the other foot
    drop_peak_deg       largest contralateral pelvic drop during stance, relative to level standing
    drop_excursion_deg  peak drop during stance minus the lowest value between 60 ms before contact and that peak
    source              placement of the sensor that timed the step
    drop_source         placement of the sensor that measured the drop
    confidence          of the step, 0-1
    drop_trust          0-1, the factor on `confidence` for the drop: below 1 where mount alignment, levelling or
                        sampling rate limit it
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
    """One value of a metric; `key` ends in the unit, `quality` is 0-1."""

    key: str
    value: float
    side: Side | None
    quality: float


class PainLine(Line, frozen=True, kw_only=True, tag="pain"):
    """A pain report by the runner, `level` 0 to 10.

    numb          numbness or tingling
    running_s     running time since the start of the run
    distance_m    distance since the start of the run
    exposure_m    the same in flat-equivalent metres: downhill counts more, 2.5 times at 10 %
    takes_back_s  time of the report that this level 0 withdraws
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
    """A moment that someone marked: `by` whom, and the `text` they gave it.

    running_s  running time since the start of the run, excluding pauses
    """

    by: Who
    text: str | None
    running_s: float | None = None


class ThresholdLine(Line, frozen=True, kw_only=True, tag="threshold"):
    """A detector's change of state, with the records it rests on in `because`."""

    detector: Detector
    state: ThresholdState
    side: Side | None
    because: tuple[EvidenceLine, ...]


class CueLine(Line, frozen=True, kw_only=True, tag="cue"):
    """A cue given to the runner, with the records that led to it in `because`."""

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
