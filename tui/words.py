"""Plain words: durations, states, sides, and the evidence behind a cue."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from dsp.records import Severity, Side, ThresholdState
from dsp.signals import Placement
from hub.lines import EvidenceLine, MetricLine, PainLine, StepLine, ThresholdLine
from hub.wire import SensorState

SEVERITY_MARK = {Severity.INFO: "●", Severity.ADVICE: "◆", Severity.WARNING: "▲", Severity.STOP: "■"}
"""A shape per severity: never colour alone."""

SENSOR_MARK: dict[SensorState, str] = {
    "streaming": "●",
    "connecting": "◌",
    "searching": "○",
    "stale": "◐",
    "lost": "✗",
    "failed": "✗",
}

THRESHOLD_WORD = {
    ThresholdState.CLEAR: "clear",
    ThresholdState.WATCH: "watch",
    ThresholdState.NEAR: "near",
    ThresholdState.REACHED: "reached",
    ThresholdState.REPORTED: "you reported pain",
}

PLACEMENT_WORD = {
    Placement.SACRUM: "Sacrum",
    Placement.WAIST_FRONT: "Waist",
    Placement.LEFT_HIP: "Left hip",
    Placement.RIGHT_HIP: "Right hip",
    Placement.LEFT_FOOT: "Left foot",
    Placement.RIGHT_FOOT: "Right foot",
    Placement.POCKET: "Pocket",
    Placement.FOOT: "Foot pod",
    Placement.CHEST: "Chest",
    Placement.TREADMILL: "Treadmill",
}

_UNITS = {"deg": "°", "ms": " ms", "spm": " steps/min", "bpm": " beats/min", "mps": " m/s", "pct": " %", "s": " s"}
_STEMS = {
    "drop_excursion": "hip drop",
    "drop_peak": "largest hip drop",
    "cadence": "cadence",
    "contact": "contact",
    "flight": "flight",
    "heart_rate": "heart rate",
}


def clock(seconds: float) -> str:
    """Write a duration as 4:05 or 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def ago(seconds: float) -> str:
    """Write how long ago something was."""
    if seconds < 1.5:
        return "just now"
    return f"{seconds:.0f} s ago" if seconds < 90 else f"{seconds / 60:.0f} min ago"


def age(seconds: float) -> str:
    """Write an age in at most five cells."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f}min"


def landing(side: Side | None) -> str:
    """Name the stance leg as a runner would; empty without a side."""
    return f"landing on your {side}" if side is not None else ""


def middle_cut(text: str, width: int) -> str:
    """Shorten to `width` cells by leaving out the middle: names differ at both ends."""
    if len(text) <= width:
        return text
    if width < 3:
        return text[:width]
    tail = (width - 1) // 2
    return text[: width - 1 - tail] + "…" + text[len(text) - tail :]


def lines_of(text: str, width: int, most: int) -> list[str]:
    """Break `text` into at most `most` lines of `width` cells; what does not fit ends in an ellipsis."""
    if width < 1 or most < 1:
        return []
    return textwrap.wrap(text, width, max_lines=most, placeholder="…")


def quantity(key: str, value: float) -> str:
    """Write `drop_excursion_deg`, 6.42 as "hip drop 6.4°": the unit is in the key's last segment."""
    stem, _, unit = key.rpartition("_")
    if unit not in _UNITS:
        return f"{key.replace('_', ' ')} {value:.3g}"
    for known, words in _STEMS.items():
        if stem.startswith(known):
            stem = (words + stem[len(known) :]).strip("_")
            break
    decimals = 1 if unit in ("deg", "mps", "pct") else 0
    return f"{stem.replace('_', ' ')} {value:.{decimals}f}{_UNITS[unit]}"


def evidence(line: EvidenceLine, *, with_side: bool = True) -> str:
    """Say one record of a `because` list; empty for what means nothing to a runner."""
    match line:
        case MetricLine():
            side = landing(line.side) if with_side else ""
            return quantity(line.key, line.value) + (f" {side}" if side else "")
        case ThresholdLine():
            return f"{line.detector.replace('_', ' ')}: {THRESHOLD_WORD[line.state]}"
        case PainLine():
            return f"pain {line.level} of 10" + (f", {line.site}" if line.site else "")
        case StepLine(drop_excursion_deg=float() as drop):
            return f"a step with {drop:.1f}° hip drop"
        case _:
            return ""


def reason(because: Sequence[EvidenceLine], most: int = 4) -> str:
    """Say why in one line; a run of single steps becomes its mean, and a side that all share is said once."""
    drops = [each.drop_excursion_deg for each in because if isinstance(each, StepLine)]
    known = [each for each in drops if each is not None]
    sides = {each.side for each in because if isinstance(each, MetricLine)}
    shared = sides.pop() if len(sides) == 1 else None
    parts = [
        evidence(each, with_side=shared is None) for each in because if len(known) < 2 or not isinstance(each, StepLine)
    ]
    if len(known) >= 2:
        parts.append(f"{sum(known) / len(known):.1f}° mean hip drop over {len(known)} steps")
    parts = [each for each in parts if each][:most]
    if shared is not None:
        parts.append(landing(shared))
    return " · ".join(parts)
