"""A run as lines of text, for a terminal without a dashboard: changes at once, numbers every few seconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TextIO

from dsp.records import Side
from dsp.texts import MUTED, UNMUTED, clock, counted, mark_text, place_word, threshold_text
from dsp.thresholds import onset
from hub.flow.bus import Subscription
from hub.messages.delivery import for_others
from hub.messages.incoming import Who
from hub.messages.wire import (
    CueMessage,
    MarkMessage,
    Message,
    MetricsMessage,
    Post,
    SensorMessage,
    SessionMessage,
    ThresholdMessage,
    metric_field,
)
from hub.terminal.wrapping import wrap_words

NUMBERS_EVERY = 5
"""Metrics messages, one a second, per line of numbers."""


class Console:
    """A sink that prints posts as lines of text.

    Each line begins with the time of its message since the start of the session: in a replay, that of the recording,
    whatever its speed.

    start_unix_s  Unix time of the session's start, s
    own_terminal  False if others may read the output, e.g. in a service's log: then it reveals nothing about pain
    begins        the first line: what the run starts with, and how to end it
    """

    def __init__(
        self,
        out: TextIO,
        subscription: Subscription[Post],
        *,
        start_unix_s: float,
        own_terminal: bool = True,
        begins: str = "looking for sensors; Ctrl-C ends the run",
    ) -> None:
        self._begins = begins
        self._start_unix_s = start_unix_s
        self._out = out
        self._visible: Callable[[Message], Message | None] = (lambda message: message) if own_terminal else _for_log
        self._subscription = subscription
        self._states: dict[str, str] = {}
        self._session: str = "waiting"
        self._muted_by: Who | None = None
        self._steps = 0
        self._frames = 0

    async def run(self) -> None:
        """Print until the bus closes, or the terminal is gone."""
        self._print(0.0, self._begins)
        async for batch in self._subscription.batches():
            for post in batch:
                if (line := self._line(post)) is not None:
                    self._print(self._since_start_s(post.message), line)

    def _since_start_s(self, message: Message) -> float:
        """Return when it happened, on the session's time axis; what the hub publishes always says when."""
        return 0.0 if message.t is None else datetime.fromisoformat(message.t).timestamp() - self._start_unix_s

    def _print(self, at_s: float, line: str) -> None:
        """Print one line: whole in a file, so that it can be searched; wrapped between words on a terminal."""
        stamp = f"{at_s:6.1f} s  "
        print(wrap_words(line, self._out, stamp), file=self._out, flush=True)

    def _line(self, post: Post) -> str | None:
        match self._visible(post.message):
            case ThresholdMessage(late=True) | CueMessage(late=True) | MarkMessage(late=True):
                return None  # after a jump of a replay: printed before, or skipped
            case SensorMessage() as sensor:
                return self._sensor(sensor)
            case SessionMessage() as session:
                return self._run_state(session)
            case MetricsMessage() as metrics:
                return self._numbers(metrics)
            case ThresholdMessage() as threshold:
                return f"THRESHOLD {threshold_text(threshold.detector, threshold.state, threshold.side)}"
            case MarkMessage() as mark:
                at = "" if mark.running_s is None else f"at {clock(mark.running_s)} of running, "
                return f"MARK {at}{mark_text(mark.by, mark.text)}"
            case CueMessage() as cue:
                return f"CUE ({cue.severity}) {cue.text}"
        return None

    def _sensor(self, sensor: SensorMessage) -> str | None:
        now = f"{sensor.state}{f': {sensor.detail}' if sensor.detail else ''}"
        before = self._states.get(sensor.device, "")
        if before == now:
            return None
        self._states[sensor.device] = now
        if sensor.state == "streaming" and before.startswith("streaming") and (":" in before or not sensor.detail):
            return None  # the detail of a working sensor changes often, and disappears by itself
        battery = f", battery {sensor.battery_pct:.0f} %" if sensor.battery_pct is not None else ""
        if sensor.placement is None:
            return f"{sensor.name} is not used{f': {sensor.detail}' if sensor.detail else ''}{battery}"
        return f"{sensor.name} ({place_word(sensor.placement)}) {now}{battery}"

    def _run_state(self, session: SessionMessage) -> str | None:
        self._steps = session.steps
        if session.muted_by != self._muted_by:
            self._muted_by = session.muted_by
            return UNMUTED if session.muted_by is None else MUTED[session.muted_by]
        if session.state == self._session:
            return None
        before, self._session = self._session, session.state
        if before == "waiting" and session.state == "ended":
            return None  # a run that never started does not end
        return {
            "running": "the run has started",
            "paused": "the run is paused: standing",
            # Ctrl-C ends a replay, not the run that was recorded.
            "ended": f"the {'replay' if session.source == 'replay' else 'run'} has ended",
        }.get(session.state)

    def _numbers(self, metrics: MetricsMessage) -> str | None:
        self._frames += 1
        if self._frames % NUMBERS_EVERY or self._session == "ended":
            return None
        parts = [
            _part(metrics.cadence_spm, "{:.0f} steps/min"),
            _pair("contact L/R", metrics.contact_left_ms, metrics.contact_right_ms, "{:.0f}", " ms"),
            _drop(metrics),
            _part(speed_kmh(metrics), "{:.1f} km/h"),
            _part(metrics.heart_rate_bpm, "{:.0f} bpm"),
        ]
        known = [part for part in parts if part]
        if not known and self._session == "waiting":
            streaming = sum(state.startswith("streaming") for state in self._states.values())
            return f"waiting for the first steps, {counted(streaming, 'sensor')} streaming"
        return " | ".join([f"{self._steps} steps", *known])


def _for_log(message: Message) -> Message | None:
    """Return what a log, which is permanent, may contain of a message: nothing about pain, nothing of `onset`."""
    match message:
        case ThresholdMessage(detector=onset.DETECTOR):
            return None
    return for_others(message)


def _drop(metrics: MetricsMessage) -> str:
    now = _pair("hip drop on L/R leg", metrics.drop_excursion_left_deg, metrics.drop_excursion_right_deg, "{:.1f}", "°")
    usual = [usual_drop_deg(metrics, side) for side in Side]
    if not now or usual == [None, None]:
        return now
    return f"{now} (usual {'/'.join('-' if value is None else f'{value:.1f}' for value in usual)}°)"


def speed_kmh(metrics: MetricsMessage) -> float | None:
    """Return the speed in km/h; None if unknown."""
    return None if metrics.speed_mps is None else 3.6 * metrics.speed_mps


def usual_drop_deg(metrics: MetricsMessage, side: Side) -> float | None:
    """Return the usual drop when landing on `side`; None while unknown."""
    return metrics.extra.get(metric_field("drop_excursion_baseline_deg", side))


def _part(value: float | None, form: str) -> str:
    return "" if value is None else form.format(value)


def _pair(name: str, left: float | None, right: float | None, form: str, unit: str) -> str:
    if left is None and right is None:
        return ""
    sides = "/".join("-" if value is None else form.format(value) for value in (left, right))
    return f"{name} {sides}{unit}"
