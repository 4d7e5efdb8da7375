"""Records as JSON lines: one struct per record, `type` says which, `t_s` is seconds on the session's own axis.

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
"""Open, as new ones may come: the documents give the known ones as examples."""


class Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every line has: when it happened, seconds since the session's start."""

    t_s: float


class AttitudeLine(Line, frozen=True, kw_only=True, tag="attitude"):
    """Pelvis angles at one sample of the hip sensor; null until calibrated.

    obliquity_deg  + left side higher
    tilt_deg       + anterior
    rotation_deg   + to the left, slow mean removed
    """

    obliquity_deg: float | None
    tilt_deg: float | None
    rotation_deg: float | None


class StepLine(Line, frozen=True, kw_only=True, tag="step"):
    """One stance; `t_s` is the initial contact, `side` the stance leg.

    toe_off_s           end of the stance
    step_time_s         next contact of the other foot minus this one
    drop_peak_deg       largest contralateral drop in stance relative to the standing zero
    drop_excursion_deg  peak in stance minus the lowest value between 60 ms before contact and the peak
    source              placement that timed the step; drop_source the one that measured the drop
    confidence          0-1
    drop_trust          share of it that the drop has, 0-1: less where mount, level or sampling rate do not bear it
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
    """One number about the runner; `key` ends in its unit, `quality` is 0-1."""

    key: str
    value: float
    side: Side | None
    quality: float


class PainLine(Line, frozen=True, kw_only=True, tag="pain"):
    """What the runner said hurts, `level` 0 to 10.

    running_s     running time since the start of the run
    distance_m    distance since then
    exposure_m    the same in flat-equivalent metres: downhill counts more, 2.5 times at 10 %
    takes_back_s  when the report was made that this level 0 takes back
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
    """A moment that somebody wants to find again: `by` whom, and what they called it.

    running_s  running time since the start of the run, pauses left out
    """

    by: Who
    text: str | None
    running_s: float | None = None


class ThresholdLine(Line, frozen=True, kw_only=True, tag="threshold"):
    """A detector changed state, and the records behind it."""

    detector: Detector
    state: ThresholdState
    side: Side | None
    because: tuple[EvidenceLine, ...]


class CueLine(Line, frozen=True, kw_only=True, tag="cue"):
    """Something told to the runner, and the records that led to it."""

    rule: str
    severity: Severity
    text: str
    side: Side | None
    because: tuple[EvidenceLine, ...]
    earcon: Earcon | None = None
    speak: str | None = None


class QualityLine(Line, frozen=True, kw_only=True, tag="quality"):
    """Running totals of one source: samples made are `samples` and `lost`; `dropped` counts refused packets."""

    source: str
    placement: Placement
    packets: int
    samples: int
    lost: int
    dropped: int


class SummaryLine(Line, frozen=True, kw_only=True, tag="summary"):
    """The run in a few numbers; `duration_s` is the recording's, standing included; null where nothing was measured.

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
    """Turn any record into its line, `t0_ns` being second 0."""
    return _LINES[type(record)](**line_fields(record, t0_ns))


def line_fields(record: Record, t0_ns: int) -> dict[str, Any]:
    """Give the fields of a record's line: `x_ns` becomes `x_s`, floats are rounded, evidence becomes lines."""
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
    """Write one record as one line of JSON, newline included."""
    return _ENCODER.encode(line_of(record, t0_ns)) + b"\n"


def seconds(t_ns: int, t0_ns: int) -> float:
    """Put a timestamp on the session's axis, to the microsecond."""
    return round((t_ns - t0_ns) / NS_PER_S, 6)
