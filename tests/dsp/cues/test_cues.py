"""The cue rules, the schedule and the texts."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib import import_module
from itertools import pairwise

import pytest

from dsp import texts
from dsp.cues.ask_pain import Rule as AskPain
from dsp.cues.downhill import Rule as Downhill
from dsp.cues.heart_rate import Rule as HeartRate
from dsp.cues.level_hips import Rule as LevelHips
from dsp.cues.pain_distance import Rule as PainDistance
from dsp.cues.quick_steps import Rule as QuickSteps
from dsp.cues.quiet_side import Rule as QuietSide
from dsp.cues.return_cap import Rule as ReturnCap
from dsp.cues.rule import CueParams, CueRule, Moment, all_rules
from dsp.cues.schedule import Schedule
from dsp.cues.sensor_moved import Rule as SensorMoved
from dsp.cues.spike_guard import Rule as SpikeGuard
from dsp.metrics.metric import all_metrics
from dsp.records import Cue, Earcon, Evidence, Metric, PainReport, Severity, Side, Threshold, ThresholdState
from dsp.runner.exposure import Exposure
from dsp.runner.history import PastRun
from dsp.runner.plan import Volume
from tests.dsp.evidence import numbers_of

S = 1_000_000_000
NEAR, REACHED = ThresholdState.NEAR, ThresholdState.REACHED


def moment(
    second: int = 0,
    own_spm: float | None = None,
    target_spm: float | None = None,
    exposure: Exposure | None = None,
    quality: float = 0.9,
    **values: float,
) -> Moment:
    metrics = {key: Metric(second * S, key, value, None, quality) for key, value in values.items()}
    exposure = exposure or Exposure()
    return Moment(
        second * S, exposure, running=True, guided=True, metrics=metrics, own_spm=own_spm, target_spm=target_spm
    )


def proposed(rule: CueRule, moments: Iterable[Moment]) -> list[tuple[int, Cue]]:
    """Return the rule's cues, each with the index of its moment."""
    return [(k, cue) for k, each in enumerate(moments) if (cue := rule.second(each)) is not None]


def threshold(detector: str, state: ThresholdState, side: Side | None = Side.LEFT, **numbers: float) -> Threshold:
    return Threshold(100 * S, detector, state, side, tuple(Metric(0, key, v, side, 1.0) for key, v in numbers.items()))


def test_metrics_and_rules_are_discovered() -> None:
    assert len(all_metrics()) > 15
    modules = [import_module(type(rule).__module__) for rule in all_rules(CueParams())]
    assert len(modules) >= 10
    assert {"quick_steps", "level_hips", "spike_guard"} < {module.RULE for module in modules}
    assert [f"dsp.cues.{module.RULE}" for module in modules] == [module.__name__ for module in modules]


def test_quick_steps_asks_for_the_goal_at_this_speed_and_is_silent_in_the_band() -> None:
    rule = QuickSteps(CueParams())
    (second, cue), *_ = proposed(rule, [moment(k, 168.0, 176.0, cadence_spm=169.0) for k in range(21)])
    assert second == 19
    assert (cue.severity, cue.earcon, cue.speak) == (Severity.INFO, Earcon.BELOW, texts.QUICK_STEPS_SPOKEN)
    assert "176" in cue.text
    assert numbers_of(cue)["cadence_target_spm"] == 176.0
    for inside in (173.5, 178.5, 184.0):
        assert not proposed(QuickSteps(CueParams()), [moment(k, 168.0, 176.0, cadence_spm=inside) for k in range(90)])
    (_, above), *_ = proposed(QuickSteps(CueParams()), [moment(k, 168.0, 176.0, cadence_spm=195.0) for k in range(21)])
    assert above.earcon is Earcon.ABOVE


def test_quick_steps_does_not_act_on_poor_cadence_or_with_calf_pain() -> None:
    poor = [moment(k, 168.0, 176.0, quality=0.3, cadence_spm=150.0) for k in range(60)]
    assert not proposed(QuickSteps(CueParams()), poor)
    held = [replace(moment(k, 168.0, 176.0, cadence_spm=150.0), on_hold=True) for k in range(60)]
    assert not proposed(QuickSteps(CueParams()), held)


def test_no_cue_at_a_speed_at_which_own_cadence_is_not_known() -> None:
    stride = [moment(k, 170.0, None, cadence_spm=200.0 if k < 130 else 150.0) for k in range(300)]
    assert not proposed(QuickSteps(CueParams()), stride)


def test_without_a_goal_only_a_much_lower_cadence_than_before_is_cued() -> None:
    fresh = [moment(k, cadence_spm=172.0) for k in range(130)]
    rule = QuickSteps(CueParams())
    assert not proposed(rule, fresh)
    (second, cue), *_ = proposed(rule, [moment(k, cadence_spm=160.0) for k in range(25)])
    assert second == 19
    assert "slower than usual" in cue.text


def test_level_hips_speaks_of_the_belt_and_keeps_its_evidence() -> None:
    rule = LevelHips(CueParams())
    assert rule.threshold(threshold("drop_drift", ThresholdState.WATCH)) is None
    assert rule.threshold(threshold("contact_drift", REACHED)) is None
    reached = threshold("drop_drift", REACHED)
    cue = rule.threshold(reached)
    assert cue is not None
    assert (cue.rule, cue.severity, cue.side, cue.earcon) == ("level_hips", Severity.ADVICE, Side.LEFT, Earcon.ABOVE)
    assert "belt" in cue.text
    assert "left" in cue.text
    assert cue.because == (reached,)


@pytest.mark.parametrize(("now", "side"), [(14.0, Side.LEFT), (-14.0, Side.RIGHT)])
def test_a_change_between_left_and_right_is_reported_without_advice(now: float, side: Side) -> None:
    numbers = {"contact_difference_ms": now, "contact_difference_baseline_ms": 0.0}
    cue = QuietSide(CueParams()).threshold(threshold("contact_difference_drift", REACHED, None, **numbers))
    assert cue is not None
    assert (cue.side, cue.earcon) == (side, Earcon.THRESHOLD)
    assert f"your {side} foot stays on the ground 14 ms longer than earlier" in cue.text
    assert not re.search("land|quiet|keep|try|walk", f"{cue.text} {cue.speak}", re.IGNORECASE), (
        "no trial supports any advice"
    )


def test_pain_distance_says_where_and_what_to_do() -> None:
    numbers = {"exposure_m": 4250.0, "onset_median_m": 4600.0, "onset_runs": 5.0, "distance_m": 3950.0}
    numbers |= {"onset_nearest_m": 4000.0, "onset_farthest_m": 4612.0}
    near = PainDistance(CueParams()).threshold(threshold("onset", NEAR, None, **numbers))
    reached = PainDistance(CueParams()).threshold(threshold("onset", REACHED, None, **numbers))
    assert near is not None
    assert reached is not None
    assert "In 5 runs, pain began at 4.0 to 4.6 km" in near.text, "measured"
    assert "estimate for today is 4.3 km" in near.text, "estimated, as distance on a watch"
    assert "You are at 4.0 km" in near.text
    assert "That is an estimate; in 5 runs, pain began at 4.0 to 4.6 km." in reached.text
    assert "next run" not in reached.text, "that is left to the cap"
    assert (near.severity, reached.severity) == (Severity.ADVICE, Severity.WARNING)
    assert "Walk, or stop for today" in reached.text
    assert PainDistance(CueParams()).threshold(threshold("onset", ThresholdState.REPORTED, None, **numbers)) is None


def test_a_single_onset_is_a_single_distance() -> None:
    numbers = {"exposure_m": 6940.0, "onset_median_m": 6950.0, "onset_runs": 1.0, "distance_m": 6940.0}
    numbers |= {"onset_nearest_m": 8000.0, "onset_farthest_m": 8010.0}
    cue = PainDistance(CueParams()).threshold(threshold("onset", NEAR, None, **numbers))
    assert cue is not None
    assert "In 1 run, pain began at 8.0 km;" in cue.text


def test_ask_pain_asks_once() -> None:
    rule = AskPain(CueParams())
    cue = rule.threshold(threshold("antalgic", REACHED, None))
    assert cue is not None
    assert "Is that pain?" in cue.text
    assert rule.threshold(threshold("antalgic", REACHED, None)) is None


def run_of(metres: float, descent: float = 0.0) -> Exposure:
    """Return the exposure of a run over `metres`, all of them with a measured speed."""
    exposure = Exposure()
    for second in range(2):
        values = {"running": 1.0, "speed_mps": metres}
        exposure.second(second * S, {key: Metric(second * S, key, value, None, 1.0) for key, value in values.items()})
    exposure.descent_m = descent
    return exposure


def test_spike_guard_warns_before_and_at_110_per_cent_of_the_longest_of_30_days() -> None:
    past = [PastRun(distance_m=1000.0 * km, days_ago=5.0) for km in (4, 6, 5)]
    rule = SpikeGuard(CueParams(history=(*past, PastRun(distance_m=12000.0, days_ago=40.0))))
    cues = proposed(rule, [moment(k, exposure=run_of(100.0 * k)) for k in range(90)])
    assert [(k, cue.severity) for k, cue in cues] == [(61, Severity.INFO), (67, Severity.ADVICE)]
    few = SpikeGuard(CueParams(history=tuple(past[:2])))
    assert not proposed(few, [moment(k, exposure=run_of(100.0 * k)) for k in range(90)])
    estimated = run_of(1000.0)
    estimated.distance_m = 9000.0
    assert SpikeGuard(CueParams(history=tuple(past))).second(moment(exposure=estimated)) is None


def test_the_cap_after_pain_is_cued_once_where_it_is_passed() -> None:
    hurt = (PastRun(onset_m=3000.0, days_ago=2.0), PastRun(exposure_m=900.0, days_ago=5.0))
    (place, cue), *more = proposed(
        ReturnCap(CueParams(history=hurt)), [moment(k, exposure=run_of(20.0 * k)) for k in range(90)]
    )
    assert (place, cue.severity, more) == (60, Severity.ADVICE, [])
    assert "1.2 km" in cue.text
    assert "3.0 km" in cue.text
    long_ago = (PastRun(onset_m=3000.0, days_ago=40.0),)
    for history in ((), long_ago):
        assert not proposed(
            ReturnCap(CueParams(history=history)), [moment(k, exposure=run_of(100.0 * k)) for k in range(90)]
        )


def test_downhill_is_cued_for_sore_knees_and_when_the_descent_is_used_up() -> None:
    past = tuple(PastRun(descent_m=50.0, days_ago=5.0) for _ in range(3))
    healthy = Downhill(CueParams(history=past))
    steep = [moment(k, exposure=run_of(900.0, descent=1.0 * k), incline_pct=-6.0) for k in range(90)]
    assert [(k, cue.severity) for k, cue in proposed(healthy, steep)] == [(51, Severity.ADVICE)]
    sore = Downhill(CueParams(history=(*past, PastRun(onset_m=4000.0, days_ago=10.0))))
    assert [k for k, _ in proposed(sore, steep)] == [29, 51]
    flat = [moment(k, exposure=run_of(900.0), incline_pct=0.5) for k in range(90)]
    assert not proposed(Downhill(CueParams(history=(PastRun(onset_m=4000.0),))), flat)


def test_a_descent_is_one_stretch_of_running() -> None:
    sore = CueParams(history=(PastRun(onset_m=4000.0, days_ago=10.0),))
    for between in (replace(moment(29), running=False), moment(29)):
        rule = Downhill(sore)
        down = [moment(k, incline_pct=-6.0) for k in range(29)]
        assert not proposed(rule, [*down, between, moment(4000, incline_pct=-6.0)]), "a stop, or no slope measured"


def test_heart_rate_is_cued_only_where_a_limit_was_set() -> None:
    fast = [moment(k, heart_rate_bpm=175.0) for k in range(40)]
    assert not proposed(HeartRate(CueParams()), fast)
    assert proposed(HeartRate(CueParams(heart_rate_max_bpm=160.0)), fast)[0][0] == 29


def test_each_move_of_a_sensor_is_cued_once() -> None:
    moves = [moment(k, sensor_moved=1.0) if k in {3, 4, 5, 80} else moment(k) for k in range(100)]
    assert [k for k, _ in proposed(SensorMoved(CueParams()), moves)] == [3, 80]


# -- the schedule


def cue(
    second: int,
    rule: str = "level_hips",
    severity: Severity = Severity.ADVICE,
    side: Side | None = Side.LEFT,
    because: tuple[Evidence, ...] = (),
) -> Cue:
    return Cue(second * S, rule, severity, "text", side, because)


def test_one_cue_at_a_time_and_a_more_severe_one_may_interrupt() -> None:
    schedule = Schedule()
    assert schedule.offer(cue(0), 0)
    assert schedule.offer(cue(5, "quick_steps", Severity.INFO, None), 15) is None
    assert schedule.offer(cue(40), 100) is None, "the same again is too soon"
    assert schedule.offer(cue(41, severity=Severity.WARNING), 110)
    assert schedule.offer(cue(80, "quick_steps", Severity.INFO, None), 200)


def test_a_question_is_asked_right_after_a_cue_and_counts_as_a_cue() -> None:
    schedule = Schedule()
    schedule.offer(cue(0), 0)
    assert schedule.ask(cue(1, "ask_pain", side=None), 3.0)
    assert schedule.offer(cue(6, "downhill"), 15.0) is None, "there is a pause after a question too"
    assert [schedule.ask(cue(1 + k, "ask_pain", side=None), 20.0) is not None for k in (1, 4, 24, 30)] == [
        *[False] * 3,
        True,
    ]
    schedule.muted = True
    assert schedule.ask(cue(500, "ask_pain", side=None), 2000.0) is None


def test_the_same_cue_waits_twice_as_long_each_time() -> None:
    schedule = Schedule()
    emitted_s = [t for t in range(0, 4000, 5) if schedule.offer(cue(t), 10.0 * t)]
    waits = [b - a for a, b in pairwise(emitted_s)]
    assert waits[:4] == [120, 240, 480, 960]
    assert max(waits) == 960


def test_a_kilometre_has_a_budget_that_does_not_hold_back_warnings() -> None:
    schedule = Schedule()
    offered = [schedule.offer(cue(60 * k, f"rule{k}"), 100.0 * k) for k in range(6)]
    assert [each is not None for each in offered] == [True, True, True, False, False, False]
    assert schedule.offer(cue(400, "rule", Severity.WARNING), 700.0)
    assert schedule.offer(cue(500, "other"), 1900.0)


def test_volume_scales_the_number_of_cues() -> None:
    def count(volume: Volume) -> int:
        schedule = Schedule()
        schedule.volume = volume
        return sum(schedule.offer(cue(20 * k, f"rule{k}"), 60.0 * k) is not None for k in range(60))

    assert count(Volume.LESS) < count(Volume.USUAL) < count(Volume.MORE)


def test_a_cue_may_wait_for_its_turn_and_goes_stale() -> None:
    schedule = Schedule()
    schedule.offer(cue(0, "a"), 0)
    assert schedule.offer(cue(5, "b"), 10, waits=True) is None
    assert schedule.second(10 * S, 20) is None
    late = schedule.second(30 * S, 80)
    assert late is not None
    assert (late.rule, late.t_ns) == ("b", 30 * S)
    assert schedule.second(60 * S, 160) is None
    schedule.offer(cue(31, "c"), 90, waits=True)
    assert schedule.second(200 * S, 500) is None, "it is out of date"


def test_only_answers_are_emitted_when_muted_held_or_unsure() -> None:
    answer = cue(0, "pain_noted", because=(PainReport(0, 3),))
    for name in ("muted", "held"):
        schedule = Schedule()
        setattr(schedule, name, True)
        assert schedule.offer(cue(0), 0) is None
        assert schedule.offer(answer, 0)
    unsure = (Threshold(0, "drop_drift", REACHED, Side.LEFT, (Metric(0, "drop_excursion_deg", 7.0, Side.LEFT, 0.3),)),)
    assert Schedule().offer(cue(0, because=unsure), 0) is None


# -- the words

FORBIDDEN = re.compile(
    "syndrome|you have|diagnos(?!is.)|injured|inflam|patellofemoral|iliotibial|tendin|valgus|pelvi|obliquity|will be",
    re.IGNORECASE,
)


def every_text() -> Iterator[tuple[str, str]]:
    for name, value in vars(texts).items():
        if name.isupper():
            for each in value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else (value,):
                yield name, each


def test_texts_are_plain_and_name_no_disease() -> None:
    found = list(every_text())
    assert len(found) > 50
    for name, text in found:
        assert not FORBIDDEN.search(text), (name, text)
        assert text.strip() == text


def test_spoken_texts_are_short() -> None:
    for name, text in every_text():
        if name.endswith("_SPOKEN"):
            assert len(text.split()) <= 8, text
            assert {field for _, field, _, _ in string.Formatter().parse(text) if field} <= {"side"}


def test_a_range_of_distances_names_its_unit_once() -> None:
    assert texts.distances(4000.0, 4600.0) == "4.0 to 4.6 km"
    assert texts.distances(900.0, 1200.0) == "900 m to 1.2 km"
    assert texts.distances(7996.0, 8004.0) == "8.0 km"


def test_numbers_shown_together_add_up() -> None:
    assert texts.difference(7.04, 5.16, 1) == 1.8, "7.0 and 5.2 are shown, so the difference is 1.8"
    assert texts.difference(170.4, 175.6, 0) == -6.0
