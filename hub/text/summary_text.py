"""A run's numbers next to those of earlier runs, in words: a line at the start, a table at the end."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from dsp.records import Mark, Side, Summary
from dsp.runner.history import PastRun
from dsp.texts import clock, counted

MARKS_SHOWN = 12
"""Marks listed; any further ones are only counted, since `stridecue replay` steps through them all."""
WIDTH = 79
"""A terminal of 80 columns less one: some start a new line when the last column is written to."""
VALUES_AT = 27
"""Column at which the values of the summary start."""


def earlier_text(history: Sequence[PastRun]) -> str:
    """Return in one line what a run will be compared with; `usual` combines it with this run's first minutes."""
    if not history:
        return "no earlier runs to compare with: the first one with at least a minute of running will count"
    usual = [(side, usual_drop_deg(history, side)) for side in Side]
    drops = ", ".join(f"{side} leg {drop_deg:.1f}°" for side, drop_deg in usual if drop_deg is not None)
    runs = "1 earlier run" if len(history) == 1 else f"{len(history)} earlier runs"
    return f"{runs}: hip drop {f'on {drops}' if drops else 'not measured'}"


def usual_drop_deg(history: Sequence[PastRun], side: Side) -> float | None:
    """Return the mean drop of earlier runs when landing on `side`; None if there is none."""
    return _mean([run.drop_excursion_deg(side) for run in history])


def summary_text(
    summary: Summary,
    history: Sequence[PastRun] = (),
    *,
    running_s: float,
    marks: Sequence[Mark] = (),
    own_terminal: bool = True,
) -> str:
    """Return a run's summary next to earlier runs, in several lines; missing values are named, never shown as zero.

    running_s     time spent running, as the history counts it, without standing and pauses
    own_terminal  False if others may read it: then the number of cues is omitted, since a pain report is answered with
                  a cue
    """
    cadence_spm = _mean([run.cadence_spm for run in history])
    left_deg, right_deg = (usual_drop_deg(history, side) for side in Side)
    minutes, seconds = divmod(round(running_s), 60)
    rows = [
        ("steps", f"{summary.steps} in {minutes} min {seconds:02d} s of running"),
        ("hip drop on left leg", _degrees(summary.drop_excursion_left_deg) + _earlier(left_deg, "°")),
        ("hip drop on right leg", _degrees(summary.drop_excursion_right_deg) + _earlier(right_deg, "°")),
        ("cadence", _value(summary.cadence_spm, "steps/min") + _earlier(cadence_spm, "")),
        ("ground contact, flight", _contact_and_flight(summary)),
    ]
    if own_terminal:
        rows.append(("cues", str(summary.cues) if summary.cues else "none: quiet is good"))
    if marks:
        rows.append(("marks", marks_text([(each.running_s, each.text) for each in marks])))
    if summary.lost or summary.dropped:
        rows.append(("sensors", _received(summary)))
    return "\n".join(row(name, value) for name, value in rows)


def marks_text(marks: Sequence[tuple[float | None, str | None]]) -> str:
    """Return the number of marks with their times and texts: `2, at 12:31 and 18:05 of running`."""
    times = [("?" if at_s is None else clock(at_s)) + (f" ({text})" if text else "") for at_s, text in marks]
    shown, more = times[:MARKS_SHOWN], len(times) - MARKS_SHOWN
    if more > 0:
        shown.append(f"{more} more")
    several = f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]
    return f"{len(times)}, at {several} of running"


def row(name: str, value: str) -> str:
    """Return a line of the summary, wrapped between words to `WIDTH`."""
    return textwrap.fill(value, WIDTH, initial_indent=f"  {name:<25}", subsequent_indent=" " * VALUES_AT)


def _contact_and_flight(summary: Summary) -> str:
    if summary.contact_ms is None and summary.flight_ms is None:
        return _value(None, "ms")
    return f"{_value(summary.contact_ms, 'ms')}, {_value(summary.flight_ms, 'ms')}"


def _received(summary: Summary) -> str:
    lost, refused = counted(summary.lost, "sample"), counted(summary.dropped, "packet")
    return f"{lost} lost, {refused} unreadable, repeated or too late"


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _earlier(value: float | None, unit: str) -> str:
    return "" if value is None else f" (earlier runs {value:.1f}{unit})"


def _value(value: float | None, unit: str) -> str:
    return "not measured" if value is None else f"{value:.1f} {unit}"


def _degrees(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.1f}°"
