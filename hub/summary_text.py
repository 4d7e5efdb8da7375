"""The end of a run in words and numbers, for people."""

from __future__ import annotations

from dsp.records import Summary


def summary_text(summary: Summary) -> str:
    """Write a run's summary, several lines; what was not measured is said, never shown as zero."""
    minutes, seconds = divmod(round(summary.duration_s), 60)
    rows = [
        ("steps", f"{summary.steps} in {minutes} min {seconds:02d} s"),
        ("cadence", _value(summary.cadence_spm, "steps/min")),
        ("ground contact", _value(summary.contact_ms, "ms")),
        ("flight", _value(summary.flight_ms, "ms")),
        ("drop, landing left", _drop(summary.drop_excursion_left_deg, summary.drop_peak_left_deg)),
        ("drop, landing right", _drop(summary.drop_excursion_right_deg, summary.drop_peak_right_deg)),
        ("thresholds, cues", f"{summary.thresholds} changes of a threshold, {summary.cues} cues"),
        ("radio", f"{summary.lost} samples lost, {summary.dropped} packets refused"),
    ]
    return "\n".join(f"  {name:<20}{value}" for name, value in rows)


def _value(value: float | None, unit: str) -> str:
    return "not measured" if value is None else f"{value:.1f} {unit}"


def _drop(excursion_deg: float | None, peak_deg: float | None) -> str:
    if excursion_deg is None:
        return "not measured"
    peak = "" if peak_deg is None else f", peak {peak_deg:.1f}° from standing"
    return f"{excursion_deg:.1f}° a step{peak}"
