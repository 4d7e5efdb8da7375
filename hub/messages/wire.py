"""The MQTT payloads: one struct per message, with encoding and decoding.

Payloads are JSON with units in the field names. The tables in the docstrings become the descriptions of the fields in
`docs/contract`; those of the fields that all messages have are in `Outgoing`. Topics are in `topics`, the messages that
others may send in `incoming`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from drivers.timing.clock_state import ClockKind
from dsp.records import Side, ThresholdState
from dsp.runner.triage import PainRule
from dsp.signals import NS_PER_S, Placement
from hub.messages.incoming import SCHEMA, CommandMessage, Incoming, PainMessage, Who
from hub.messages.lines import CueLine, MarkLine, StepLine, ThresholdLine
from hub.messages.session_status import Question, ReplayStatus, SoundStatus, StopInstruction
from hub.messages.topics import WireError, parse_topic

MAX_PAYLOAD_BYTES = 65_536
"""Larger than any of our messages; a larger payload is rejected without being parsed."""


class Outgoing(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Fields common to every message the hub publishes.

    type    kind of message, as in its topic
    t       UTC time in ISO 8601 with milliseconds: of an event, when it happened; of a state, when it was published
    seq     number of the message on its topic, from 1: a gap means that messages were missed; 0: not counted, as only
            the runner receives it
    schema  version of all payloads; within one version fields may be added, but none changes its meaning
    late    true for an event delivered after the fact, as this broker was unreachable or a replay was moved
    """

    t: str
    seq: int
    schema: int = SCHEMA


Presence: TypeAlias = Literal["online", "offline"]


class StatusMessage(Outgoing, frozen=True, kw_only=True, tag="status"):
    """Whether this runner's hub is online; retained, and also the Last Will.

    state     online, or offline: the hub has ended, or the broker lost its connection (then `t` and `seq` are those of
              the moment when the hub connected)
    instance  identifies this start of the hub: distinguishes two hubs with the same runner name
    """

    state: Presence
    instance: str


class SessionMessage(Outgoing, frozen=True, kw_only=True, tag="session"):
    """State of the run; retained, except for a replay and while `thresholds` contains `onset`.

    state         state of the run:
                  - `waiting`: the runner has not started to run
                  - `running`
                  - `paused`: the runner stands or walks
                  - `ended`: the hub has ended the run
    runner        the runner's name on the broker, the second level of the topic
    source        where the data come from: live sensors, the replay of a recording, or virtual sensors (demo)
    started       UTC time in ISO 8601 at which the runner first started to run; null before that
    elapsed_s     running time, excluding pauses
    steps         number of steps so far
    recording     file name of the recording, without its folder; null when recording is off
    recording_ok  false while incoming data cannot be written to disk; null when recording is off
    notice        a problem with the hub or its sensors that the runner should know about; null when there is none
    earlier_runs  number of earlier runs that this one is compared with
    thresholds    detector (and side) -> current state, such as `drop_drift_left: watch`; detectors that are clear are
                  omitted, and `reached` is the highest state
    sound         state of the sound output; null when sound is off
    replay        position and pace of the replay; null unless this is a replay
    muted_by      who muted the cues; null when they are not muted
    question      the last question whether anything hurts; null when none was asked or it expired unanswered
    stop          the instruction to stop or walk that is in force, until withdrawn; null when there is none
    pain_rule     up to how much pain a run may continue, see docs/configuration.md; null on brokers that others read
    shares_onset  whether the states of `onset` are published to others, see docs/configuration.md; null on brokers
                  that others read
    """

    state: Literal["waiting", "running", "paused", "ended"]
    runner: str
    source: Literal["live", "replay", "demo"]
    started: str | None
    elapsed_s: float
    steps: int
    recording: str | None
    recording_ok: bool | None = None
    notice: str | None = None
    earlier_runs: int = 0
    thresholds: dict[str, ThresholdState] = {}
    sound: SoundStatus | None = None
    replay: ReplayStatus | None = None
    muted_by: Who | None = None
    question: Question | None = None
    stop: StopInstruction | None = None
    pain_rule: PainRule | None = None
    shares_onset: bool | None = None
    late: bool = False


class MetricsMessage(Outgoing, frozen=True, kw_only=True, tag="metrics"):
    """The latest value of each metric, once a second; null where unknown or older than 5 s.

    t_s                       time of this message, in seconds since the session's start
    cadence_spm               steps per minute of both feet together, median of the last ten steps
    contact_left_ms           ground contact time of the left leg, median of its last ten stances
    contact_right_ms          ground contact time of the right leg, median of its last ten stances
    flight_ms                 time from toe-off to the next initial contact of the other foot, median of the last ten
                              steps
    drop_excursion_left_deg   pelvic drop in degrees within the stance of the left leg, median of its last ten
                              landings; a threshold evaluates the slow mean instead:
                              `drop_excursion_mean_left_deg` in `extra`
    drop_excursion_right_deg  pelvic drop in degrees within the stance of the right leg, median of its last ten
                              landings; a threshold evaluates the slow mean instead:
                              `drop_excursion_mean_right_deg` in `extra`
    drop_peak_left_deg        largest pelvic drop in the stance of the left leg, relative to level standing, median of
                              its last ten landings
    drop_peak_right_deg       largest pelvic drop in the stance of the right leg, relative to level standing, median of
                              its last ten landings
    speed_mps                 running speed
    heart_rate_bpm            heart rate
    incline_pct               incline of the treadmill, uphill positive
    quality                   the lowest quality among the IMU metrics in this message, 0-1; null when there are none
    extra                     metrics without a field of their own, named the same way (side before the unit), such as
                              `distance_m` (distance run) and `exposure_m` (the same in flat-equivalent metres: downhill
                              counts more, 2.5 times at 10 %); what is unknown is omitted
    """

    t_s: float
    cadence_spm: float | None = None
    contact_left_ms: float | None = None
    contact_right_ms: float | None = None
    flight_ms: float | None = None
    drop_excursion_left_deg: float | None = None
    drop_excursion_right_deg: float | None = None
    drop_peak_left_deg: float | None = None
    drop_peak_right_deg: float | None = None
    speed_mps: float | None = None
    heart_rate_bpm: float | None = None
    incline_pct: float | None = None
    quality: float | None = None
    extra: dict[str, float] = {}


class StepMessage(StepLine, frozen=True, kw_only=True, tag="step"):
    """One stance, with the same fields as in `stridecue replay --jsonl`."""

    t: str
    seq: int
    schema: int = SCHEMA
    late: bool = False


class CueMessage(CueLine, frozen=True, kw_only=True, tag="cue"):
    """A cue given to the runner, with its evidence."""

    t: str
    seq: int
    schema: int = SCHEMA
    late: bool = False


class ThresholdMessage(ThresholdLine, frozen=True, kw_only=True, tag="threshold"):
    """A detector changed state, with its evidence."""

    t: str
    seq: int
    schema: int = SCHEMA
    late: bool = False


class MarkMessage(MarkLine, frozen=True, kw_only=True, tag="mark"):
    """A moment of the run that someone marked, with the running time at that moment."""

    t: str
    seq: int
    schema: int = SCHEMA
    late: bool = False


SensorState: TypeAlias = Literal["searching", "connecting", "streaming", "stale", "lost", "failed"]


class SensorMessage(Outgoing, frozen=True, kw_only=True, tag="sensor"):
    """One sensor: link state, battery and running totals.

    device       id of the sensor, the last level of the topic
    placement    where it is worn; null when that cannot be determined: the sensor is then not used, and `detail`
                 explains what to do
    name         the name under which it advertises
    profile      id of the device profile that decodes it; null while unknown
    state        state of its link:
                 - `searching`: not found yet
                 - `connecting`
                 - `streaming`: its data arrive
                 - `stale`: connected, but no data arrive
                 - `lost`: was connected, and is being searched for
                 - `failed`: the user must change something, see `detail`
    battery_pct  battery level; null while unknown
    packets      packets received so far
    samples      samples received so far
    lost         samples known to be missing
    dropped      packets rejected: undecodable, repeated or late
    rate_hz      samples received per second, over about the last five seconds, in hertz; null while unknown
    last_seen_s  age of its latest packet; null before the first one
    detail       the problem and what to do about it; null when there is none
    clock        source of its sample times; null when it sends no samples that need times
                 - `device`: its own timestamps
                 - `counter`: its sample counter
                 - `arrival`: samples counted as they arrive
    drift_ppm    in parts per million: with clock `device`, how much faster the hub's clock runs than the sensor's;
                 otherwise how much longer than nominal the sample period is; null when `clock` is null
    align_ms     95 % bound on the error of its sample times, excluding a constant delay; null while unknown
    """

    device: str
    placement: Placement | None
    name: str
    profile: str | None
    state: SensorState
    battery_pct: float | None
    packets: int
    samples: int
    lost: int
    dropped: int
    rate_hz: float | None
    last_seen_s: float | None
    detail: str | None
    clock: ClockKind | None = None
    drift_ppm: float | None = None
    align_ms: float | None = None


class AttitudeMessage(Outgoing, frozen=True, kw_only=True, tag="attitude"):
    """Pelvic obliquity for live plots, several samples per message; on the hub's own loopback broker only.

    t0_s           time of the first sample, in seconds since the session's start
    dt_s           sample period in seconds: sample i is at `t0_s + i * dt_s`
    obliquity_deg  pelvic obliquity in degrees, positive: left side higher; null until calibrated
    """

    t0_s: float
    dt_s: float
    obliquity_deg: list[float | None]


class TrendMessage(Outgoing, frozen=True, kw_only=True, tag="trend"):
    """The run so far, for subscribers that join late: one-minute medians, oldest first, at most 90; retained.

    All lists have the same length; they are empty at the start of a run, which replaces the retained trend of the
    previous one. Value i is the median of the minute that began at `t0` plus i minutes; null where too little was
    measured.

    t0                        UTC time in ISO 8601 at which the first minute began
    cadence_spm               median cadence of each minute
    drop_excursion_left_deg   median pelvic drop of each minute, left stance
    drop_excursion_right_deg  median pelvic drop of each minute, right stance
    contact_left_ms           median ground contact time of each minute, left
    contact_right_ms          median ground contact time of each minute, right
    speed_mps                 median speed of each minute
    """

    t0: str
    cadence_spm: list[float | None]
    drop_excursion_left_deg: list[float | None]
    drop_excursion_right_deg: list[float | None]
    contact_left_ms: list[float | None]
    contact_right_ms: list[float | None]
    speed_mps: list[float | None]


class ReplyMessage(Outgoing, frozen=True, kw_only=True, tag="reply"):
    """The reply to a `command` or `pain` message.

    to    the kind of message it answers
    id    the `id` of that message; null when it had none or could not be read
    ok    whether the request was carried out
    text  what was done, or what was wrong with the message and how to correct it
    """

    to: Literal["command", "pain"]
    id: str | None
    ok: bool
    text: str


Message: TypeAlias = (
    StatusMessage
    | SessionMessage
    | MetricsMessage
    | TrendMessage
    | StepMessage
    | CueMessage
    | ThresholdMessage
    | MarkMessage
    | SensorMessage
    | AttitudeMessage
    | PainMessage
    | CommandMessage
    | ReplyMessage
)


class Post(NamedTuple):
    """A message and the topic to publish it on."""

    topic: str
    message: Message


MESSAGES: dict[str, type[Message]] = {
    "status": StatusMessage,
    "session": SessionMessage,
    "metrics": MetricsMessage,
    "trend": TrendMessage,
    "step": StepMessage,
    "cue": CueMessage,
    "threshold": ThresholdMessage,
    "mark": MarkMessage,
    "sensor": SensorMessage,
    "attitude": AttitudeMessage,
    "pain": PainMessage,
    "command": CommandMessage,
    "reply": ReplyMessage,
}
"""The message type for each kind of topic."""
_ENCODER = msgspec.json.Encoder()
_DECODERS: dict[str, msgspec.json.Decoder[Message]] = {
    kind: msgspec.json.Decoder(struct) for kind, struct in MESSAGES.items() if not issubclass(struct, Incoming)
}


def encode(message: Message) -> bytes:
    """Encode a message as its JSON payload; NaN becomes null."""
    return _ENCODER.encode(message)


def decode(topic: str, payload: bytes) -> Message:
    """Decode the payload received on one of our topics; raises WireError naming the topic and the field."""
    kind = parse_topic(topic).kind
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise WireError(f"{topic}: {len(payload)} bytes, at most {MAX_PAYLOAD_BYTES} are accepted")
    try:
        if issubclass(struct := MESSAGES[kind], Incoming):
            return msgspec.convert(_with_whole_numbers(msgspec.json.decode(payload)), struct)
        return _DECODERS[kind].decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(f"{topic}: {error}") from error


def _with_whole_numbers(order: object) -> object:
    """Convert floats such as `3.0` to int: JSON Schema treats both as integers, and some senders have only floats."""
    if not isinstance(order, dict):
        return order
    return {
        key: int(value) if isinstance(value, float) and value.is_integer() else value for key, value in order.items()
    }


def utc(unix_ns: int) -> str:
    """Format Unix ns as ISO 8601 UTC with milliseconds, e.g. `2025-03-01T07:30:00.250Z`."""
    whole_s, rest_ns = divmod(unix_ns, NS_PER_S)
    return f"{datetime.fromtimestamp(whole_s, UTC):%Y-%m-%dT%H:%M:%S}.{rest_ns // 1_000_000:03d}Z"


def metric_field(key: str, side: Side | None) -> str:
    """Return the field name of a metric: the side goes before the unit, so left `contact_ms` is `contact_left_ms`."""
    if side is None:
        return key
    stem, _, unit = key.rpartition("_")
    return f"{stem}_{side}_{unit}"
