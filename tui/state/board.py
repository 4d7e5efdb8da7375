"""The state of one run: the newest of everything the hub published. Messages update it, painting reads it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from dsp.records import Side, ThresholdState
from dsp.signals import Placement
from dsp.thresholds.drift import EARLIER_ONLY, FEWEST_RUNS, DriftParams
from hub.client import Item, LinkChange
from hub.messages.lines import MetricLine
from hub.messages.session_status import ReplayStatus
from hub.messages.wire import (
    AttitudeMessage,
    CueMessage,
    Message,
    MetricsMessage,
    SensorMessage,
    SessionMessage,
    StatusMessage,
    StepMessage,
    ThresholdMessage,
    metric_field,
)
from tui.state.drops import Drops
from tui.state.recent_cues import RecentCues

PLOT_WINDOW_S = 10.0
FRESH_S = 3.0
"""A number that has not been confirmed for this long is shown as stale: metrics come once a second."""
FORGET_S = 15.0
"""After this long without confirmation the number itself is removed."""
RATE_OVER_S = 5.0
WARM_S = DriftParams().baseline_to_s
"""Shortest running time after which a run's own usual can be known."""
_NARROWED = 0.5 * (1.0 + 1.0 / EARLIER_ONLY)
"""A limit below this fraction of its widest belongs to a run whose own usual is known."""
_BASELINE, _LIMIT = "_baseline_", "_bound_"

_ORDER = (*Placement, None)
_RANK = (
    ThresholdState.CLEAR,
    ThresholdState.WATCH,
    ThresholdState.NEAR,
    ThresholdState.REACHED,
    ThresholdState.REPORTED,
)


@dataclass(frozen=True, slots=True)
class Held:
    """A value and when it was last confirmed, in seconds of the dashboard's clock."""

    value: float
    at_s: float


@dataclass(slots=True)
class Sensor:
    """One sensor: its newest message, and its latest packet totals to compute a rate from.

    at_s            when the message arrived, on the dashboard's clock
    detail_since_s  since when it has had its present `detail`
    """

    message: SensorMessage
    at_s: float
    detail_since_s: float
    totals: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=32))

    @property
    def is_used(self) -> bool:
        """Whether it is used: one without a placement, and a spare of one in use, are not."""
        return self.message.placement is not None

    @property
    def is_in_trouble(self) -> bool:
        """Whether numbers are missing because of it."""
        return self.is_used and self.message.state in ("lost", "failed", "stale")

    @property
    def packets_per_s(self) -> float | None:
        """Packets per second over about the last `RATE_OVER_S`; None before two totals are known."""
        recent = [each for each in self.totals if each[0] >= self.at_s - RATE_OVER_S]
        if len(recent) < 2:
            recent = list(self.totals)[-2:]
        if not recent:
            return None
        (t0_s, before), (t1_s, now) = recent[0], recent[-1]
        return max(0, now - before) / (t1_s - t0_s) if t1_s > t0_s else None


@dataclass(slots=True)
class Link:
    """State of the connection to the hub's broker.

    retry_at_s  when the next attempt is due, on the dashboard's clock
    broken      why the dashboard's own reader failed; such a bug must be visible
    """

    up: bool = False
    ever_up: bool = False
    reason: str = ""
    retry_at_s: float | None = None
    broken: str | None = None


class Board:
    """The newest state of one run. Bounded: one slot per item, whatever the message rate.

    reported  what the runner reported after the last run, for the banner before this one
    """

    def __init__(self, reported: str = "") -> None:
        self.reported = reported
        self.link = Link()
        self.clear()

    def clear(self) -> None:
        """Forget the run; keep the state of the link."""
        self.instance: str | None = None
        self.hub_online: bool | None = None
        self.session: SessionMessage | None = None
        self.sensors: dict[str, Sensor] = {}
        self._forget()

    def _forget(self) -> None:
        """Forget measurements and cues; keep the sensors."""
        for sensor in self.sensors.values():
            sensor.totals.clear()
        self.held: dict[str, Held] = {}
        self._widest: dict[str, float] = {}  # the widest limits of this run so far
        self.thresholds: dict[tuple[str, Side | None], ThresholdMessage] = {}
        self.recent_cues = RecentCues()
        self.drops = Drops(PLOT_WINDOW_S)
        self.attitude_at_s = 0.0
        self.run_at = (0.0, 0.0)  # time of the run, and when it was received

    def apply(self, item: Item, now_s: float) -> None:
        """Take in one item of the feed."""
        if isinstance(item, LinkChange):
            self._link(item, now_s)
        else:
            self._message(item.message, now_s)

    def _link(self, change: LinkChange, now_s: float) -> None:
        self.link.up = change.up
        self.link.ever_up |= change.up
        self.link.reason = change.reason
        self.link.retry_at_s = None if change.up else now_s + change.retry_s

    def _message(self, message: Message, now_s: float) -> None:
        match message:
            case AttitudeMessage():
                self.drops.attitude(message)
                self.attitude_at_s = now_s
            case MetricsMessage():
                self._metrics(message, now_s)
            case SensorMessage():
                self._sensor(message, now_s)
            case StepMessage(late=True) if self.replay is not None:
                self.drops.step(message)
            case CueMessage(late=True) if self.replay is not None:
                self._cue(message, now_s)  # from before the place the replay jumped to, so part of its state
            case SessionMessage(late=True) | CueMessage(late=True) | StepMessage(late=True):
                pass  # delivered after a broker outage: not the present state
            case StepMessage():
                self.drops.step(message)
            case SessionMessage():
                self._session(message)
            case ThresholdMessage():
                self.thresholds[message.detector, message.side] = message
            case CueMessage():
                self._cue(message, now_s)
            case StatusMessage():
                self._status(message)
            case _:
                pass  # commands and pain reports are not shown

    def _session(self, message: SessionMessage) -> None:
        before, now = self.replay, message.replay
        if before is not None and now is not None and before.seeks != now.seeks:
            self._forget()  # the replay has jumped: nothing on the screen belongs to the new place
        elif before is not None and now is not None:
            self.recent_cues.advance_replay(before, now)
        self.session = message

    def _cue(self, cue: CueMessage, now_s: float) -> None:
        replayed = self.replay is not None
        self.recent_cues.add(cue, now_s, cue.t_s if replayed else self.elapsed_s, replayed=replayed)

    def _status(self, message: StatusMessage) -> None:
        if message.state == "online" and self.instance not in (None, message.instance):
            self.clear()
        self.instance = message.instance
        self.hub_online = message.state == "online"

    def _metrics(self, message: MetricsMessage, now_s: float) -> None:
        for key in message.__struct_fields__:
            value = getattr(message, key)
            if isinstance(value, int | float) and key not in ("seq", "schema", "t_s"):
                self.held[key] = Held(float(value), now_s)
        self.held |= {key: Held(value, now_s) for key, value in message.extra.items()}
        for key, value in message.extra.items():
            if _LIMIT in key:
                self._widest[key] = max(value, self._widest.get(key, 0.0))
        if self.replay is None:
            self.run_at = (message.t_s, now_s)
            self.recent_cues.correct_age(message.t_s, now_s)

    def _sensor(self, message: SensorMessage, now_s: float) -> None:
        sensor = self.sensors.setdefault(message.device, Sensor(message, now_s, now_s))
        if message.detail != sensor.message.detail:
            sensor.detail_since_s = now_s
        sensor.message, sensor.at_s = message, now_s
        sensor.totals.append((now_s, message.packets))

    def reading(self, key: str, now_s: float) -> tuple[float | None, float | None]:
        """Return (value, age in s): the age only when stale, no value when it is too old to show."""
        held = self.held.get(key)
        if held is None:
            return None, None
        age_s = now_s - held.at_s
        if age_s < FRESH_S or self.is_over:
            return held.value, None
        return (held.value if age_s < FORGET_S else None), age_s

    def usual_drop_deg(self, side: Side, now_s: float) -> float | None:
        """Return the usual drop when landing on this leg; None while unknown."""
        return self.reading(metric_field("drop_excursion_baseline_deg", side), now_s)[0]

    def drop_limit_deg(self, side: Side, now_s: float) -> float | None:
        """Return the drop beyond which a change counts; None while unknown."""
        usual_deg = self.usual_drop_deg(side, now_s)
        bound_deg = self.reading(metric_field("drop_excursion_bound_deg", side), now_s)[0]
        return None if usual_deg is None or bound_deg is None else usual_deg + bound_deg

    def target(self, now_s: float, key: str) -> float | None:
        """Return the target held under `key`; None after a stop cue, when there is none."""
        return None if self.stop is not None else self.reading(key, now_s)[0]

    @property
    def is_over(self) -> bool:
        """Whether the run has ended: the last values stay, nothing goes stale."""
        return self.session is not None and self.session.state == "ended"

    @property
    def replay(self) -> ReplayStatus | None:
        """Status of the replay; None in a live run."""
        return None if self.session is None else self.session.replay

    @property
    def is_replay(self) -> bool:
        """Whether what is shown was recorded, so that nobody can act on it."""
        return self.session is not None and self.session.source == "replay"

    @property
    def cue(self) -> CueMessage | None:
        """The newest cue."""
        return self.recent_cues.newest

    @property
    def cue_at_s(self) -> float:
        """When the newest cue arrived, on the dashboard's clock."""
        return self.recent_cues.at_s

    @property
    def cues(self) -> int:
        """How many cues there were."""
        return self.recent_cues.count

    @property
    def cue_history(self) -> Sequence[tuple[float, CueMessage]]:
        """The last cues, oldest first, each with its running time (in a replay: its `t_s`)."""
        return self.recent_cues.history

    def cue_age_s(self, cue: CueMessage, at_s: float, now_s: float) -> float:
        """Return the age of a cue that arrived at `at_s`; in a replay by recording time, which stops when paused."""
        return now_s - at_s if self.replay is None else max(0.0, self.replay.position_s - cue.t_s)

    @property
    def stop(self) -> CueMessage | None:
        """The stop cue in force, as the hub's session has it, so that a dashboard that joins late shows it too."""
        stop = None if self.session is None else self.session.stop
        if stop is None:
            return None
        received = (cue for _, cue in self.recent_cues.history if (cue.t_s, cue.rule) == (stop.t_s, stop.rule))
        without_reason = CueMessage(
            t=stop.t, seq=0, t_s=stop.t_s, rule=stop.rule, severity=stop.severity, text=stop.text, side=None, because=()
        )
        return next(received, without_reason)

    def age_s(self, t_s: float, now_s: float) -> float:
        """Return how long ago `t_s` of the run was, by the run's own time; 0 while that is unknown."""
        if self.replay is not None:
            return max(0.0, self.replay.position_s - t_s)
        run_s, at_s = self.run_at
        return max(0.0, run_s + now_s - at_s - t_s)

    @property
    def muted(self) -> bool:
        """Whether cues are muted, according to the hub."""
        return self.session is not None and self.session.muted_by is not None

    @property
    def is_halted(self) -> bool:
        """Whether a replay is not playing, so that the picture does not move."""
        return self.replay is not None and self.replay.state != "playing"

    @property
    def elapsed_s(self) -> float:
        """Running time without pauses, as last published by the hub."""
        return self.session.elapsed_s if self.session is not None else 0.0

    @property
    def sensor_list(self) -> list[Sensor]:
        """Sensors from the pelvis outwards, always in the same order."""
        return sorted(
            self.sensors.values(), key=lambda each: (_ORDER.index(each.message.placement), each.message.device)
        )

    @property
    def flagged(self) -> frozenset[str]:
        """Metrics fields that are evidence of a threshold that is near or reached."""
        pressing = [each for each in self.thresholds.values() if _RANK.index(each.state) >= 2]
        lines = [line for each in pressing for line in each.because if isinstance(line, MetricLine)]
        return frozenset(metric_field(line.key, line.side) for line in lines)

    @property
    def unexplained_threshold(self) -> tuple[str, ThresholdState] | None:
        """Name and state of the worst detector in the session, if no message received explains a state that bad.

        That is so for a dashboard that joined late, and where the message is not for its eyes.
        """
        states = self.session.thresholds if self.session is not None else {}
        name, state = max(states.items(), key=lambda each: _RANK.index(each[1]), default=("", ThresholdState.CLEAR))
        worst = self.worst_threshold
        explained = ThresholdState.CLEAR if worst is None else worst.state
        return (name, state) if _RANK.index(state) > _RANK.index(explained) else None

    @property
    def is_warm(self) -> bool:
        """Whether the first minutes, which define today's usual, are over, judged by running time or by the limits."""
        session = self.session
        if session is None:
            return False
        return session.state == "ended" or session.elapsed_s >= WARM_S or self._own_usual(session.earlier_runs)

    def _own_usual(self, earlier_runs: int) -> bool:
        """Return whether the usual includes this run: limits have narrowed, or earlier runs alone are too few."""
        if earlier_runs < FEWEST_RUNS and any(_BASELINE in key for key in self.held):
            return True
        return any(self.held[key].value < _NARROWED * widest for key, widest in self._widest.items())

    @property
    def worst_threshold(self) -> ThresholdMessage | None:
        """The detector in the worst state; among equals, the one that changed last."""
        return max(self.thresholds.values(), key=lambda each: (_RANK.index(each.state), each.t_s), default=None)
