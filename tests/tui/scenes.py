"""Scripted scenes for tests and screenshots: the messages of a hub, without a hub."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Literal, Unpack

from msgspec.structs import replace

from dsp.records import Severity, Side, ThresholdState
from dsp.signals import Placement
from hub.client import Item, LinkChange, NotConnectedError, Received
from hub.flow.session import SessionState
from hub.messages.incoming import CommandMessage, PainMessage
from hub.messages.lines import MetricLine
from hub.messages.session_status import ReplayStatus, SoundStatus, StopInstruction
from hub.messages.topics import Topics, parse_topic
from hub.messages.wire import (
    AttitudeMessage,
    CueMessage,
    Message,
    MetricsMessage,
    Presence,
    ReplyMessage,
    SensorMessage,
    SensorState,
    SessionMessage,
    StatusMessage,
    StepMessage,
    ThresholdMessage,
    decode,
    encode,
)
from tests.tui.scene_fields import MetricsFields, ReplayFields, SensorFields, SessionFields, SoundFields, Source

UTC = "2025-03-01T07:30:00.000Z"
TOPICS = Topics("ann")


@dataclass
class ScriptedFeed:
    """A feed that yields the items a test gives it; while `down` it refuses to send."""

    down: bool = False
    sent: list[PainMessage | CommandMessage] = field(default_factory=list)
    runners: list[str | None] = field(default_factory=list)
    fault: Exception | None = None

    def __post_init__(self) -> None:
        self._items: asyncio.Queue[Item] = asyncio.Queue()

    @property
    def meant(self) -> list[PainMessage | CommandMessage]:
        """The messages sent, without the ids that match answers to them."""
        return [replace(each, id=None) for each in self.sent]

    def answers(self, text: str, *, ok: bool = True) -> ReplyMessage:
        """Return the hub's answer to the message sent last."""
        asked = self.sent[-1]
        to: Literal["pain", "command"] = "pain" if isinstance(asked, PainMessage) else "command"
        return ReplyMessage(t=UTC, seq=1, to=to, id=asked.id, ok=ok, text=text)

    def say(self, *items: Item | Message) -> None:
        for item in items:
            self._items.put_nowait(item if isinstance(item, LinkChange | Received) else received(item))

    async def watch(self) -> AsyncIterator[Item]:
        while True:
            item = await self._items.get()
            if self.fault is not None:
                raise self.fault
            yield item

    async def send(self, message: PainMessage | CommandMessage, runner: str | None = None) -> None:
        if self.down:
            raise NotConnectedError(f"{runner}: nobody there")
        self.sent.append(message)
        self.runners.append(runner)


@dataclass
class Clock:
    """A manual clock for the dashboard."""

    now_s: float = 1000.0

    def __call__(self) -> float:
        return self.now_s


def received(message: Message) -> Received:
    """Return a message as the broker delivers it: encoded and decoded on its own topic."""
    kind = message.__struct_config__.tag
    topic = TOPICS.sensor(message.device) if isinstance(message, SensorMessage) else f"{TOPICS.root}/{kind}"
    return Received(parse_topic(topic), decode(topic, encode(message)))


def status(state: Presence = "online", instance: str = "a1") -> StatusMessage:
    return StatusMessage(t=UTC, seq=0, state=state, instance=instance)


def session(state: SessionState = "running", **changes: Unpack[SessionFields]) -> SessionMessage:
    said = SessionMessage(
        t=UTC,
        seq=1,
        state=state,
        runner="ann",
        source="demo",
        started=UTC,
        elapsed_s=754.0,
        steps=2140,
        recording="2025-03-01_0730_ann.mcap",
        earlier_runs=5,
        sound=sound(),
    )
    return replace(said, **changes)


def waiting(source: Source) -> SessionMessage:
    return session("waiting", source=source, elapsed_s=0.0, steps=0, started=None, recording=None)


def replay(**changes: Unpack[ReplayFields]) -> ReplayStatus:
    status = ReplayStatus(state="playing", position_s=754.0, target_s=None, duration_s=1200.0, speed=1.0, seeks=0)
    return replace(status, **changes)


EXTRA = {
    "distance_m": 2262.0,
    "cadence_target_spm": 176.0,
    "feedback_on": 1.0,
    "drop_excursion_baseline_left_deg": 4.3,
    "drop_excursion_baseline_right_deg": 4.0,
    "drop_excursion_bound_left_deg": 1.0,
    "drop_excursion_bound_right_deg": 1.0,
    "drop_excursion_mean_left_deg": 4.2,
    "drop_excursion_mean_right_deg": 4.3,
}
TIRED_DEG = 7.1
"""The drop of a tired runner when landing on the right; 4.3 before."""
PAIN_BEFORE = {**EXTRA, "onset_safe_m": 3940.0, "onset_chance_pct": 12.4, "cap_m": 3410.0}
"""What a hub adds for a runner who has reported pain in earlier runs."""


def metrics(extra: dict[str, float] = EXTRA, **changes: Unpack[MetricsFields]) -> MetricsMessage:
    said = MetricsMessage(
        t=UTC,
        seq=2,
        t_s=754.0,
        cadence_spm=171.6,
        contact_left_ms=243.0,
        contact_right_ms=251.0,
        flight_ms=98.0,
        drop_excursion_left_deg=4.2,
        drop_excursion_right_deg=4.3,
        drop_peak_left_deg=3.1,
        speed_mps=3.0,
        heart_rate_bpm=152.0,
        incline_pct=1.0,
        quality=0.97,
        extra=extra,
    )
    return replace(said, **changes)


def sound(**changes: Unpack[SoundFields]) -> SoundStatus:
    status = SoundStatus(
        output="Headphones",
        voice="espeak-ng (en-gb)",
        muted=False,
        metronome_spm=None,
        sounds=4,
        repeats=0,
        dropped=0,
        hub_p50_ms=12.0,
        hub_p99_ms=20.0,
        total_p50_ms=310.0,
        total_p99_ms=420.0,
        device_ms=10.0,
        underflows=0,
    )
    return replace(status, **changes)


STRIDE_S = 0.7


def _size(half: int) -> float:
    """Return the relative size of the drop in a half stride; no two are the same."""
    return 1.0 + 0.08 * math.sin(2.3 * half) + 0.05 * math.sin(0.7 * half + 1.0)


def _hips(t_s: float, left_deg: float, right_deg: float) -> float:
    """Return obliquity in degrees: half a stride landing left, half landing right, and the pelvis is never level."""
    half, within = divmod(2.0 * t_s / STRIDE_S, 1.0)
    deepest = left_deg if half % 2 == 0 else -right_deg
    return deepest * _size(int(half)) * math.pow(math.sin(math.pi * within), 1.5) - 0.8


def attitude(
    t0_s: float, seconds: float = 10.0, rate_hz: float = 104.0, left_deg: float = 4.2, right_deg: float = 4.3
) -> AttitudeMessage:
    dt_s = 1.0 / rate_hz
    times_s = [t0_s + n * dt_s for n in range(round(seconds * rate_hz))]
    values: list[float | None] = [_hips(t_s, left_deg, right_deg) for t_s in times_s]
    return AttitudeMessage(t=UTC, seq=3, t0_s=t0_s, dt_s=dt_s, obliquity_deg=values)


def steps(t0_s: float, seconds: float = 10.0, left_deg: float = 4.2, right_deg: float = 4.3) -> list[StepMessage]:
    """Return the steps of `attitude`: those that end within it."""
    halves = range(math.floor(2.0 * t0_s / STRIDE_S), math.floor(2.0 * (t0_s + seconds) / STRIDE_S))
    return [
        step(
            (half + 0.15) * STRIDE_S / 2.0,
            _size(half) * (right_deg if half % 2 else left_deg),
            Side.RIGHT if half % 2 else Side.LEFT,
        )
        for half in halves
    ]


def attitude_unknown(t0_s: float) -> AttitudeMessage:
    """Return the attitude message while the mount alignment is still unknown."""
    return AttitudeMessage(t=UTC, seq=3, t0_s=t0_s, dt_s=0.02, obliquity_deg=[None] * 5)


SENSORS = {
    "sacrum": (Placement.SACRUM, 87.0, 21.0),
    "left-foot": (Placement.LEFT_FOOT, 64.0, 21.0),
    "pod": (Placement.FOOT, 91.0, 1.0),
    "strap": (Placement.CHEST, 12.0, 1.0),
    "treadmill": (Placement.TREADMILL, None, 2.0),
}


def sensor(
    device: str, state: SensorState = "streaming", packets: int = 1000, **changes: Unpack[SensorFields]
) -> SensorMessage:
    placement, battery_pct, rate_hz = SENSORS[device]
    said = SensorMessage(
        t=UTC,
        seq=4,
        device=device,
        placement=placement,
        name=device,
        profile="stridecue.imu6",
        state=state,
        battery_pct=battery_pct,
        packets=packets,
        samples=5 * packets,
        lost=4 if device == "left-foot" else 0,
        dropped=0,
        rate_hz=rate_hz,
        last_seen_s=0.1,
        detail=None,
    )
    return replace(said, **changes)


BELT = (
    "Your belt tips more than it usually does when you land on your right. "
    "Quick, light steps, belt level; or take a walk break."
)


def evidence(side: Side = Side.RIGHT, now_deg: float = 7.1, usual_deg: float = 4.0) -> tuple[MetricLine, ...]:
    values = {"": now_deg, "_baseline": usual_deg, "_bound": 1.0}
    return tuple(
        MetricLine(t_s=750.0, key=f"drop_excursion{what}_deg", value=value, side=side, quality=0.97)
        for what, value in values.items()
    )


def cue(severity: Severity = Severity.ADVICE, text: str = BELT, t_s: float = 751.0) -> CueMessage:
    return CueMessage(
        t=UTC,
        seq=5,
        t_s=t_s,
        rule="level_hips",
        severity=severity,
        text=text,
        side=Side.RIGHT,
        because=evidence(),
    )


def stop_told(cue: CueMessage) -> StopInstruction:
    """Return a stop cue as it is in the session, without the pain report behind it."""
    return StopInstruction(
        t=UTC, t_s=cue.t_s, rule=cue.rule, severity=cue.severity, text=cue.text.partition(" Noted:")[0]
    )


def threshold(state: ThresholdState = ThresholdState.NEAR) -> ThresholdMessage:
    return ThresholdMessage(t=UTC, seq=6, t_s=750.0, detector="drift", state=state, side=Side.RIGHT, because=evidence())


def step(t_s: float = 750.0, drop_excursion_deg: float | None = 4.3, side: Side = Side.RIGHT) -> StepMessage:
    return StepMessage(
        t=UTC,
        seq=7,
        t_s=t_s,
        toe_off_s=t_s + 0.25,
        step_time_s=0.35,
        contact_ms=250.0,
        flight_ms=98.0,
        side=side,
        drop_peak_deg=None,
        drop_excursion_deg=drop_excursion_deg,
        source=Placement.SACRUM,
        drop_source=Placement.SACRUM,
        confidence=0.9,
    )


Say = Callable[[ScriptedFeed, Clock], None]


def connecting(feed: ScriptedFeed, clock: Clock) -> None:
    """No broker yet."""
    del clock
    feed.say(LinkChange(up=False, reason="connection refused", retry_s=4.0))


def no_sensors(feed: ScriptedFeed, clock: Clock) -> None:
    """The hub is there, no sensor is."""
    del clock
    feed.say(LinkChange(up=True), status(), waiting("live"))


def searching(feed: ScriptedFeed, clock: Clock) -> None:
    """Some sensors connected, one still searched for."""
    no_sensors(feed, clock)
    states: dict[str, SensorState] = {"left-foot": "connecting", "strap": "searching", "pod": "connecting"}
    for device in SENSORS:
        state = states.get(device, "streaming")
        if state == "streaming":
            feed.say(sensor(device, packets=0))
        else:
            feed.say(sensor(device, state, packets=0, battery_pct=None, samples=0, lost=0, last_seen_s=None))


def running(feed: ScriptedFeed, clock: Clock) -> None:
    """Everything streams."""
    del clock
    _running(feed, 4.3)


def _running(feed: ScriptedFeed, right_deg: float) -> None:
    feed.say(LinkChange(up=True), status(), session())
    extra = {**EXTRA, "drop_excursion_mean_right_deg": right_deg}
    feed.say(threshold(ThresholdState.CLEAR), metrics(extra, drop_excursion_right_deg=right_deg))
    feed.say(attitude(744.0, right_deg=right_deg), *steps(744.0, right_deg=right_deg))
    for device in SENSORS:
        feed.say(sensor(device, packets=1000))


def a_second_later(feed: ScriptedFeed, clock: Clock) -> None:
    """All sensors have sent another second of packets."""
    clock.now_s += 1.0
    for device, (_, _, rate_hz) in SENSORS.items():
        feed.say(sensor(device, packets=1000 + round(rate_hz)))


def with_cue(feed: ScriptedFeed, clock: Clock) -> None:
    """The runner tires: threshold reached, a cue."""
    del clock
    tips = cue(Severity.INFO, "Your belt starts to tip when you land on your right. Keep it level.", t_s=701.0)
    feed.say(session(elapsed_s=702.0), tips)
    _running(feed, TIRED_DEG)
    feed.say(threshold(ThresholdState.REACHED), cue())


def sensor_lost(feed: ScriptedFeed, clock: Clock) -> None:
    """The hip sensor goes away mid-run."""
    a_second_later(feed, clock)
    feed.say(
        sensor("sacrum", "lost", packets=1021, lost=412, last_seen_s=8.0, detail="link lost, retry in 2 s"),
    )


def after_loss(feed: ScriptedFeed, clock: Clock) -> None:
    """Eight seconds later its numbers are null."""
    clock.now_s += 8.0
    feed.say(metrics(drop_excursion_left_deg=None, drop_excursion_right_deg=None, drop_peak_left_deg=None))
    for device, (_, _, rate_hz) in SENSORS.items():
        if device != "sacrum":
            feed.say(sensor(device, packets=1000 + round(9 * rate_hz)))
    feed.say(session(elapsed_s=762.0))


def ended(feed: ScriptedFeed, clock: Clock) -> None:
    """The run is over and saved."""
    with_cue(feed, clock)
    feed.say(session("ended", elapsed_s=1450.0, steps=4128))
