"""The onset model of how far runs are pain-free, the detector of coming near it, exposure and today's cap."""

from __future__ import annotations

import math

import pytest

from dsp.records import Metric, PainReport, ThresholdState
from dsp.runner.exposure import Exposure, downhill_weight
from dsp.runner.history import PastRun
from dsp.runner.return_to_run import cap_today, return_text
from dsp.thresholds.onset import Onset
from dsp.thresholds.onset_model import Observation, OnsetModel, observations
from tests.dsp.evidence import numbers_of
from tests.dsp.reloaded import reloaded


def hurt(km: float, days_ago: float = 3.0) -> PastRun:
    return PastRun(
        speed_mps=2.8, distance_m=1000 * km + 300, exposure_m=1000 * km + 300, onset_m=1000 * km, days_ago=days_ago
    )


def free(km: float, days_ago: float = 3.0) -> PastRun:
    return PastRun(speed_mps=2.8, distance_m=1000 * km, exposure_m=1000 * km, days_ago=days_ago)


ONSETS = (4.0, 4.5, 4.2, 4.6, 4.1)
HISTORY = (*(hurt(km, 3.0 * (7 - k)) for k, km in enumerate(ONSETS)), free(3.0, 6.0), free(3.0))


def test_the_model_is_a_distribution() -> None:
    model = OnsetModel(observations(HISTORY), 2.8)
    places = [model.passed(m) for m in range(0, 12000, 250)]
    assert places[0] == 1.0
    assert places == sorted(places, reverse=True)
    assert places[-1] < 0.01
    for share in (0.9, 0.8, 0.5, 0.2):
        assert model.passed(model.quantile(share)) == pytest.approx(share, abs=0.01)
    assert model.quantile(0.5) == pytest.approx(4250, abs=150)
    assert math.exp(model.map_mu) == pytest.approx(4260, abs=150)
    assert 0.03 < model.map_sigma < 0.15


def test_pain_free_runs_move_the_onset_away_and_short_ones_hardly_do() -> None:
    one = [Observation(3000.0, onset=True)]
    alone = OnsetModel(one, 2.8).quantile(0.5)
    assert OnsetModel([*one, *[Observation(6000.0, onset=False)] * 4], 2.8).quantile(0.5) > 1.3 * alone
    assert OnsetModel([*one, Observation(1000.0, onset=False)], 2.8).quantile(0.5) == pytest.approx(alone, rel=0.01)


def test_old_runs_count_less() -> None:
    recent = OnsetModel(observations((hurt(2.0, 1.0), hurt(5.0, 100.0))), 2.8).quantile(0.5)
    assert recent < OnsetModel(observations((hurt(2.0, 100.0), hurt(5.0, 1.0))), 2.8).quantile(0.5)


def test_runs_without_a_distance_are_no_observations() -> None:
    assert observations((PastRun(), PastRun(exposure_m=10.0))) == []
    assert Onset((PastRun(),)).model is None
    assert Onset((free(5.0),)).model is None, "without pain there is nothing to compare with"
    assert Onset((hurt(4.0, 200.0),)).model is None, "too long ago"


def at(exposure: Exposure, km: float, mps: float = 2.8) -> Exposure:
    """Advance the exposure to this distance, km flat-equivalent."""
    second = round(exposure.running_s) + 1 if exposure.running_s else 0
    while exposure.exposure_m < 1000 * km:
        t_ns = second * 1_000_000_000
        keys = {"running": 1.0, "speed_mps": mps}
        exposure.second(t_ns, {key: Metric(t_ns, key, value, None, 0.9) for key, value in keys.items()})
        second += 1
    return exposure


def test_it_is_watch_then_near_then_reached_and_none_of_them_early() -> None:
    onset, exposure, changed_km = Onset(HISTORY), Exposure(HISTORY), {}
    for metres in range(100, 4700, 20):
        change = onset.second(metres * 1_000_000, at(exposure, metres / 1000))
        if change is not None:
            changed_km[change.state] = metres / 1000
            numbers = numbers_of(change)
            assert numbers["onset_runs"] == 5.0
            assert numbers["onset_safe_m"] < numbers["onset_median_m"]
            assert (numbers["onset_nearest_m"], numbers["onset_farthest_m"]) == (4000.0, 4600.0)
    assert list(changed_km) == [ThresholdState.WATCH, ThresholdState.NEAR, ThresholdState.REACHED]
    assert 2.0 < changed_km[ThresholdState.WATCH] <= 3.5
    assert changed_km[ThresholdState.NEAR] <= 4.2
    assert changed_km[ThresholdState.REACHED] <= 4.6


def test_the_evidence_has_plain_distances_while_the_model_counts_hills() -> None:
    hilly = PastRun(speed_mps=2.8, distance_m=3300.0, exposure_m=5300.0, onset_m=5000.0, onset_distance_m=3000.0)
    onset, exposure = Onset((hilly,)), at(Exposure((hilly,)), 4.0)
    change = onset.second(0, exposure)
    assert change is not None
    numbers = numbers_of(change)
    assert numbers["onset_nearest_m"] == 3000.0
    assert numbers["distance_m"] == exposure.distance_m
    assert onset.model is not None
    assert onset.model.quantile(0.5) > 4000.0


def test_pain_is_reported_once_and_level_zero_is_no_pain() -> None:
    onset = Onset(())
    assert onset.report(PainReport(0, 0)) is None
    change = onset.report(PainReport(5, None))
    assert change is not None
    assert change.state is ThresholdState.REPORTED
    assert onset.report(PainReport(6, 4)) is None


def test_the_state_can_be_saved() -> None:
    onset, exposure = Onset(HISTORY), at(Exposure(HISTORY), 3.3)
    again = reloaded(onset)
    assert again.second(0, exposure) == onset.second(0, exposure)


def test_downhill_counts_more_and_standing_not_at_all() -> None:
    assert downhill_weight(5.0) == 1.0
    assert downhill_weight(-5.0) == pytest.approx(1.75)
    assert downhill_weight(-30.0) == 2.5
    exposure = Exposure()
    for second in range(120):
        t_ns = second * 1_000_000_000
        keys = {"running": float(second < 61), "speed_mps": 3.0, "incline_pct": -10.0}
        exposure.second(t_ns, {key: Metric(t_ns, key, value, None, 1.0) for key, value in keys.items()})
    assert exposure.running_s == 60.0
    assert exposure.distance_m == pytest.approx(180.0)
    assert exposure.exposure_m == pytest.approx(450.0)
    assert exposure.descent_m == pytest.approx(18.0)
    assert exposure.measured == 1.0


def test_without_a_speed_the_usual_one_is_assumed_and_counts_as_not_measured() -> None:
    exposure = Exposure((PastRun(speed_mps=3.0),))
    for second in range(11):
        t_ns = second * 1_000_000_000
        exposure.second(t_ns, {"running": Metric(t_ns, "running", 1.0, None, 1.0)})
    assert exposure.distance_m == pytest.approx(30.0)
    assert exposure.measured == 0.0


def test_todays_cap_is_the_strictest_rule() -> None:
    assert cap_today((), None) is None
    long = tuple(free(km, 5.0) for km in (4.0, 6.0, 5.0))
    spike = cap_today(long, None)
    assert spike is not None
    assert spike.exposure_m == pytest.approx(6600.0)
    first = cap_today((*long, hurt(4.0, 2.0)), 3500.0)
    assert first is not None
    assert first.exposure_m == pytest.approx(1600.0), "40 % of where it hurt"
    before = tuple(free(km, 20.0) for km in (4.0, 6.0, 5.0))
    later = cap_today((*before, hurt(4.0, 9.0), free(1.6, 6.0), free(1.7, 2.0)), 3500.0)
    assert later is not None
    assert later.exposure_m == pytest.approx(1600.0 * 1.21)
    worse = cap_today((PastRun(onset_m=4000.0, days_ago=1.0, worse=True),), None)
    assert worse is not None
    assert worse.exposure_m == pytest.approx(1200.0)
    forgotten = cap_today((hurt(4.0, 40.0), *long), 3500.0)
    assert forgotten is not None
    assert forgotten.exposure_m == 3500.0


def test_the_return_text_gives_30_to_50_per_cent() -> None:
    for site in ("outer knee", "around the kneecap", None):
        assert "1.2 km to 2.0 km" in return_text(site, 4000.0)
        assert "180 m to 300 m" in return_text(site, 600.0)
