"""A run's numbers beside the usual ones, for people: a line at the start, a table at the end."""

from __future__ import annotations

from collections.abc import Sequence

from dsp.history import PastRun
from dsp.records import Side, Summary
from dsp.texts import counted


def earlier_text(history: Sequence[PastRun]) -> str:
    """Say in a line what a run will be compared with."""
    if not history:
        return "no earlier runs to compare with: a run with a minute of running in it is the first"
    usual = [(side, usual_drop_deg(history, side)) for side in Side]
    drops = ", ".join(f"{side} {drop_deg:.1f}°" for side, drop_deg in usual if drop_deg is not None)
    runs = "1 earlier run" if len(history) == 1 else f"{len(history)} earlier runs"
    return f"{runs}: usual drop {drops or 'not measured'}"


def usual_drop_deg(history: Sequence[PastRun], side: Side) -> float | None:
    """Give the mean drop of earlier runs, landing on `side`."""
    return _mean([run.drop_excursion_deg(side) for run in history])


def summary_text(summary: Summary, history: Sequence[PastRun] = (), *, running_s: float) -> str:
    """Write a run's summary beside the usual, several lines; what was not measured is said, never shown as zero.

    running_s  time spent running, as the history counts it: standing and pauses left out
    """
    cadence_spm = _mean([run.cadence_spm for run in history])
    left_deg, right_deg = (usual_drop_deg(history, side) for side in Side)
    minutes, seconds = divmod(round(running_s), 60)
    rows = [
        ("steps", f"{summary.steps} in {minutes} min {seconds:02d} s of running"),
        ("cadence", _value(summary.cadence_spm, "steps/min") + _usual(cadence_spm, "")),
        ("ground contact", _value(summary.contact_ms, "ms")),
        ("flight", _value(summary.flight_ms, "ms")),
        (
            "drop, landing left",
            _drop(summary.drop_excursion_left_deg, summary.drop_peak_left_deg) + _usual(left_deg, "°"),
        ),
        (
            "drop, landing right",
            _drop(summary.drop_excursion_right_deg, summary.drop_peak_right_deg) + _usual(right_deg, "°"),
        ),
        ("thresholds, cues", f"{counted(summary.thresholds, 'change')} of a threshold, {counted(summary.cues, 'cue')}"),
        ("radio", f"{counted(summary.lost, 'sample')} lost, {counted(summary.dropped, 'packet')} refused"),
    ]
    return "\n".join(f"  {name:<20}{value}" for name, value in rows)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _usual(value: float | None, unit: str) -> str:
    return "" if value is None else f" (usual {value:.1f}{unit})"


def _value(value: float | None, unit: str) -> str:
    return "not measured" if value is None else f"{value:.1f} {unit}"


def _drop(excursion_deg: float | None, peak_deg: float | None) -> str:
    if excursion_deg is None:
        return "not measured"
    peak = "" if peak_deg is None else f", peak {peak_deg:.1f}° from standing"
    return f"{excursion_deg:.1f}° a step{peak}"
