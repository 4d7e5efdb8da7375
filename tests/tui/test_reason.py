"""Evidence in plain words."""

from __future__ import annotations

import pytest

from dsp.records import Side, ThresholdState
from hub.messages.lines import EvidenceLine, MetricLine, PainLine, StepLine, ThresholdLine
from tests.tui import scenes
from tui.state.reason import change, quantity, reason


def metric(key: str, value: float, side: Side | None = None) -> MetricLine:
    return MetricLine(t_s=1.0, key=key, value=value, side=side, quality=1.0)


def step(drop_deg: float | None) -> StepLine:
    message = scenes.step(drop_excursion_deg=drop_deg)
    return StepLine(**{name: getattr(message, name) for name in StepLine.__struct_fields__})


DRIFT = (
    metric("drop_excursion_deg", 7.13, Side.RIGHT),
    metric("drop_excursion_baseline_deg", 4.0, Side.RIGHT),
    metric("drop_excursion_bound_deg", 1.0, Side.RIGHT),
)
NEAR = ThresholdLine(t_s=1.0, detector="drop_drift", state=ThresholdState.NEAR, side=Side.RIGHT, because=DRIFT)
BARE = ThresholdLine(t_s=1.0, detector="drop_drift", state=ThresholdState.NEAR, side=Side.RIGHT, because=())


def onset(exposure_m: float) -> tuple[MetricLine, ...]:
    """What the onset detector gives with a change of its state."""
    numbers = {"exposure_m": exposure_m, "onset_chance_pct": 40.2, "onset_safe_m": 2890.0, "onset_median_m": 3450.0}
    more = {"onset_runs": 2.0, "onset_nearest_m": 3300.0, "onset_farthest_m": 3600.0, "distance_m": exposure_m}
    return tuple(metric(key, value) for key, value in (numbers | more).items())


WATCH_OF_PAIN = "about 40 in 100 that pain begins within 5 min; such runs stay free of pain to 2.9 km in 8 of 10"


@pytest.mark.parametrize(
    ("because", "words"),
    [
        (DRIFT, "on right leg slow mean 7.1°, usual 4.0° (+3.1°) · limit +1.0°"),
        (
            (metric("drop_excursion_deg", 6.34), metric("drop_excursion_baseline_deg", 5.16)),
            "drop 6.3°, usual 5.2° (+1.1°)",  # adds up as it stands there
        ),
        ((NEAR,), "on right leg slow mean 7.1°, usual 4.0° (+3.1°) · limit +1.0°"),
        ((BARE,), "drop drift near, on right leg"),
        (
            (metric("cadence_spm", 158.2), metric("cadence_baseline_spm", 170.0)),
            "cadence 158 steps/min, usual 170 steps/min (-12 steps/min)",
        ),
        ((step(6.0), step(8.0), step(None)), "drop 7.0° over 2 steps"),
        ((step(6.0),), "drop 6.0° over a step"),
        ((step(None),), ""),
        ((PainLine(t_s=1.0, level=4, site="hip", side=None, note=None),), "pain 4 of 10, hip"),
        (
            (metric("contact_ms", 251.4, Side.LEFT), metric("flight_ms", 90.0)),
            "flight 90 ms · on left leg contact 251 ms",
        ),
        (onset(2500.0), WATCH_OF_PAIN),
        (onset(3460.0), "3.5 km run; half of such runs hurt by 3.5 km"),
        ((metric("distance_m", 2262.0),), "distance 2262 m"),
        ((), ""),
    ],
)
def test_reasons(because: tuple[EvidenceLine, ...], words: str) -> None:
    assert reason(because) == words


def test_what_is_said_of_the_pain_distance_where_there_is_less_room() -> None:
    assert change(onset(2500.0)) == "pain-free to 2.9 km in 8 of 10 such runs"
    assert change(onset(3460.0)) == "half of such runs hurt by 3.5 km"
    assert change(DRIFT) == "on right leg +3.1°, limit +1.0°"


def test_a_key_without_a_known_unit_is_still_readable() -> None:
    assert quantity("step_regularity", 0.91) == "step regularity 0.91"
    assert quantity("speed_mps", 3.0) == "speed 3.0 m/s"
