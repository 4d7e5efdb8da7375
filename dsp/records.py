"""Output records of the core: one immutable record per fact, on the hub's timeline (`t_ns`, monotonic ns).

    Step -> Metric -> Threshold -> Cue        (Attitude separately, at sample rate)

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
    """How urgent a cue is, in rising order: `info`, `advice`, `warning`, `stop`."""

    INFO = "info"
    ADVICE = "advice"
    WARNING = "warning"
    STOP = "stop"


class Earcon(StrEnum):
    """The sound of a cue, for a runner without a screen: one tone for above, two for below.

    - `above`: the value is above where it should be: do less
    - `below`: the value is below where it should be: do more
    - `threshold`: a threshold is near or reached, or a question is asked
    - `noted`: the runner's input (a key, three taps) was understood
    """

    ABOVE = "above"
    BELOW = "below"
    THRESHOLD = "threshold"
    NOTED = "noted"


class ThresholdState(StrEnum):
    """How close a detector is to its threshold, in rising order.

    - `clear`: well below it
    - `watch`: moving towards it
    - `near`: close to it
    - `reached`: beyond it
    - `reported`: the runner reported pain
    """

    CLEAR = "clear"
    WATCH = "watch"
    NEAR = "near"
    REACHED = "reached"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Attitude:
    """Pelvis angles at one sample of the sacrum sensor; None until the mount is known.

    obliquity_deg  asin of the vertical component of the pelvis-left axis, positive: left side higher
    tilt_deg       positive: anterior
    rotation_deg   positive: to the left, slow mean removed
    """

    t_ns: int
    obliquity_deg: float | None
    tilt_deg: float | None
    rotation_deg: float | None


@dataclass(frozen=True, slots=True)
class Step:
    """One stance, emitted when the next contact of the other foot is known.

    t_ns                initial contact
    toe_off_ns          toe-off, the end of the stance
    step_time_s         next initial contact of the other foot minus this one
    contact_ms          toe-off minus initial contact
    flight_ms           next initial contact of the other foot minus toe-off
    side                stance leg
    drop_peak_deg       largest contralateral drop in stance relative to the standing zero
    drop_excursion_deg  peak in stance minus the lowest value between 60 ms before contact and the peak
    source              placement that timed the step
    drop_source         placement that measured the drop
    confidence          0-1
    drop_trust          share of `confidence` that the drop has, 0-1: limited by mount, levelling and sampling rate
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
        """Confidence of the drop, 0-1."""
        return self.confidence * self.drop_trust


@dataclass(frozen=True, slots=True)
class Metric:
    """One value about the runner at `t_ns`; `key` ends in its unit, `quality` is 0-1, `side` None: the whole runner."""

    t_ns: int
    key: str
    value: float
    side: Side | None
    quality: float


@dataclass(frozen=True, slots=True)
class PainReport:
    """A runner's report of pain. Health data: kept on this machine, never logged, never retained on a broker.

    level          0 (none) to 10; None: reported without a number (three taps)
    site           one of `dsp.runner.triage.SITES` where it matches one, else the runner's own words
    numb           numbness or tingling; None: not stated
    running_s      running time since the start of the run; filled in by the core, as are the three below
    distance_m     distance since the start
    exposure_m     the same in flat-equivalent metres: downhill counts more (`dsp.runner.exposure`)
    takes_back_ns  `t_ns` of the report that this report of level 0 withdraws, since it followed soon enough for that
                   one to have been a mistake
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
    """A bookmark in a run.

    by         who set it
    text       its label; None: none
    running_s  running time since the start of the run, without pauses; filled in by the hub, whose clock people see
    """

    t_ns: int
    by: Literal["runner", "coach"]
    text: str | None = None
    running_s: float | None = None


Evidence: TypeAlias = "Step | Metric | PainReport | Threshold"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A change of a detector's state, with its evidence in `because`."""

    t_ns: int
    detector: str
    state: ThresholdState
    side: Side | None
    because: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Cue:
    """A message to the runner, and in `because` the records that led to it.

    rule    id of the rule that made it: the file stem in `dsp/cues`
    text    the sentence on the screen
    earcon  its sound; None: no sound
    speak   the words spoken aloud; None: not spoken
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
    """Running totals of one source. Invariant: samples taken by the sensor = samples + lost.

    samples  samples received
    lost     samples known to be missing
    dropped  packets refused (undecodable, repeated, late)
    """

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

    duration_s             seconds since the first step or report
    cadence_spm            median of the second-by-second cadence
    distance_m, descent_m  None unless speed was measured for at least half of the distance
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
