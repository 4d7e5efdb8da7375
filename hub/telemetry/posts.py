"""Turning records into messages to publish, once for all brokers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from drivers.link_state import LinkState
from drivers.packets import DeviceInfo
from dsp.records import Attitude, Cue, Mark, PainReport, Record, Step, Threshold
from dsp.runner.triage import triage
from dsp.signals import NS_PER_S, Placement
from hub.flow.engine import SourceHealth
from hub.flow.facts import Asked, Mute
from hub.flow.run_so_far import RunSoFar
from hub.flow.session import Session
from hub.messages.delivery import marked_late
from hub.messages.incoming import Answer, Who
from hub.messages.session_status import Question, ReplayStatus, SoundStatus, StopInstruction
from hub.messages.wire import (
    CueMessage,
    MarkMessage,
    MetricsMessage,
    Post,
    Presence,
    ReplyMessage,
    SessionMessage,
    StatusMessage,
    StepMessage,
    ThresholdMessage,
    TrendMessage,
)
from hub.telemetry.attitudes import Attitudes
from hub.telemetry.message_headers import MessageHeaders
from hub.telemetry.run_info import RunInfo
from hub.telemetry.sensors import Sensors

QUESTION_OPEN_NS = 180 * NS_PER_S
"""How long a question whether anything hurts stays open (our choice); a later report is private and no answer."""

_METRIC_FIELDS = frozenset(MetricsMessage.__struct_fields__)


class Telemetry:
    """Converts records, devices and link states to posts; holds the latest of everything for the frames.

    replay  returns the position of a replay; None: this run is none
    """

    def __init__(
        self, info: RunInfo, session: Session, *, replay: Callable[[], ReplayStatus | None] | None = None
    ) -> None:
        self.recording: str | None = None
        self.recording_ok: bool | None = None
        self.notice: str | None = None
        self._sound: SoundStatus | None = None
        self._muted_by: Who | None = None
        self._question: Question | None = None
        self._asked_ns = 0
        self._run_info = info
        self._session = session
        self._replay = replay
        self._headers = MessageHeaders(info)
        self._topics = self._headers.topics
        self._run = RunSoFar()
        self._sensors = Sensors(self._headers)
        self._attitudes = Attitudes(self._headers)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The latest marks, oldest first."""
        return tuple(self._run.marks)

    @property
    def pains(self) -> tuple[PainReport, ...]:
        """The latest pain reports and withdrawals, oldest first; for the runner's own terminal only."""
        return tuple(self._run.pains)

    def device(self, info: DeviceInfo) -> None:
        """Note a sensor that may send packets."""
        self._run.devices[info.device] = info

    def note_sound(self, status: SoundStatus) -> None:
        """Note the state of sound, for the next frame."""
        self._sound = status

    def note(self, fact: Mute | Asked) -> list[Post]:
        """Note who muted the cues, or that someone asked whether anything hurts; return the updated session."""
        match fact:
            case Mute(muted=muted, by=by):
                self._muted_by = by if muted else None
            case Asked(t_ns=t_ns):
                self._question, self._asked_ns = Question(asked=self._headers.utc(t_ns)), t_ns
        return [self.session(fact.t_ns)]

    def streaming(self, t_ns: int) -> set[Placement | None]:
        """Return the placements of the sensors that are streaming; None for one whose placement is unknown."""
        where = self.placements()
        return {where[each] for each in where if self._sensors.state(each, t_ns, self._run.health) == "streaming"}

    def link(self, state: LinkState, t_ns: int) -> list[Post]:
        """Note a sensor's link state; return the updated sensor message."""
        self._sensors.links[state.device] = state
        return [self._sensor(state.device, t_ns)]

    def record(self, record: Record) -> list[Post]:
        """Process a record; return the messages to publish at once."""
        if isinstance(record, Attitude):
            return self._attitudes.update(record)
        self.pass_over(record)
        return self._event(record)

    def _event(self, record: Record) -> list[Post]:
        t_ns, topics = record.t_ns, self._topics
        match record:
            case Step():
                step = StepMessage(**self._headers.stamp(topics.step, t_ns), **self._headers.line(record))
                return [Post(topics.step, step)]
            case Cue():
                cue = CueMessage(t=self._headers.utc(t_ns), seq=0, **self._headers.line(record))
                return [self._headers.counted(topics.cue, cue)]
            case Threshold():
                threshold = ThresholdMessage(t=self._headers.utc(t_ns), seq=0, **self._headers.line(record))
                return [self._headers.counted(topics.threshold, threshold)]
            case Mark():
                mark = MarkMessage(t=self._headers.utc(t_ns), seq=0, **self._headers.line(record))
                return [self._headers.counted(topics.mark, mark)]
            case PainReport() if (question := self._open_question(t_ns)) is not None:
                self._question = msgspec.structs.replace(question, answered=self._headers.utc(t_ns))
                return [self.session(t_ns)]
        return []

    def _open_question(self, t_ns: int) -> Question | None:
        """Return the question that waits for an answer, forgetting one that has expired."""
        if self._question is None or self._question.answered is not None:
            return None
        if t_ns - self._asked_ns > QUESTION_OPEN_NS:
            self._question = None
        return self._question

    def pass_over(self, record: Record) -> None:
        """Process a record on the way to the target of a seek, without publishing anything."""
        self._run.take(record)

    def pass_second(self, t_ns: int) -> None:
        """Advance the trend by a second on the way to the target of a seek."""
        self._run.pass_second(t_ns)

    def so_far(self) -> list[Post]:
        """Return the latest cues and threshold states before the position a replay went to, marked late."""
        return [marked_late(post) for each in self._run.news() for post in self._event(each)]

    def saved(self) -> RunSoFar:
        """Return a copy of all state that depends on the position in the run."""
        return self._run.copied()

    def restore(self, run: RunSoFar) -> None:
        """Continue from the result of `saved`, which can be reused."""
        self._run = run.copied()
        self._sensors.forget()
        self._attitudes.forget()

    def status(self, state: Presence, t_ns: int, seq: int) -> Post:
        """Return the status of this hub (also used as its Last Will); `seq` counts the statuses on one broker."""
        message = StatusMessage(t=self._headers.utc(t_ns), seq=seq, state=state, instance=self._run_info.instance)
        return Post(self._topics.status, message)

    def session(self, t_ns: int, *, again: bool = False) -> Post:
        """Return the state of the run; `again`: repeated to one broker, so not counted."""
        self._open_question(t_ns)
        session, info, topic = self._session, self._run_info, self._topics.session
        message = SessionMessage(
            **self._headers.stamp(topic, t_ns, again=again),
            state=session.state,
            runner=info.runner,
            source=info.source,
            started=None if session.started_ns is None else self._headers.utc(session.started_ns),
            elapsed_s=round(session.elapsed_s(t_ns), 1),
            steps=session.steps,
            recording=self.recording,
            recording_ok=self.recording_ok,
            notice=self.notice,
            earlier_runs=info.earlier_runs,
            thresholds=dict(self._run.states),
            sound=self._sound,
            replay=None if self._replay is None else self._replay(),
            muted_by=self._muted_by,
            question=self._question,
            stop=self._stop(),
            pain_rule=info.pain_rule,
            shares_onset=info.shares_onset,
        )
        return Post(topic, message)

    def _stop(self) -> StopInstruction | None:
        """Return the latest stop in force: what to do, without what was reported, as a broker retains the session."""
        if not self._run.stops:
            return None
        cue = self._run.stops[-1]
        report = next((each for each in cue.because if isinstance(each, PainReport)), None)
        text = cue.text if report is None else triage(report, self._run_info.pain_rule).act
        t, t_s = self._headers.utc(cue.t_ns), self._headers.t_s(cue.t_ns)
        return StopInstruction(t=t, t_s=t_s, rule=cue.rule, severity=cue.severity, text=text)

    def placements(self) -> dict[str, Placement | None]:
        """Return the placement of every known sensor, by device id."""
        return {
            **{device: link.placement for device, link in self._sensors.links.items()},
            **{device: info.placement for device, info in self._run.devices.items()},
        }

    def reply(self, answer: Answer, t_ns: int, seq: int) -> Post:
        """Return the reply to an order; `seq` counts the replies on the broker that it came from."""
        return Post(self._topics.reply, ReplyMessage(t=self._headers.utc(t_ns), seq=seq, **answer._asdict()))

    def hello(self, t_ns: int, *, again: bool = False) -> list[Post]:
        """Return session and trend, which a broker retains (of a replay the trend only); `again`: repeated to one."""
        return [self.session(t_ns, again=again), self._trend_post(t_ns, again=again)]

    def frames(self, t_ns: int, sources: Mapping[str, SourceHealth]) -> list[Post]:
        """Return the state of everything, to be called once a second; `sources` by device id."""
        self._run.health = dict(sources)
        self._sensors.count(t_ns, sources)
        sensors = [self._sensor(device, t_ns) for device in sorted({*self._run.devices, *self._sensors.links})]
        frame, minute_over = self._frame(t_ns)
        return [frame, self.session(t_ns), *sensors, *([self._trend_post(t_ns)] if minute_over else [])]

    def _frame(self, t_ns: int) -> tuple[Post, bool]:
        fresh, values = self._run.fresh(t_ns), self._run.values(t_ns)
        topic = self._topics.metrics
        named: dict[str, Any] = {name: value for name, value in values.items() if name in _METRIC_FIELDS}
        message = MetricsMessage(
            **self._headers.stamp(topic, t_ns),
            t_s=self._headers.t_s(t_ns),
            quality=round(min(metric.quality for metric in fresh.values()), 3) if fresh else None,
            extra={name: value for name, value in values.items() if name not in _METRIC_FIELDS},
            **named,
        )
        return Post(topic, message), self._run.pass_second(t_ns)

    def _trend_post(self, t_ns: int, *, again: bool = False) -> Post:
        trend, topic = self._run.trend, self._topics.trend
        fields: dict[str, Any] = {**self._headers.stamp(topic, t_ns, again=again), **trend.columns()}
        return Post(
            topic, TrendMessage(t0=self._headers.utc(t_ns if trend.first_ns is None else trend.first_ns), **fields)
        )

    def _sensor(self, device: str, t_ns: int) -> Post:
        return self._sensors.post(device, t_ns, self._run.devices.get(device), self._run.health.get(device))
