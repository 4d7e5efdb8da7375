"""What is known now: the newest of everything the hub said. Messages collapse here, painting reads from here."""

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
from tui.state.said import Said

PLOT_WINDOW_S = 10.0
FRESH_S = 3.0
"""A number that has not been confirmed for this long is shown as stale: metrics come once a second."""
FORGET_S = 15.0
"""After this long the number itself is withdrawn."""
RATE_OVER_S = 5.0
WARM_S = DriftParams().baseline_to_s
"""Running time until a run's own usual is known, at the soonest."""
_NARROWED = 0.5 * (1.0 + 1.0 / EARLIER_ONLY)
"""A limit below this part of its widest is one of a run whose own usual is known."""
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
    """A value and when it was last confirmed, seconds of the dashboard's clock."""

    value: float
    at_s: float


@dataclass(slots=True)
class Sensor:
    """One sensor: its newest message, and packet totals of the last seconds for a rate.

    told_s  since when its message says what it does beside the numbers
    """

    message: SensorMessage
    at_s: float
    told_s: float
    totals: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=32))

    @property
    def is_used(self) -> bool:
        """Whether it plays a part: one without a place, and a spare of one that is used, do not."""
        return self.message.placement is not None

    @property
    def is_in_trouble(self) -> bool:
        """Whether numbers are missing because of it."""
        return self.is_used and self.message.state in ("lost", "failed", "stale")

    @property
    def packets_per_s(self) -> float | None:
        """Packets a second over about the last `RATE_OVER_S`, None before two totals are known."""
        recent = [each for each in self.totals if each[0] >= self.at_s - RATE_OVER_S]
        if len(recent) < 2:
            recent = list(self.totals)[-2:]
        if not recent:
            return None
        (t0_s, before), (t1_s, now) = recent[0], recent[-1]
        return max(0, now - before) / (t1_s - t0_s) if t1_s > t0_s else None


@dataclass(slots=True)
class Link:
    """The connection to the hub's broker; `retry_at_s` on the dashboard's clock."""

    up: bool = False
    ever_up: bool = False
    reason: str = ""
    retry_at_s: float | None = None
    broken: str | None = None  # the dashboard's own reader failed: a bug, said aloud


class Board:
    """Bounded: one slot per thing, whatever the rate of messages. `reported`: what the runner reported last time."""

    def __init__(self, reported: str = "") -> None:
        self.reported = reported
        self.link = Link()
        self.clear()

    def clear(self) -> None:
        """Forget the run; the link stays."""
        self.instance: str | None = None
        self.hub_online: bool | None = None
        self.session: SessionMessage | None = None
        self.sensors: dict[str, Sensor] = {}
        self._forget()

    def _forget(self) -> None:
        """Forget what was measured and said; the sensors are the same."""
        for sensor in self.sensors.values():
            sensor.totals.clear()
        self.held: dict[str, Held] = {}
        self._widest: dict[str, float] = {}  # limits of this run so far
        self.thresholds: dict[tuple[str, Side | None], ThresholdMessage] = {}
        self.said = Said()
        self.drops = Drops(PLOT_WINDOW_S)
        self.attitude_at_s = 0.0
        self.run_at = (0.0, 0.0)  # the run's own time, and when that was told

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
                self._hear(message, now_s)  # told before the place that the replay went to: it stands there
            case SessionMessage(late=True) | CueMessage(late=True) | StepMessage(late=True):
                pass  # it was then, while a broker was away: no state of now, no banner
            case StepMessage():
                self.drops.step(message)
            case SessionMessage():
                self._session(message)
            case ThresholdMessage():
                self.thresholds[message.detector, message.side] = message
            case CueMessage():
                self._hear(message, now_s)
            case StatusMessage():
                self._status(message)
            case _:
                pass  # commands and pain reports are not shown

    def _session(self, message: SessionMessage) -> None:
        before, now = self.replay, message.replay
        if before is not None and now is not None and before.seeks != now.seeks:
            self._forget()  # the replay has gone elsewhere: nothing on the screen is of that place
        elif before is not None and now is not None:
            self.said.played(before, now)
        self.session = message

    def _hear(self, cue: CueMessage, now_s: float) -> None:
        replayed = self.replay is not None
        self.said.add(cue, now_s, cue.t_s if replayed else self.elapsed_s, replayed=replayed)

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
            self.said.run_says(message.t_s, now_s)

    def _sensor(self, message: SensorMessage, now_s: float) -> None:
        sensor = self.sensors.setdefault(message.device, Sensor(message, now_s, now_s))
        if message.detail != sensor.message.detail:
            sensor.told_s = now_s
        sensor.message, sensor.at_s = message, now_s
        sensor.totals.append((now_s, message.packets))

    def reading(self, key: str, now_s: float) -> tuple[float | None, float | None]:
        """Give (value, age): the age only when stale, the value not when it is too old to be shown."""
        held = self.held.get(key)
        if held is None:
            return None, None
        age_s = now_s - held.at_s
        if age_s < FRESH_S or self.is_over:
            return held.value, None
        return (held.value if age_s < FORGET_S else None), age_s

    def usual_drop_deg(self, side: Side, now_s: float) -> float | None:
        """The drop of this leg's landings that is compared with; None: not known yet."""
        return self.reading(metric_field("drop_excursion_baseline_deg", side), now_s)[0]

    def drop_limit_deg(self, side: Side, now_s: float) -> float | None:
        """The drop beyond which it counts; None: not known yet."""
        usual_deg = self.usual_drop_deg(side, now_s)
        bound_deg = self.reading(metric_field("drop_excursion_bound_deg", side), now_s)[0]
        return None if usual_deg is None or bound_deg is None else usual_deg + bound_deg

    def aim(self, now_s: float, key: str) -> float | None:
        """What to aim at; who was told to stop for today is told no aim."""
        return None if self.stop is not None else self.reading(key, now_s)[0]

    @property
    def is_over(self) -> bool:
        """The run has ended: last values stay, nothing goes stale."""
        return self.session is not None and self.session.state == "ended"

    @property
    def replay(self) -> ReplayStatus | None:
        """Where the replay is; None in a live run."""
        return None if self.session is None else self.session.replay

    @property
    def is_replay(self) -> bool:
        """Whether what is shown was recorded: who looks on can do nothing about it."""
        return self.session is not None and self.session.source == "replay"

    @property
    def cue(self) -> CueMessage | None:
        """The newest cue."""
        return self.said.newest

    @property
    def cue_at_s(self) -> float:
        """When it came."""
        return self.said.at_s

    @property
    def cues(self) -> int:
        """How many there were."""
        return self.said.count

    @property
    def cue_history(self) -> Sequence[tuple[float, CueMessage]]:
        """The last ones, each with running time (replay: `t_s`)."""
        return self.said.history

    def cue_age_s(self, cue: CueMessage, at_s: float, now_s: float) -> float:
        """How old a cue is that came at `at_s`; in a replay by the time of the run, which stands still when paused."""
        return now_s - at_s if self.replay is None else max(0.0, self.replay.position_s - cue.t_s)

    @property
    def stop(self) -> CueMessage | None:
        """What told the runner to stop or walk and was not taken back, as the hub has it: also for who comes late."""
        told = None if self.session is None else self.session.stop
        if told is None:
            return None
        heard = (cue for _, cue in self.said.history if (cue.t_s, cue.rule) == (told.t_s, told.rule))
        alone = CueMessage(
            t=told.t, seq=0, t_s=told.t_s, rule=told.rule, severity=told.severity, text=told.text, side=None, because=()
        )
        return next(heard, alone)

    def age_s(self, t_s: float, now_s: float) -> float:
        """How long ago something of the run was, by the run's own time; 0 while that is not known."""
        if self.replay is not None:
            return max(0.0, self.replay.position_s - t_s)
        run_s, at_s = self.run_at
        return max(0.0, run_s + now_s - at_s - t_s)

    @property
    def muted(self) -> bool:
        """Whether the hub says that cues are."""
        return self.session is not None and self.session.muted_by is not None

    @property
    def stands_still(self) -> bool:
        """Tell whether a replay is held: what is shown stays as it is."""
        return self.replay is not None and self.replay.state != "playing"

    @property
    def elapsed_s(self) -> float:
        """Running time as last told; the hub counts it, pauses left out."""
        return self.session.elapsed_s if self.session is not None else 0.0

    @property
    def sensor_list(self) -> list[Sensor]:
        """Sensors from the pelvis outwards, always in the same order."""
        return sorted(
            self.sensors.values(), key=lambda each: (_ORDER.index(each.message.placement), each.message.device)
        )

    @property
    def flagged(self) -> frozenset[str]:
        """Fields of the metrics whose values stand behind a threshold that is near or reached."""
        pressing = [each for each in self.thresholds.values() if _RANK.index(each.state) >= 2]
        lines = [line for each in pressing for line in each.because if isinstance(line, MetricLine)]
        return frozenset(metric_field(line.key, line.side) for line in lines)

    @property
    def bare_threshold(self) -> tuple[str, ThresholdState] | None:
        """The worst detector that the session tells of, where no message explains it: joined late, or not for us."""
        told = self.session.thresholds if self.session is not None else {}
        name, state = max(told.items(), key=lambda each: _RANK.index(each[1]), default=("", ThresholdState.CLEAR))
        heard = self.worst_threshold
        known = ThresholdState.CLEAR if heard is None else heard.state
        return (name, state) if _RANK.index(state) > _RANK.index(known) else None

    @property
    def is_warm(self) -> bool:
        """Whether the first minutes of a run, which say what is usual today, are over: its limits tell, or its time."""
        session = self.session
        if session is None:
            return False
        return session.state == "ended" or session.elapsed_s >= WARM_S or self._own_usual(session.earlier_runs)

    def _own_usual(self, earlier_runs: int) -> bool:
        """Whether what is compared with has this run in it, as narrower limits tell; few runs alone are no usual."""
        if earlier_runs < FEWEST_RUNS and any(_BASELINE in key for key in self.held):
            return True
        return any(self.held[key].value < _NARROWED * widest for key, widest in self._widest.items())

    @property
    def worst_threshold(self) -> ThresholdMessage | None:
        """The detector nearest to its threshold; of equals the one that changed last."""
        return max(self.thresholds.values(), key=lambda each: (_RANK.index(each.state), each.t_s), default=None)
