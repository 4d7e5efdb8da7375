"""Many runners as lines of text, for screen readers, logs and small terminals: changes at once, numbers rarely."""

from __future__ import annotations

from typing import TextIO

from dsp.records import Side
from dsp.texts import UNMUTED, WATCHED_BY_OTHERS, clock, detector_and_side, mark_text, threshold_text
from hub.client import HubClient, Item, LinkChange, Received
from hub.messages.delivery import for_others
from hub.messages.wire import (
    CueMessage,
    MarkMessage,
    MetricsMessage,
    SensorMessage,
    SessionMessage,
    StatusMessage,
    ThresholdMessage,
)
from hub.terminal.terminal import echo
from hub.text.console import speed_kmh, usual_drop_deg

MUTED_FOR_OTHERS = {"runner": "muted by the runner", "coach": "muted by a coach", None: UNMUTED}
ASKED = "was asked whether something hurts"
ANSWERED = "has answered whether something hurts; the answer stays with the runner"
NUMBERS_EVERY = 10
"""Metrics messages of a runner, one a second, per line of numbers."""


class PlainWatch:
    """Prints the messages of many runners as lines of text.

    hint    what to do if no broker answers; may be empty
    runner  the only one to show; None: all
    """

    def __init__(self, out: TextIO, hint: str = "", runner: str | None = None) -> None:
        self._out = out
        self._hint = hint
        self._awaited = "runners appear as they publish"
        if runner is not None:
            self._awaited = f"only '{runner}' is shown; without --runner, everybody"
        self._was_up = False
        self._printed: dict[tuple[str, str], str] = {}
        self._frames: dict[str, int] = {}

    async def run(self, client: HubClient) -> None:
        """Follow `client` and print until cancelled."""
        echo(f"watching {client.server}; Ctrl-C ends it", self._out)
        async for item in client.watch():
            for line in self.lines(item):
                echo(line, self._out)

    def lines(self, item: Item) -> list[str]:
        """Return the lines to print for one item; often none."""
        if isinstance(item, LinkChange):
            self._was_up = self._was_up or item.up
            return self._changed("", "link", f"connected: {self._awaited}" if item.up else self._gone(item.reason))
        return self._lines(item.address.runner, item)

    def _gone(self, reason: str) -> str:
        if not self._was_up:
            return f"{self._hint}; still trying" if self._hint else f"not connected: {reason}; still trying"
        return f"the connection is lost ({reason}); trying again"

    def _lines(self, runner: str, item: Received) -> list[str]:
        match for_others(item.message):
            case StatusMessage(state=state):
                return self._changed(runner, "hub", f"hub {state}")
            case SessionMessage(late=True):
                return []  # the present state arrives as well
            case SessionMessage() as session:
                return self._session(runner, session)
            case ThresholdMessage() as threshold:
                words = threshold_text(threshold.detector, threshold.state, threshold.side, WATCHED_BY_OTHERS)
                return self._changed(runner, f"{threshold.detector} {threshold.side}", words)
            case CueMessage() as cue:
                return [f"{runner}: cue ({cue.severity}{_late(cue)}): {cue.text}"]
            case MarkMessage() as mark:
                at = "" if mark.running_s is None else f" at {clock(mark.running_s)} of running"
                return [f"{runner}: mark{at}{_late(mark)}, {mark_text(mark.by, mark.text)}"]
            case SensorMessage() as sensor:
                now = "is not used" if sensor.placement is None else sensor.state
                return self._changed(runner, sensor.device, f"{sensor.name} {now}")
            case MetricsMessage() as metrics:
                return self._numbers(runner, metrics)
        return []

    def _session(self, runner: str, session: SessionMessage) -> list[str]:
        lines = self._changed(runner, "run", session.state)
        if session.muted_by is not None or (runner, "mute") in self._printed:
            lines += self._changed(runner, "mute", MUTED_FOR_OTHERS[session.muted_by])
        if session.question is not None:
            lines += self._changed(runner, "question", ASKED if session.question.answered is None else ANSWERED)
        for name, state in session.thresholds.items():  # for a client that joined late; changes have their own message
            detector, side = detector_and_side(name)
            words = threshold_text(detector, state, side, WATCHED_BY_OTHERS)
            lines += self._changed(runner, f"{detector} {side}", words)
        return lines

    def _numbers(self, runner: str, metrics: MetricsMessage) -> list[str]:
        count = self._frames[runner] = self._frames.get(runner, -1) + 1
        usual = [usual_drop_deg(metrics, side) for side in Side]
        left, right = (f"{{:.1f}}{'' if one is None else f' (usual {one:.1f})'}" for one in usual)
        parts = [
            form.format(value)
            for value, form in (
                (metrics.cadence_spm, "{:.0f} steps/min"),
                (metrics.drop_excursion_left_deg, f"hip drop in degrees on left leg {left}"),
                (metrics.drop_excursion_right_deg, f"on right leg {right}"),
                (speed_kmh(metrics), "{:.1f} km/h"),
                (metrics.heart_rate_bpm, "{:.0f} bpm"),
            )
            if value is not None
        ]
        return [f"{runner}: {', '.join(parts)}"] if parts and count % NUMBERS_EVERY == 0 else []

    def _changed(self, runner: str, about: str, words: str) -> list[str]:
        if self._printed.get((runner, about)) == words:
            return []
        self._printed[runner, about] = words
        return [f"{runner}: {words}" if runner else words]


def _late(message: CueMessage | MarkMessage) -> str:
    """Return when a message delivered late was issued; empty for one in time."""
    return f", late, from {message.t}" if message.late else ""
