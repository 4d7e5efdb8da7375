"""What goes over MQTT: every payload, how it travels, and how it is read back.

JSON, units in names. Each payload says `type`, `schema`, `t` (UTC) and `seq`: it counts the messages of its topic, so
that a watcher sees a gap; what only the runner gets is not counted and has 0. `late` marks what happened while this
broker was away: it was at `t`. The topics are in `topics`, what others may send is in `incoming`; `attitude`
lives on the hub's own loopback broker only.
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
from hub.messages.session_status import Question, ReplayStatus, SoundStatus, StopTold
from hub.messages.topics import WireError, parse_topic

MAX_PAYLOAD_BYTES = 65_536
"""Larger than any message of ours; what is larger is refused unread."""


class Outgoing(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every message of the hub has."""

    t: str
    seq: int
    schema: int = SCHEMA


Presence: TypeAlias = Literal["online", "offline"]


class StatusMessage(Outgoing, frozen=True, kw_only=True, tag="status"):
    """Is the hub of this runner there; retained, and the last will. `instance` tells two hubs apart."""

    state: Presence
    instance: str


class SessionMessage(Outgoing, frozen=True, kw_only=True, tag="session"):
    """Where the run stands; retained, but not of a replay, nor while `onset` is in `thresholds`.

    elapsed_s     running time, pauses left out
    recording     a file name; where it lies is the runner's business
    recording_ok  false while what comes in does not get onto the disk; null when nothing is to be recorded
    notice        what the runner should know about the hub itself
    earlier_runs  how many runs this one is compared with
    thresholds    detector (and side) -> state now, such as `drop_drift_left: watch`; only what is not clear, never more
                  than `reached`
    sound         null when sound is off
    replay        null unless this is a replay
    muted_by      who muted the cues; null: they can be heard
    question      the last question whether something hurts; null: none was asked, or nobody answered
    stop          what told the runner to stop or walk, until it is taken back; null: nothing did
    pain_rule     how much pain a run may go on with, see docs/configuration.md; null where others read
    shares_onset  whether others are told the states of `onset`, see docs/configuration.md; null where others read
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
    stop: StopTold | None = None
    pain_rule: PainRule | None = None
    shares_onset: bool | None = None
    late: bool = False


class MetricsMessage(Outgoing, frozen=True, kw_only=True, tag="metrics"):
    """The latest value of each metric, once a second; null where unknown or older than 5 s.

    quality  the lowest quality of the IMU metrics shown, 0-1
    extra    metrics that have no field of their own, same naming (side before the unit), such as `distance_m` and
             `exposure_m`: metres run, and the same in flat-equivalent metres (downhill counts more, 2.5 times at 10 %)

    `drop_excursion_left_deg` and `_right_deg` are the median of the last ten landings. A threshold judges the slow
    mean: `drop_excursion_mean_left_deg` in `extra`, `drop_excursion_deg` in the `because` of a threshold or cue.
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
    """One stance, as in `replay --jsonl`, `t_s` on the session's axis."""

    t: str
    seq: int
    schema: int = SCHEMA
    late: bool = False


class CueMessage(CueLine, frozen=True, kw_only=True, tag="cue"):
    """Something told to the runner, with its evidence."""

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
    """Somebody marked this moment of the run, with its place in it."""

    t: str
    seq: int
    schema: int = SCHEMA
    late: bool = False


SensorState: TypeAlias = Literal["searching", "connecting", "streaming", "stale", "lost", "failed"]


class SensorMessage(Outgoing, frozen=True, kw_only=True, tag="sensor"):
    """One sensor: link state, battery, running totals. `last_seen_s` is the age of its latest packet.

    placement  null where nobody can tell: the sensor is then not used, `detail` says what to do
    clock      where its sample times come from: its own timestamps, its sample counter, or the arrivals counted here;
               null without samples to time
    drift_ppm  device: how much faster the hub's clock runs; else how much longer than nominal its sample period is
    align_ms   95 % bound of the error of its times, apart from a delay that is always there; null while unknown
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
    """Obliquity for the moving plot: sample i is at `t0_s + i * dt_s`; null until calibrated. Loopback only."""

    t0_s: float
    dt_s: float
    obliquity_deg: list[float | None]


class TrendMessage(Outgoing, frozen=True, kw_only=True, tag="trend"):
    """The run so far, for who comes late: one-minute medians, oldest first, at most 90; retained.

    Empty lists at the start of a run: what a broker kept of the one before is over.
    Value i is of the minute that began at `t0` plus i minutes; null where nothing was measured.
    """

    t0: str
    cadence_spm: list[float | None]
    drop_excursion_left_deg: list[float | None]
    drop_excursion_right_deg: list[float | None]
    contact_left_ms: list[float | None]
    contact_right_ms: list[float | None]
    speed_mps: list[float | None]


class ReplyMessage(Outgoing, frozen=True, kw_only=True, tag="reply"):
    """The answer to a `command` or `pain` message.

    to    which kind of message it answers
    id    the `id` of that message, null when it had none or could not be read
    ok    it was carried out
    text  what was done, or what was wrong and how to write it
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
    """A message on its way to a topic."""

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
"""The message of each kind of topic."""
_ENCODER = msgspec.json.Encoder()
_DECODERS: dict[str, msgspec.json.Decoder[Message]] = {
    kind: msgspec.json.Decoder(struct) for kind, struct in MESSAGES.items() if not issubclass(struct, Incoming)
}


def encode(message: Message) -> bytes:
    """Write the payload of a message; NaN becomes null."""
    return _ENCODER.encode(message)


def decode(topic: str, payload: bytes) -> Message:
    """Read the message on one of our topics; raises WireError with topic and field."""
    kind = parse_topic(topic).kind
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise WireError(f"{topic}: {len(payload)} bytes, at most {MAX_PAYLOAD_BYTES} are read")
    try:
        if issubclass(struct := MESSAGES[kind], Incoming):
            return msgspec.convert(_with_whole_numbers(msgspec.json.decode(payload)), struct)
        return _DECODERS[kind].decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(f"{topic}: {error}") from error


def _with_whole_numbers(order: object) -> object:
    """Give what others sent with `3.0` as 3: the same number to JSON Schema and to senders that know one kind only."""
    if not isinstance(order, dict):
        return order
    return {
        key: int(value) if isinstance(value, float) and value.is_integer() else value for key, value in order.items()
    }


def utc(unix_ns: int) -> str:
    """Write Unix ns as ISO 8601 UTC with milliseconds, e.g. `2025-03-01T07:30:00.250Z`."""
    whole_s, rest_ns = divmod(unix_ns, NS_PER_S)
    return f"{datetime.fromtimestamp(whole_s, UTC):%Y-%m-%dT%H:%M:%S}.{rest_ns // 1_000_000:03d}Z"


def metric_field(key: str, side: Side | None) -> str:
    """Name a metric in a frame: the side goes before the unit, `contact_ms` of the left leg is `contact_left_ms`."""
    if side is None:
        return key
    stem, _, unit = key.rpartition("_")
    return f"{stem}_{side}_{unit}"
