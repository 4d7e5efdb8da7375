"""What the core says: one immutable record per fact, on the hub's timeline (`t_ns`, monotonic ns).

    Step -> Metric -> Threshold -> Cue        (Attitude beside them, at sample rate)

Wall time and encodings are added at the edges, never here. `None` means "not measurable", never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from dsp.signals import Placement


class Side(StrEnum):
    """A leg. On steps, metrics and cues always the *stance* leg."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> Side:
        """The opposite leg."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


class Severity(StrEnum):
    """How much a cue wants of the runner."""

    INFO = "info"
    ADVICE = "advice"
    WARNING = "warning"
    STOP = "stop"


class Earcon(StrEnum):
    """The sound of a cue, for a runner without a screen: one for above, two for below."""

    ABOVE = "above"
    """Do less of it: it is above where it should be."""
    BELOW = "below"
    """Do more of it: it is below where it should be."""
    THRESHOLD = "threshold"
    """A threshold is near or reached, or a question is asked."""
    NOTED = "noted"
    """What the runner said (a key, three taps) was understood."""


class ThresholdState(StrEnum):
    """How near a detector is to its threshold."""

    CLEAR = "clear"
    WATCH = "watch"
    NEAR = "near"
    REACHED = "reached"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Attitude:
    """Pelvis angles at one sample of the sacrum sensor; None until calibrated.

    obliquity_deg  asin of the vertical component of the pelvis-left axis, + left side higher
    tilt_deg       + anterior
    rotation_deg   + to the left, slow mean removed
    """

    t_ns: int
    obliquity_deg: float | None
    tilt_deg: float | None
    rotation_deg: float | None


@dataclass(frozen=True, slots=True)
class Step:
    """One stance, emitted when the next contact of the other foot is known.

    t_ns                initial contact
    toe_off_ns          end of the stance
    step_time_s         next contact of the other foot minus this one
    side                stance leg
    drop_peak_deg       largest contralateral drop in stance relative to the standing zero
    drop_excursion_deg  peak in stance minus the lowest value between 60 ms before contact and the peak
    source              placement that timed the step; `drop_source` the one that measured the drop
    confidence          0-1
    drop_trust          share of it that the drop has, 0-1: less where mount, level or sampling rate do not bear it
    """

    t_ns: int
    toe_off_ns: int | None
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

    @property
    def drop_confidence(self) -> float:
        """How sure the drop is, 0-1."""
        return self.confidence * self.drop_trust


@dataclass(frozen=True, slots=True)
class Metric:
    """One number about the runner now; `key` ends in its unit, `quality` is 0-1."""

    t_ns: int
    key: str
    value: float
    side: Side | None
    quality: float


@dataclass(frozen=True, slots=True)
class PainReport:
    """What the runner said hurts. Health data: kept on this machine, never logged, never retained on a broker.

    level          0 (none) to 10; None: said without a number (three taps)
    site           one of `dsp.runner.triage.SITES` where it is known
    numb           numbness or tingling; None: not said
    running_s      running time since the start of the run; with the two below filled in by the core
    distance_m     distance since the start
    exposure_m     the same in flat-equivalent metres: downhill counts more (`dsp.runner.exposure`)
    takes_back_ns  `t_ns` of the report that this level 0 takes back: it came so soon after it that it was a mistake;
                   filled in by the core too, which alone decides it
    """

    t_ns: int
    level: int | None
    site: str | None = None
    side: Side | None = None
    note: str | None = None
    numb: bool | None = None
    running_s: float | None = None
    distance_m: float | None = None
    exposure_m: float | None = None
    takes_back_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment that somebody wants to find again.

    by         whose mark it is
    text       what they called it; None: nothing
    running_s  running time since the start of the run, pauses left out; filled in by the hub, whose clock people see
    """

    t_ns: int
    by: Literal["runner", "coach"]
    text: str | None = None
    running_s: float | None = None


Evidence: TypeAlias = "Step | Metric | PainReport | Threshold"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A change of a detector's state, with the numbers behind it."""

    t_ns: int
    detector: str
    state: ThresholdState
    side: Side | None
    because: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Cue:
    """Something worth telling the runner, and the records that led to it.

    earcon  its sound, None: none
    speak   a few words for the ear, None: nothing is said aloud
    """

    t_ns: int
    rule: str
    severity: Severity
    text: str
    side: Side | None
    because: tuple[Evidence, ...]
    earcon: Earcon | None = None
    speak: str | None = None


@dataclass(frozen=True, slots=True)
class Quality:
    """Running totals of one source. Invariant: samples made = samples + lost; `dropped` counts refused packets."""

    t_ns: int
    source: str
    placement: Placement
    packets: int
    samples: int
    lost: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The run in a few numbers; None where nothing was measured. Means are over running seconds.

    distance_m, descent_m  None unless speed was measured for most of the run
    exposure_m             flat-equivalent metres (`dsp.runner.exposure`), estimated where there was no speed
    contact_difference_ms  left minus right
    """

    t_ns: int
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


Record: TypeAlias = Attitude | Step | Metric | PainReport | Mark | Threshold | Cue | Quality | Summary
