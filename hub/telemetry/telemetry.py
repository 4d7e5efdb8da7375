"""Turns records into the messages that are published: numbered, timed in UTC, once for all brokers."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from drivers.link_state import LinkState
from drivers.packets import DeviceInfo
from drivers.timing.clock_state import ClockState
from dsp.records import Attitude, Cue, PainReport, Record, Step, Threshold
from dsp.runner.triage import PainRule
from dsp.signals import NS_PER_S, Placement
from hub.flow.engine import SourceHealth
from hub.flow.facts import Asked, Mute
from hub.flow.run_so_far import RunSoFar
from hub.flow.session import Session
from hub.messages.delivery import for_others, marked_late
from hub.messages.incoming import Answer, Who
from hub.messages.lines import line_fields, seconds
from hub.messages.session_status import Question, ReplayStatus, SoundStatus
from hub.messages.topics import Topics
from hub.messages.wire import (
    AttitudeMessage,
    CueMessage,
    MetricsMessage,
    Post,
    Presence,
    ReplyMessage,
    SensorMessage,
    SensorState,
    SessionMessage,
    StatusMessage,
    StepMessage,
    ThresholdMessage,
    TrendMessage,
    utc,
)

ATTITUDE_SPACING_NS = 18_000_000
"""At most 55 points a second on the plot: finer than a braille dot."""
ATTITUDE_BATCH_NS = 100_000_000
STALE_S = 2.0
RATE_WINDOW = 6
"""Sensor rates are measured over this many frames, so over about five seconds."""

LAPSES_NS = 180 * NS_PER_S
"""A question whether something hurts waits so long (ours): a report after that is no answer: nobody else's business."""

_METRIC_FIELDS = frozenset(MetricsMessage.__struct_fields__)


@dataclass(frozen=True, slots=True)
class About:
    """What stays the same for a whole run.

    instance       tells this hub from another one with the same runner
    unix_zero_ns   Unix ns of `t_ns = 0`: the one place where wall time comes in
    t0_ns          second 0 of the session's axis
    earlier_runs   how many runs this one is compared with
    pain_rule      how much pain it may go on with
    """

    runner: str
    instance: str
    source: Literal["live", "replay", "demo"]
    unix_zero_ns: int
    t0_ns: int
    earlier_runs: int = 0
    pain_rule: PainRule = PainRule.TREK


class Telemetry:
    """Give it records, devices and link states; it gives posts back. Holds the latest of everything for the frames."""

    def __init__(self, about: About, session: Session) -> None:
        self.recording: str | None = None
        self.notice: str | None = None
        self.replay: Callable[[], ReplayStatus | None] = lambda: None
        self._sound: SoundStatus | None = None
        self._muted_by: Who | None = None
        self._question: Question | None = None
        self._asked_ns = 0
        self._about = about
        self._session = session
        self._topics = Topics(about.runner)
        self._seq: Counter[str] = Counter()
        self._run = RunSoFar()
        self._links: dict[str, LinkState] = {}
        self._made: dict[str, deque[tuple[int, int]]] = {}
        self._attitudes: list[Attitude] = []

    def device(self, info: DeviceInfo) -> None:
        """Remember a sensor that may send packets."""
        self._run.devices[info.device] = info

    def hear(self, status: SoundStatus) -> None:
        """Remember how sound is, for the next frame."""
        self._sound = status

    def note(self, fact: Mute | Asked) -> list[Post]:
        """Remember who muted the cues, or that somebody asked whether something hurts, and say so at once."""
        match fact:
            case Mute(muted=muted, by=by):
                self._muted_by = by if muted else None
            case Asked(t_ns=t_ns):
                self._question, self._asked_ns = Question(asked=self._utc(t_ns)), t_ns
        return [self.session(fact.t_ns)]

    @property
    def links(self) -> list[LinkState]:
        """How every sensor's link is now; empty in a replay."""
        return list(self._links.values())

    def link(self, state: LinkState, t_ns: int) -> list[Post]:
        """Remember how a sensor's link is, and say so at once."""
        self._links[state.device] = state
        return [self._sensor(state.device, t_ns)]

    def record(self, record: Record) -> list[Post]:
        """Say what a record means for the outside, at once."""
        if isinstance(record, Attitude):
            return self._attitude(record)
        self.pass_over(record)
        return self._event(record)

    def _event(self, record: Record) -> list[Post]:
        t_ns, topics = record.t_ns, self._topics
        match record:
            case Step():
                step = StepMessage(**self._stamp(topics.step, t_ns), **self._line(record))
                return [Post(topics.step, step)]
            case Cue():
                return [self._counted(topics.cue, CueMessage(t=self._utc(t_ns), seq=0, **self._line(record)))]
            case Threshold():
                threshold = ThresholdMessage(t=self._utc(t_ns), seq=0, **self._line(record))
                return [self._counted(topics.threshold, threshold)]
            case PainReport() if (question := self._open_question(t_ns)) is not None:
                self._question = msgspec.structs.replace(question, answered=self._utc(t_ns))
                return [self.session(t_ns)]
        return []

    def _open_question(self, t_ns: int) -> Question | None:
        """Give what waits for an answer; a question that nobody answered in time is forgotten."""
        if self._question is None or self._question.answered is not None:
            return None
        if t_ns - self._asked_ns > LAPSES_NS:
            self._question = None
        return self._question

    def pass_over(self, record: Record) -> None:
        """Take in a record on the way to where a replay goes: nobody is told."""
        self._run.take(record)

    def pass_second(self, t_ns: int) -> None:
        """Take in that a second has passed on the way to where a replay goes."""
        self._run.pass_second(t_ns)

    def so_far(self) -> list[Post]:
        """Say again, as late, the cues and states of thresholds that lie before the place a replay went to."""
        return [marked_late(post) for each in self._run.told() for post in self._event(each)]

    def saved(self) -> RunSoFar:
        """Give a copy of what depends on the place in a run."""
        return self._run.copied()

    def restore(self, run: RunSoFar) -> None:
        """Go on from what `saved` gave, as often as wanted."""
        self._run = run.copied()
        self._made.clear()
        self._attitudes.clear()

    def status(self, state: Presence, t_ns: int, seq: int) -> Post:
        """Say that this hub is there, or gone (also as last will); `seq` counts what one broker is told."""
        message = StatusMessage(t=self._utc(t_ns), seq=seq, state=state, instance=self._about.instance)
        return Post(self._topics.status, message)

    def session(self, t_ns: int, *, again: bool = False) -> Post:
        """Say where the run stands; `again`, to one broker only, it is not counted."""
        self._open_question(t_ns)
        session, about, topic = self._session, self._about, self._topics.session
        message = SessionMessage(
            **self._stamp(topic, t_ns, again=again),
            state=session.state,
            runner=about.runner,
            source=about.source,
            started=None if session.started_ns is None else self._utc(session.started_ns),
            elapsed_s=round(session.elapsed_s(t_ns), 1),
            steps=session.steps,
            recording=self.recording,
            notice=self.notice,
            earlier_runs=about.earlier_runs,
            thresholds=dict(self._run.states),
            sound=self._sound,
            replay=self.replay(),
            muted_by=self._muted_by,
            question=self._question,
            pain_rule=about.pain_rule,
        )
        return Post(topic, message)

    def placements(self) -> dict[str, Placement | None]:
        """Give where each sensor that is known sits, by device id."""
        return {
            **{device: link.placement for device, link in self._links.items()},
            **{device: info.placement for device, info in self._run.devices.items()},
        }

    def reply(self, answer: Answer, t_ns: int, seq: int) -> Post:
        """Answer an order; `seq` counts the answers on the broker that it came from."""
        return Post(self._topics.reply, ReplyMessage(t=self._utc(t_ns), seq=seq, **answer._asdict()))

    def hello(self, t_ns: int, *, again: bool = False) -> list[Post]:
        """Say what a broker keeps for who comes late, of a replay the trend only; `again`: to one broker."""
        return [self.session(t_ns, again=again), self._trend_post(t_ns, again=again)]

    def frames(self, t_ns: int, sources: Mapping[str, SourceHealth]) -> list[Post]:
        """Say the state of everything, once a second; `sources` by device id."""
        self._run.health = dict(sources)
        for device, health in sources.items():
            self._made.setdefault(device, deque(maxlen=RATE_WINDOW)).append((t_ns, health.quality.samples))
        sensors = [self._sensor(device, t_ns) for device in sorted({*self._run.devices, *self._links})]
        frame, minute_over = self._frame(t_ns)
        return [frame, self.session(t_ns), *sensors, *([self._trend_post(t_ns)] if minute_over else [])]

    def _frame(self, t_ns: int) -> tuple[Post, bool]:
        fresh, values = self._run.fresh(t_ns), self._run.values(t_ns)
        topic = self._topics.metrics
        known: dict[str, Any] = {name: value for name, value in values.items() if name in _METRIC_FIELDS}
        message = MetricsMessage(
            **self._stamp(topic, t_ns),
            t_s=seconds(t_ns, self._about.t0_ns),
            quality=round(min(metric.quality for metric in fresh.values()), 3) if fresh else None,
            extra={name: value for name, value in values.items() if name not in _METRIC_FIELDS},
            **known,
        )
        return Post(topic, message), self._run.pass_second(t_ns)

    def _trend_post(self, t_ns: int, *, again: bool = False) -> Post:
        trend, topic = self._run.trend, self._topics.trend
        said: dict[str, Any] = {**self._stamp(topic, t_ns, again=again), **trend.columns()}
        return Post(topic, TrendMessage(t0=self._utc(t_ns if trend.first_ns is None else trend.first_ns), **said))

    def _sensor(self, device: str, t_ns: int) -> Post:
        info, link, health = self._run.devices.get(device), self._links.get(device), self._run.health.get(device)
        known = info or link
        assert known is not None
        total = health.quality if health else None
        age_s = (
            max(0.0, round((t_ns - health.last_seen_ns) / NS_PER_S, 1))
            if health and health.last_seen_ns is not None
            else None
        )
        battery_pct = link.battery_pct if link else None
        details = [link.detail if link else "", health.detail if health else ""]
        topic = self._topics.sensor(device)
        message = SensorMessage(
            **self._stamp(topic, t_ns),
            device=device,
            placement=known.placement,
            name=known.name,
            profile=info.profile if info else link.profile if link else None,
            state=_state(link, age_s),
            battery_pct=health.battery_pct if battery_pct is None and health else battery_pct,
            packets=total.packets if total else 0,
            samples=total.samples if total else 0,
            lost=total.lost if total else 0,
            dropped=total.dropped if total else 0,
            rate_hz=self._rate_hz(device),
            last_seen_s=age_s,
            detail="; ".join(filter(None, details)) or None,
            **_clock_fields(health.clock if health else None),
        )
        return Post(topic, message)

    def _rate_hz(self, device: str) -> float | None:
        made = self._made.get(device)
        if not made or made[-1][0] <= made[0][0]:
            return None
        (first_ns, first), (last_ns, last) = made[0], made[-1]
        return round((last - first) * NS_PER_S / (last_ns - first_ns), 1)

    def _attitude(self, attitude: Attitude) -> list[Post]:
        batch = self._attitudes
        if batch and attitude.t_ns - batch[-1].t_ns < ATTITUDE_SPACING_NS:
            return []
        batch.append(attitude)
        span_ns = attitude.t_ns - batch[0].t_ns
        if span_ns < ATTITUDE_BATCH_NS:
            return []
        self._attitudes = []
        topic = self._topics.attitude
        message = AttitudeMessage(
            **self._stamp(topic, attitude.t_ns),
            t0_s=seconds(batch[0].t_ns, self._about.t0_ns),
            dt_s=round(span_ns / (len(batch) - 1) / NS_PER_S, 6),
            obliquity_deg=[None if each.obliquity_deg is None else round(each.obliquity_deg, 2) for each in batch],
        )
        return [Post(topic, message)]

    def _line(self, record: Record) -> dict[str, Any]:
        return line_fields(record, self._about.t0_ns)

    def _counted(self, topic: str, message: CueMessage | ThresholdMessage) -> Post:
        """Number what others get too: a gap would tell them that there was something of which they are told nothing."""
        if for_others(message) is None:
            return Post(topic, message)
        self._seq[topic] += 1
        return Post(topic, msgspec.structs.replace(message, seq=self._seq[topic]))

    def _stamp(self, topic: str, t_ns: int, *, again: bool = False) -> dict[str, Any]:
        """Time and number; what one broker is told again has the number of what all were told last."""
        self._seq[topic] += not again or not self._seq[topic]
        return {"t": self._utc(t_ns), "seq": self._seq[topic]}

    def _utc(self, t_ns: int) -> str:
        return utc(self._about.unix_zero_ns + t_ns)


def _clock_fields(clock: ClockState | None) -> dict[str, Any]:
    if clock is None:
        return {}
    align_ms = None if clock.uncertainty_s is None else round(clock.uncertainty_s * 1e3, 2)
    return {"clock": clock.kind, "drift_ppm": round(clock.drift_ppm, 1), "align_ms": align_ms}


def _state(link: LinkState | None, age_s: float | None) -> SensorState:
    if link is not None:
        return link.state
    if age_s is None:
        return "searching"  # a replay whose first packet of this sensor is still to come
    return "lost" if age_s > STALE_S else "streaming"
