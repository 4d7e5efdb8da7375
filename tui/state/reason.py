"""The evidence behind a cue or a threshold, in one line of plain words."""

from __future__ import annotations

from collections.abc import Sequence

from dsp.records import Side
from dsp.texts import difference, distance
from hub.messages.lines import EvidenceLine, MetricLine, PainLine, StepLine, ThresholdLine
from tui.state.words import THRESHOLD_WORD

_UNITS = {
    "deg": "°",
    "ms": " ms",
    "spm": " steps/min",
    "bpm": " beats/min",
    "mps": " m/s",
    "pct": " %",
    "s": " s",
    "m": " m",
}
_DECIMALS = {"deg": 1, "mps": 1, "pct": 1}
DROP = "drop_excursion"
JUDGED = "slow mean"
"""What a drop threshold judges, as opposed to the last landings that its tile and plot show."""
_NAMES = {DROP: "drop", "drop_peak": "largest drop"}
_ONSET = {"exposure_m", "onset_chance_pct", "onset_safe_m", "onset_median_m"}
_BASELINE, _BOUND = "_baseline", "_bound"


def reason(because: Sequence[EvidenceLine]) -> str:
    """Return the evidence in words: "on right leg slow mean 7.1°, usual 4.0° (+3.1°) · limit +1.0°"."""
    lines = list(_flat(because))
    measured = [each for each in lines if isinstance(each, MetricLine)]
    of_pain = _pain_distance(measured)
    metrics = [] if of_pain else measured
    parts = [
        of_pain,
        *(_metrics(side, [each for each in metrics if each.side is side]) for side in (None, Side.LEFT, Side.RIGHT)),
    ]
    steps = [each.drop_excursion_deg for each in lines if isinstance(each, StepLine)]
    drops = [each for each in steps if each is not None]
    if drops:
        over = "a step" if len(drops) == 1 else f"{len(drops)} steps"
        parts.append(f"drop {sum(drops) / len(drops):.1f}° over {over}")
    parts += [_pain(each) for each in lines if isinstance(each, PainLine)]
    parts += [_threshold(each) for each in lines if isinstance(each, ThresholdLine)]
    return " · ".join(each for each in parts if each)


def change(because: Sequence[EvidenceLine]) -> str:
    """Return the same in half the space, for where the values are shown nearby: "on right leg +3.1°, limit +1.0°"."""
    metrics = [each for each in _flat(because) if isinstance(each, MetricLine)]
    if of_pain := _pain_distance(metrics, short=True):
        return of_pain
    for now in metrics:
        stem, unit = _split(now.key)
        others = {each.key: each.value for each in metrics if each.side is now.side}
        usual = others.get(f"{stem}{_BASELINE}_{unit}")
        bound = others.get(f"{stem}{_BOUND}_{unit}")
        if usual is not None and bound is not None:
            words = [f"on {now.side} leg"] if now.side is not None else []
            words += [] if words and stem == DROP else [_NAMES.get(stem, stem.replace("_", " "))]
            return f"{' '.join(words)} {_signed(_change(now.value, usual, unit), unit)}, limit {_signed(bound, unit)}"
    return ""


def quantity(key: str, value: float) -> str:
    """Format `heart_rate_bpm`, 152.0 as "heart rate 152 beats/min"; the last segment of the key is the unit."""
    stem, unit = _split(key)
    return f"{_NAMES.get(stem, stem.replace('_', ' '))} {_amount(value, unit)}"


def _flat(because: Sequence[EvidenceLine]) -> list[EvidenceLine]:
    """Replace thresholds that carry their own evidence with that evidence."""
    flat: list[EvidenceLine] = []
    for each in because:
        flat += _flat(each.because) if isinstance(each, ThresholdLine) and each.because else [each]
    return flat


def _pain_distance(metrics: Sequence[MetricLine], *, short: bool = False) -> str:
    """Return the evidence of the onset detector as one phrase; empty if this is not its evidence.

    short  only what does not change during the run
    """
    numbers = {each.key: each.value for each in metrics}
    if not numbers.keys() >= _ONSET:
        return ""
    here_m, safe_m, half_m = (numbers[key] for key in ("exposure_m", "onset_safe_m", "onset_median_m"))
    if here_m >= half_m:
        half = f"half of such runs hurt by {distance(half_m)}"
        return half if short else f"{distance(here_m)} run; {half}"
    if short:
        return f"pain-free to {distance(safe_m)} in 8 of 10 such runs"
    chance = f"about {numbers['onset_chance_pct']:.0f} in 100 that pain begins within 5 min"
    return f"{chance}; such runs stay free of pain to {distance(safe_m)} in 8 of 10"


def _metrics(side: Side | None, metrics: Sequence[MetricLine]) -> str:
    """Return value, usual and change, then the change that counts, as far as they are given."""
    values, counts = [], []
    usual = {_split(each.key)[0].removesuffix(_BASELINE): each for each in metrics if _is(each, _BASELINE)}
    bound = {_split(each.key)[0].removesuffix(_BOUND): each for each in metrics if _is(each, _BOUND)}
    for each in metrics:
        stem, unit = _split(each.key)
        if _is(each, _BASELINE) or _is(each, _BOUND):
            continue
        # With a side, a drop is not named: the line must fit next to the plot on a small terminal.
        words = _amount(each.value, unit) if side and stem == DROP else quantity(each.key, each.value)
        if stem in usual:
            more = _signed(_change(each.value, usual[stem].value, unit), unit)
            words = f"{JUDGED} {words}" if side and stem == DROP else words  # the tile shows the last landings
            words += f", usual {_amount(usual[stem].value, unit)} ({more})"
        if stem in bound:
            counts.append(f"limit +{_amount(bound[stem].value, unit)}")
        values.append(words)
    if not values:
        return ""
    head = f"on {side} leg " if side is not None else ""
    return head + " · ".join(values + counts)


def _pain(line: PainLine) -> str:
    level = "reported" if line.level is None else f"{line.level} of 10"
    return f"pain {level}" + (f", {line.site}" if line.site else "")


def _threshold(line: ThresholdLine) -> str:
    side = f", on {line.side} leg" if line.side is not None else ""
    return f"{line.detector.replace('_', ' ')} {THRESHOLD_WORD[line.state]}{side}"


def _is(line: MetricLine, kind: str) -> bool:
    return _split(line.key)[0].endswith(kind)


def _split(key: str) -> tuple[str, str]:
    stem, _, unit = key.rpartition("_")
    return (stem, unit) if unit in _UNITS else (key, "")


def _change(value: float, usual: float, unit: str) -> float:
    """Return the difference of the two values as displayed, after rounding."""
    return difference(value, usual, _DECIMALS.get(unit, 0)) if unit else value - usual


def _signed(value: float, unit: str) -> str:
    return f"{'+' if value >= 0 else ''}{_amount(value, unit)}"


def _amount(value: float, unit: str) -> str:
    return f"{value:.{_DECIMALS.get(unit, 0)}f}{_UNITS[unit]}" if unit else f"{value:.3g}"
