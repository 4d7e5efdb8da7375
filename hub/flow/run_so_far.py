"""The accumulated state of a run at one point: shown to watchers who join there, restored when a replay goes back."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from drivers.packets import DeviceInfo
from dsp.cues import pain_noted
from dsp.records import Cue, Mark, Metric, PainReport, Record, Severity, Side, Threshold, ThresholdState
from dsp.signals import NS_PER_S
from hub.flow.engine import SourceHealth
from hub.flow.session import FRESH_S, RUNNING_KEY
from hub.flow.trend import Trend
from hub.messages.wire import metric_field

CUES_KEPT = 20
"""The newest cues: as many as a dashboard lists."""
MARKS_KEPT = 100
"""The newest marks: more are never looked up."""
PAINS_KEPT = 100
STOPS_KEPT = 20


@dataclass(slots=True)
class RunSoFar:
    """What the records up to now amount to; `copied` returns a snapshot.

    metrics  latest metric by its field name in a `metrics` message
    devices  the sensors that may send packets, by id
    health   health of each sensor at the last frame
    states   detector (and side) -> current state; without those that are clear, `reached` at most
    changed  latest change of each detector
    cues     the newest cues, oldest first
    stops    the newest cues that end the run and were not withdrawn, oldest first
    marks    the newest marks, oldest first
    pains    the newest pain reports and withdrawals, oldest first; for the runner only
    trend    one-minute medians
    """

    metrics: dict[str, Metric] = field(default_factory=dict)
    devices: dict[str, DeviceInfo] = field(default_factory=dict)
    health: dict[str, SourceHealth] = field(default_factory=dict)
    states: dict[str, ThresholdState] = field(default_factory=dict)
    changed: dict[tuple[str, Side | None], Threshold] = field(default_factory=dict)
    cues: deque[Cue] = field(default_factory=lambda: deque(maxlen=CUES_KEPT))
    stops: deque[Cue] = field(default_factory=lambda: deque(maxlen=STOPS_KEPT))
    marks: deque[Mark] = field(default_factory=lambda: deque(maxlen=MARKS_KEPT))
    pains: deque[PainReport] = field(default_factory=lambda: deque(maxlen=PAINS_KEPT))
    trend: Trend = field(default_factory=Trend)

    def copied(self) -> RunSoFar:
        """Return an independent copy; the records in it are immutable and shared."""
        return replace(
            self,
            metrics=dict(self.metrics),
            devices=dict(self.devices),
            health=dict(self.health),
            states=dict(self.states),
            changed=dict(self.changed),
            cues=self.cues.copy(),
            stops=self.stops.copy(),
            marks=self.marks.copy(),
            pains=self.pains.copy(),
            trend=self.trend.copied(),
        )

    def take(self, record: Record) -> None:
        """Update the state with a record."""
        match record:
            case Metric():
                self.metrics[metric_field(record.key, record.side)] = record
            case Cue():
                self.cues.append(record)
                if _ends_run(record):
                    self.stops.append(record)
            case PainReport(takes_back_ns=back_ns):
                self.pains.append(record)
                self.stops = deque((each for each in self.stops if each.t_ns != back_ns), STOPS_KEPT)
            case Mark():
                self.marks.append(record)
            case Threshold():
                self.changed[record.detector, record.side] = record
                self._remember(record)

    def pass_second(self, t_ns: int) -> bool:
        """Update the trend once a second; True when one of its minutes is complete."""
        return self.trend.update(t_ns, self.values(t_ns))

    def fresh(self, t_ns: int) -> dict[str, Metric]:
        """Return the metrics that are recent enough to be shown."""
        oldest_ns = t_ns - round(FRESH_S * NS_PER_S)
        return {
            name: metric
            for name, metric in self.metrics.items()
            if metric.t_ns >= oldest_ns and metric.key != RUNNING_KEY
        }

    def values(self, t_ns: int) -> dict[str, float]:
        """Return the values of the metrics that are recent enough to be shown."""
        return {name: round(metric.value, 3) for name, metric in self.fresh(t_ns).items()}

    def news(self) -> list[Record]:
        """Return the latest cues and the current threshold states, in order of time."""
        return sorted((*self.changed.values(), *self.cues), key=lambda each: each.t_ns)

    def _remember(self, threshold: Threshold) -> None:
        """Store the detector's state: `clear` is omitted, and a pain report (`reported`) changes nothing."""
        key = threshold.detector if threshold.side is None else f"{threshold.detector}_{threshold.side}"
        if threshold.state is ThresholdState.CLEAR:
            self.states.pop(key, None)
        elif threshold.state is not ThresholdState.REPORTED:
            self.states[key] = threshold.state


def _ends_run(cue: Cue) -> bool:
    """Whether the cue says to walk or stop for today: a stop, or the answer to pain too strong to keep running."""
    answer = cue.rule == pain_noted.RULE
    return cue.severity is Severity.STOP or (answer and cue.severity is Severity.WARNING)
