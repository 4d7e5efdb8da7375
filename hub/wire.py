"""What goes over MQTT: every topic string, every payload, and how both are read back.

`stridecue/<runner>/<kind>`, JSON, units in names. Each payload says `type`, `schema`, `t` (UTC) and `seq` (counts the
messages of its topic, so that a watcher sees a gap). `command` and `pain` come in, all others go out; `attitude`,
`command` and `pain` live on the hub's own loopback broker only.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Literal, NamedTuple, TypeAlias

import msgspec

from dsp.records import Side
from dsp.signals import NS_PER_S, Placement
from hub.lines import CueLine, StepLine, ThresholdLine

ROOT = "stridecue"
SCHEMA = 1
MAX_PAYLOAD_BYTES = 65_536
"""Larger than any message of ours; what is larger is refused unread."""

_SLUG = re.compile(r"[a-z0-9_-]{1,32}")


class WireError(ValueError):
    """A topic or payload that is not ours: names the topic and the field."""


def runner_slug(text: str) -> str:
    """Give back `text` if it can be a runner's topic segment; raises WireError (never a raw name on a broker)."""
    if _SLUG.fullmatch(text) is None:
        raise WireError(f"runner {text!r}: use 1 to 32 characters of a-z 0-9 _ - (it becomes an MQTT topic)")
    return text


class Topics:
    """The topics of one runner."""

    EVERYONE = f"{ROOT}/+/#"

    def __init__(self, runner: str) -> None:
        self.runner = runner_slug(runner)
        self.root = f"{ROOT}/{runner}"
        self.everything = f"{self.root}/#"
        self.status = f"{self.root}/status"
        self.session = f"{self.root}/session"
        self.metrics = f"{self.root}/metrics"
        self.step = f"{self.root}/step"
        self.cue = f"{self.root}/cue"
        self.threshold = f"{self.root}/threshold"
        self.sensors = f"{self.root}/sensor/+"
        self.attitude = f"{self.root}/attitude"
        self.pain = f"{self.root}/pain"
        self.command = f"{self.root}/command"

    def sensor(self, device: str) -> str:
        """Name the topic of one sensor, by device id."""
        return f"{self.root}/sensor/{device}"


class Address(NamedTuple):
    """A topic of ours taken apart; `device` only under `sensor/`."""

    runner: str
    kind: str
    device: str | None


def parse_topic(topic: str) -> Address:
    """Take `topic` apart; raises WireError when it is not one of ours."""
    parts = topic.split("/")
    if len(parts) == 3 and parts[0] == ROOT and parts[2] in _KINDS and parts[2] != "sensor":
        return Address(runner_slug(parts[1]), parts[2], None)
    if len(parts) == 4 and parts[0] == ROOT and parts[2] == "sensor":
        return Address(runner_slug(parts[1]), "sensor", parts[3])
    raise WireError(f"{topic}: not a topic of {ROOT}")


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
    """Where the run stands; retained. `elapsed_s` counts running time, pauses left out.

    notice        what the runner should know about the hub itself
    earlier_runs  how many runs this one is compared with
    """

    state: Literal["waiting", "running", "paused", "ended"]
    runner: str
    source: Literal["live", "replay", "demo"]
    started: str | None
    elapsed_s: float
    steps: int
    recording: str | None
    notice: str | None = None
    earlier_runs: int = 0


class MetricsMessage(Outgoing, frozen=True, kw_only=True, tag="metrics"):
    """The latest value of each metric, once a second; null where unknown or older than `session.FRESH_S`.

    quality  the lowest quality of the IMU metrics shown, 0-1
    extra    metrics that have no field of their own, same naming (side before the unit)
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


class CueMessage(CueLine, frozen=True, kw_only=True, tag="cue"):
    """Something told to the runner, with its evidence."""

    t: str
    seq: int
    schema: int = SCHEMA


class ThresholdMessage(ThresholdLine, frozen=True, kw_only=True, tag="threshold"):
    """A detector changed state, with its evidence."""

    t: str
    seq: int
    schema: int = SCHEMA


SensorState: TypeAlias = Literal["searching", "connecting", "streaming", "stale", "lost", "failed"]


class SensorMessage(Outgoing, frozen=True, kw_only=True, tag="sensor"):
    """One sensor: link state, battery, running totals. `last_seen_s` is the age of its latest packet.

    placement  null where nobody can tell: the sensor is then not used, `detail` says what to do
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


class AttitudeMessage(Outgoing, frozen=True, kw_only=True, tag="attitude"):
    """Obliquity for the moving plot: sample i is at `t0_s + i * dt_s`; null until calibrated. Loopback only."""

    t0_s: float
    dt_s: float
    obliquity_deg: list[float | None]


class Incoming(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """What others send; only the fields of the message itself are needed (`mosquitto_pub -m '{"level": 3}'`)."""

    t: str | None = None
    seq: int | None = None
    schema: int = SCHEMA


class PainMessage(Incoming, frozen=True, kw_only=True, tag="pain"):
    """The runner reports pain, 0 (none) to 10. Health data: never retained, never forwarded."""

    level: Annotated[int, msgspec.Meta(ge=0, le=10)]
    site: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    side: Side | None = None
    note: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class CommandMessage(Incoming, frozen=True, kw_only=True, tag="command"):
    """`stop` ends the run as Ctrl-C does: sources and sinks drain, the summary is printed."""

    action: Literal["stop"]


Message: TypeAlias = (
    StatusMessage
    | SessionMessage
    | MetricsMessage
    | StepMessage
    | CueMessage
    | ThresholdMessage
    | SensorMessage
    | AttitudeMessage
    | PainMessage
    | CommandMessage
)


class Post(NamedTuple):
    """A message on its way to a topic."""

    topic: str
    message: Message


_KINDS: dict[str, type[Message]] = {
    "status": StatusMessage,
    "session": SessionMessage,
    "metrics": MetricsMessage,
    "step": StepMessage,
    "cue": CueMessage,
    "threshold": ThresholdMessage,
    "sensor": SensorMessage,
    "attitude": AttitudeMessage,
    "pain": PainMessage,
    "command": CommandMessage,
}
_ENCODER = msgspec.json.Encoder()
_DECODERS: dict[str, msgspec.json.Decoder[Message]] = {
    kind: msgspec.json.Decoder(struct) for kind, struct in _KINDS.items()
}


class Delivery(NamedTuple):
    """How a message travels."""

    qos: int
    retain: bool


_EVENT = Delivery(qos=1, retain=False)
_STATE = Delivery(qos=1, retain=True)
_STREAM = Delivery(qos=0, retain=False)
DELIVERY: dict[type[Message], Delivery] = {
    StatusMessage: _STATE,
    SessionMessage: _STATE,
    MetricsMessage: _STREAM,
    StepMessage: _STREAM,
    CueMessage: _EVENT,
    ThresholdMessage: _EVENT,
    SensorMessage: _STREAM,
    AttitudeMessage: _STREAM,
    PainMessage: _EVENT,
    CommandMessage: _EVENT,
}
"""Events at least once, streams at most once; only `status` and `session` are kept for who comes late."""


def encode(message: Message) -> bytes:
    """Write the payload of a message; NaN becomes null."""
    return _ENCODER.encode(message)


def decode(topic: str, payload: bytes) -> Message:
    """Read the message on one of our topics; raises WireError with topic and field."""
    kind = parse_topic(topic).kind
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise WireError(f"{topic}: {len(payload)} bytes, at most {MAX_PAYLOAD_BYTES} are read")
    try:
        return _DECODERS[kind].decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(f"{topic}: {error}") from error


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
