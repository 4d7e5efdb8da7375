"""What a run has come to at a place of it: what a watcher who comes there is to know, and a replay goes back to."""

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
"""Of the cues so far: a dashboard lists so many."""
MARKS_KEPT = 100
"""Of the marks: nobody looks up more."""
PAINS_KEPT = 100
STOPS_KEPT = 20


@dataclass(slots=True)
class RunSoFar:
    """Feed it records; all that is in it is of this place, and `copied` gives it away.

    metrics  the newest of each, by its field in a frame
    devices  the sensors that may send packets, by id
    health   how each of them was at the last frame
    states   detector (and side) -> state now; only what is not clear, never more than `reached`
    changed  the newest change of each detector
    cues     the newest, oldest first
    stops    cues that end the run and were not taken back, the newest, oldest first
    marks    the same
    pains    what was reported, and what was taken back, the same; only for the runner
    trend    the minutes so far
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
        """Give one of its own that goes on from here; the records in it never change."""
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
        """Take a record in."""
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
        """Take in that a second has passed; True when a minute of the trend is over."""
        return self.trend.update(t_ns, self.values(t_ns))

    def fresh(self, t_ns: int) -> dict[str, Metric]:
        """Give what is new enough to be shown."""
        oldest_ns = t_ns - round(FRESH_S * NS_PER_S)
        return {
            name: metric
            for name, metric in self.metrics.items()
            if metric.t_ns >= oldest_ns and metric.key != RUNNING_KEY
        }

    def values(self, t_ns: int) -> dict[str, float]:
        """Give the numbers of what is new enough to be shown."""
        return {name: round(metric.value, 3) for name, metric in self.fresh(t_ns).items()}

    def told(self) -> list[Record]:
        """Give what was said up to here and still stands, in its order: the cues, and the states of thresholds."""
        return sorted((*self.changed.values(), *self.cues), key=lambda each: each.t_ns)

    def _remember(self, threshold: Threshold) -> None:
        """Keep the detector's state: clear is not said; a report of pain changes nothing."""
        key = threshold.detector if threshold.side is None else f"{threshold.detector}_{threshold.side}"
        if threshold.state is ThresholdState.CLEAR:
            self.states.pop(key, None)
        elif threshold.state is not ThresholdState.REPORTED:
            self.states[key] = threshold.state


def _ends_run(cue: Cue) -> bool:
    """Whether it says walk or stop for today: a stop, or the answer to pain that is too much to run on with."""
    answer = cue.rule == pain_noted.RULE
    return cue.severity is Severity.STOP or (answer and cue.severity is Severity.WARNING)
