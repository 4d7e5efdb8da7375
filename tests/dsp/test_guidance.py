"""Guidance as a whole in simulated runs: thresholds and cues, pain reports, the plan, and saved state."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from benchmarks.thresholds.eighth_run import eighth
from benchmarks.thresholds.simulated import Change, Habit, SimulatedRun, guided
from dsp import texts
from dsp.guidance import Guidance, GuidanceParams, Wish
from dsp.records import Cue, Earcon, Metric, PainReport, Record, Severity, Side, Threshold, ThresholdState
from dsp.runner.history import PastRun
from dsp.runner.plan import GUIDED, Plan, Volume
from dsp.runner.target_cadence import own_cadence, target_spm
from dsp.thresholds.drift import EARLIER_ONLY
from tests.dsp.reloaded import reloaded

S = 1_000_000_000
REACHED, REPORTED = ThresholdState.REACHED, ThresholdState.REPORTED
FINISHED = Plan(sessions=len(GUIDED))
PAST = tuple(
    PastRun(5.2 + d, 4.6 + d, 168.0, speed_mps=2.8, distance_m=9000.0, exposure_m=9000.0, descent_m=0.0, days_ago=4.0)
    for d in (-0.1, 0.0, 0.1)
)


def states(records: list[Record], detector: str) -> list[ThresholdState]:
    return [r.state for r in records if isinstance(r, Threshold) and r.detector == detector]


def test_an_uneventful_run_has_no_cues() -> None:
    records = guided(SimulatedRun(Habit(), 3, 2400), GuidanceParams(history=PAST, plan=FINISHED))
    assert [r for r in records if isinstance(r, Cue)] == []


def test_a_tiring_leg_is_detected_and_cued_within_minutes() -> None:
    change = Change(900.0, drop_deg_per_min=0.2, drop_most_deg=2.0)
    records = guided(SimulatedRun(Habit(), 4, 1800, change=change), GuidanceParams(history=PAST, plan=FINISHED))
    reached = next(r for r in records if isinstance(r, Threshold) and r.state is REACHED)
    assert (reached.detector, reached.side) == ("drop_drift", Side.LEFT)
    assert 60 * 18 < reached.t_ns * 1e-9 < 60 * 24.5
    assert "level_hips" in {r.rule for r in records if isinstance(r, Cue)}


def test_a_sudden_change_is_asked_about_once() -> None:
    change = Change(1000.0, contact_jump_ms=25.0)
    records = guided(SimulatedRun(Habit(), 5, 2400, change=change), GuidanceParams(history=PAST, plan=FINISHED))
    asked = [r for r in records if isinstance(r, Cue) and r.rule == "ask_pain"]
    assert len(asked) == 1
    assert 1000.0 < asked[0].t_ns * 1e-9 < 1090.0


@pytest.mark.parametrize("seed", [0, 1])
def test_the_eighth_run_is_warned_in_time_and_not_early(seed: int) -> None:
    assert eighth(seed).holds


def seconds(guidance: Guidance, first: int, n: int, steps_per_min: float = 160.0) -> list[Record]:
    out = []
    for second in range(first, first + n):
        t_ns = second * 1_000_000_000
        values = {"running": 1.0, "speed_mps": 2.8, "cadence_spm": steps_per_min}
        out += guidance.second(t_ns, [Metric(t_ns, key, value, None, 0.9) for key, value in values.items()])
    return out


def cues(records: list[Record], rule: str | None = None) -> list[Cue]:
    return [r for r in records if isinstance(r, Cue) and rule in {None, r.rule}]


def test_the_goal_is_taught_only_in_guided_time_and_mute_means_quiet() -> None:
    guidance = Guidance(GuidanceParams(history=PAST))
    assert cues(seconds(guidance, 0, 175)) == [], "warm-up"
    taught = seconds(guidance, 175, 200)
    assert cues(taught, "quick_steps")
    last = {r.key: r.value for r in taught if isinstance(r, Metric)}
    assert last["cadence_target_spm"] == pytest.approx(168.0 * 1.05)
    assert last["feedback_on"] == 1.0
    guidance.wish(Wish.MUTE)
    muted = seconds(guidance, 375, 600)
    assert cues(muted) == []
    assert {r.value for r in muted if isinstance(r, Metric) and r.key == "feedback_on"} == {0.0}
    guidance.wish(Wish.UNMUTE)
    assert cues(seconds(guidance, 975, 300), "quick_steps")
    silent = Guidance(GuidanceParams(history=PAST, plan=FINISHED))
    assert cues(seconds(silent, 0, 900)) == []
    without = Guidance(GuidanceParams(history=PAST, target_cadence=False))
    assert "cadence_target_spm" not in {r.key for r in seconds(without, 0, 60) if isinstance(r, Metric)}


def test_a_goal_can_be_set_from_outside_and_removed() -> None:
    guidance = Guidance(GuidanceParams(history=PAST))
    guidance.set_target(180.0)
    assert {r.value for r in seconds(guidance, 0, 5) if isinstance(r, Metric) and r.key == "cadence_target_spm"} == {
        180.0
    }
    guidance.set_target(None)
    assert {r.value for r in seconds(guidance, 5, 5) if isinstance(r, Metric) and r.key == "cadence_target_spm"} != {
        180.0
    }
    (asked,) = guidance.ask_pain(0)
    assert isinstance(asked, Cue)
    assert asked.earcon is Earcon.THRESHOLD


def test_a_pain_report_is_completed_with_its_place_reported_once_and_answered() -> None:
    guidance = Guidance(GuidanceParams(history=PAST))
    seconds(guidance, 0, 601)
    report, threshold, answer = guidance.pain(PainReport(601, 4, "Outer", Side.LEFT))
    assert isinstance(report, PainReport)
    assert (report.site, report.running_s) == ("outer knee", 600.0)
    assert report.distance_m == pytest.approx(1680.0)
    assert isinstance(threshold, Threshold)
    assert threshold.state is REPORTED
    assert isinstance(answer, Cue)
    assert (answer.rule, answer.severity, answer.earcon) == ("pain_noted", Severity.WARNING, Earcon.NOTED)
    assert answer.text == "Walk now; stop for today. Noted: 4 of 10, left outer knee."
    again = guidance.pain(PainReport(602, 5))
    assert [type(each) for each in again] == [PainReport, Cue]
    assert cues(seconds(guidance, 602, 900), "quick_steps") == [], "no teaching while it hurts"


def test_with_mild_pain_the_run_continues_easy_and_no_pain_is_only_noted() -> None:
    guidance = Guidance(GuidanceParams(history=PAST))
    (_, answer) = (r for r in guidance.pain(PainReport(0, 2, "outer knee")) if not isinstance(r, Threshold))
    assert isinstance(answer, Cue)
    assert answer.severity is Severity.ADVICE
    assert cues(seconds(guidance, 0, 400), "quick_steps")
    report, noted = Guidance(GuidanceParams()).pain(PainReport(0, 0))
    assert isinstance(report, PainReport)
    assert isinstance(noted, Cue)
    assert noted.severity is Severity.INFO


@pytest.mark.parametrize(
    "report", [PainReport(0, 1, "buttock"), PainReport(0, 1, "back"), PainReport(0, 1, "hip", numb=True)]
)
def test_signs_of_the_back_end_all_cues_also_in_later_runs_until_cleared(report: PainReport) -> None:
    guidance = Guidance(GuidanceParams(history=PAST))
    (answer,) = cues(guidance.pain(report))
    assert answer.severity is Severity.STOP
    assert "doctor" in answer.text
    assert cues(seconds(guidance, 0, 900)) == []
    plan = guidance.plan()
    assert plan.held
    assert cues(seconds(Guidance(GuidanceParams(history=PAST, plan=plan)), 0, 900)) == []


def all_of(run: SimulatedRun, params: GuidanceParams) -> list[Record]:
    guidance, out = Guidance(params), []
    for t_ns, steps, metrics in run:
        for step in steps:
            guidance.step(step)
        out += guidance.second(t_ns, metrics)
    return out


def test_the_baseline_is_reported_each_second_and_is_the_one_that_a_threshold_uses() -> None:
    run = SimulatedRun(Habit(), 4, 1800, change=Change(900.0, drop_deg_per_min=0.2, drop_most_deg=2.0))
    records = all_of(run, GuidanceParams(history=PAST, plan=FINISHED))
    usual = [r for r in records if isinstance(r, Metric) and r.key == "drop_excursion_baseline_deg"]
    assert {metric.side for metric in usual} == set(Side)
    left = [metric for metric in usual if metric.side is Side.LEFT]
    assert left[0].value == pytest.approx(5.2)
    reached = next(r for r in records if isinstance(r, Threshold) and r.state is REACHED)
    (compared,) = [m for m in reached.because if isinstance(m, Metric) and m.key == left[0].key]
    assert compared.value == left[-1].value != left[0].value, "with the first minutes of this run"
    bounds = [r.value for r in records if isinstance(r, Metric) and r.key == "drop_excursion_bound_deg"]
    (limit,) = [m for m in reached.because if isinstance(m, Metric) and m.key == "drop_excursion_bound_deg"]
    assert limit.value == bounds[-1] == pytest.approx(bounds[0] / EARLIER_ONLY)
    unknown = all_of(SimulatedRun(Habit(), 4, 60), GuidanceParams())
    assert not [r for r in unknown if isinstance(r, Metric) and r.key.startswith("drop_excursion_b")]


def takes_back_ns(answered: list[Record]) -> int | None:
    """Return `takes_back_ns` of the report, the first of the records."""
    report = answered[0]
    assert isinstance(report, PainReport)
    return report.takes_back_ns


def test_level_zero_within_two_minutes_withdraws_a_report() -> None:
    guidance = Guidance(GuidanceParams(history=PAST))
    fresh = Guidance(GuidanceParams(history=PAST))
    guidance.pain(PainReport(0, 5, "achilles"))
    assert guidance.plan().on_hold
    back = guidance.pain(PainReport(120 * S, 0))
    assert [type(each) for each in back] == [PainReport, Threshold, Cue]
    assert takes_back_ns(back) == 0
    assert states(back, "onset") == [ThresholdState.CLEAR]
    assert cues(back)[0].text == texts.TAKEN_BACK
    assert guidance.plan() == fresh.plan(), "as if there had been no report"
    again = guidance.pain(PainReport(121 * S, 0))
    assert takes_back_ns(again) is None
    assert cues(again)[0].text == texts.NOTHING_HURTS
    assert states(guidance.pain(PainReport(122 * S, 4)), "onset") == [REPORTED], "and pain can be reported again"


def test_only_the_newest_report_is_withdrawn_and_an_older_one_stays() -> None:
    guidance = Guidance(GuidanceParams())
    guidance.pain(PainReport(0, 2, "outer knee"))
    guidance.pain(PainReport(300 * S, 9, "outer knee"))
    back = guidance.pain(PainReport(310 * S, 0))
    assert takes_back_ns(back) == 300 * S
    assert states(back, "onset") == [], "the first one stands, so it stays reported"
    assert cues(guidance.pain(PainReport(311 * S, 0)))[0].text == texts.NOT_TAKEN_BACK


def test_pain_that_has_eased_stays_in_the_run() -> None:
    guidance = Guidance(GuidanceParams())
    guidance.pain(PainReport(0, 4))
    eased = guidance.pain(PainReport(121 * S, 0))
    assert takes_back_ns(eased) is None
    assert states(eased, "onset") == []
    assert cues(eased)[0].text == texts.NOT_TAKEN_BACK


@pytest.mark.parametrize("signs", [PainReport(0, 3, "buttock"), PainReport(0, 1, "hip", numb=True)])
def test_signs_for_a_clinician_are_not_withdrawn_by_level_zero(signs: PainReport) -> None:
    guidance = Guidance(GuidanceParams())
    guidance.pain(signs)
    later = guidance.pain(PainReport(5 * S, 0))
    assert takes_back_ns(later) is None
    assert guidance.plan().held


def test_calf_pain_puts_the_goal_on_hold() -> None:
    guidance = Guidance(GuidanceParams(history=PAST))
    guidance.pain(PainReport(0, 2, "achilles"))
    assert "cadence_target_spm" not in {r.key for r in seconds(guidance, 0, 60) if isinstance(r, Metric)}
    assert guidance.plan().on_hold


def test_calf_pain_in_mid_run_is_not_followed_by_quicker_steps() -> None:
    guidance = Guidance(GuidanceParams(history=PAST))
    seconds(guidance, 0, 240, 175.0)
    guidance.pain(PainReport(240 * S, 2, "calf"))
    later = [*seconds(guidance, 241, 200, 172.0), *seconds(guidance, 441, 600, 158.0)]
    assert cues(later, "quick_steps") == []


def target_at(speed_mps: float, history: tuple[PastRun, ...], plan: Plan) -> float | None:
    own = own_cadence(history, plan)
    assert own is not None
    return target_spm(own, plan, speed_mps)


@pytest.mark.parametrize(
    ("speed_mps", "own_spm"), [(2.8, 168.0), (3.3, 172.9), (3.7, 172.9), (2.0, 163.1), (6.0, None)]
)
def test_the_target_follows_speed_near_the_speeds_of_earlier_runs_only(speed_mps: float, own_spm: float | None) -> None:
    target = target_at(speed_mps, PAST, Plan())
    assert target is None if own_spm is None else target == pytest.approx(1.05 * own_spm)


def test_speeds_of_earlier_runs_widen_the_range_of_the_goal() -> None:
    fast = replace(PAST[0], speed_mps=4.6, cadence_spm=184.0)
    assert target_at(5.0, (*PAST, fast), Plan()) is not None
    assert target_at(6.0, PAST, Plan(own_cadence_spm=168.0, own_speed_mps=2.8)) is None


def test_a_coachs_question_counts_as_a_cue_and_is_not_repeated_at_once() -> None:
    guidance = Guidance(GuidanceParams(history=PAST))
    seconds(guidance, 0, 400)
    asked = [guidance.ask_pain((400 + k) * S, coach=True) for k in range(5)]
    assert [len(each) for each in asked] == [1, 0, 0, 0, 0]
    assert cues(seconds(guidance, 405, 19)) == [], "a pause of 25 s"


def test_saving_and_restoring_in_mid_run_changes_nothing() -> None:
    run = list(SimulatedRun(Habit(), 6, 1300, change=Change(900.0, contact_jump_ms=25.0)))
    whole, cut, out, out_cut = Guidance(GuidanceParams(history=PAST)), Guidance(GuidanceParams(history=PAST)), [], []
    for k, (t_ns, steps, metrics) in enumerate(run):
        for guidance in (whole, cut):
            for step in steps:
                guidance.step(step)
        out += whole.second(t_ns, metrics)
        out_cut += cut.second(t_ns, metrics)
        if k % 101 == 0:
            cut = reloaded(cut)
    assert out == out_cut
    assert any(isinstance(each, Threshold) for each in out)


# -- the plan


def test_feedback_fades_over_eight_sessions_and_the_goal_rises_when_it_holds() -> None:
    plan, guided = Plan(own_cadence_spm=168.0), []
    for _ in range(8):
        guided.append(plan.guided)
        plan = plan.after(1800.0, 0.9)
    assert guided[0] == 1.0
    assert guided == sorted(guided, reverse=True)
    assert guided[-1] <= 0.1
    assert (plan.sessions, plan.guided, plan.goal) == (8, 0.0, 2)
    assert plan.after(1800.0, 0.9).sessions == 8
    assert plan.after(1800.0, 0.2).guided > 0.0, "lost: guided again"
    assert Plan(own_cadence_spm=168.0).after(1800.0, 0.3).goal == 0
    assert Plan(own_cadence_spm=168.0).after(300.0, 0.9).sessions == 0, "too short"
    assert Plan().after(1800.0, None).sessions == 0, "no own cadence yet"


def test_guided_and_silent_time_alternate() -> None:
    plan = Plan(sessions=4, own_cadence_spm=168.0)
    on = [plan.guides(float(s)) for s in range(3600)]
    assert not any(on[:180])
    assert sum(on[180:3180]) == pytest.approx(3000 * plan.guided, abs=2)
    assert sum(a != b for a, b in pairwise(on)) > 15


def test_volume_is_kept_for_the_next_run_and_muting_is_not() -> None:
    guidance = Guidance(GuidanceParams(history=PAST))
    guidance.wish(Wish.MUTE)
    guidance.wish(Wish.LESS)
    guidance.wish(Wish.LESS)
    plan = guidance.plan()
    assert (plan.volume, plan.muted) == (Volume.LESS, False)
    assert plan.own_cadence_spm == 168.0
