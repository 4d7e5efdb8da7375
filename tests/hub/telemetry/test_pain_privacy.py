"""Others cannot distinguish a run with a pain report from the same run without it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dsp import texts
from dsp.guidance import Guidance, GuidanceParams
from dsp.records import Cue, Metric, PainReport, Severity, Side
from dsp.runner.history import PastRun
from dsp.signals import NS_PER_S
from hub.contract.examples import EXAMPLES
from hub.flow.session import Session
from hub.messages.delivery import for_others
from hub.messages.wire import CueMessage, MetricsMessage, Post, SessionMessage, ThresholdMessage, encode
from hub.telemetry.posts import Telemetry
from hub.telemetry.run_info import RunInfo

PAST = tuple(
    PastRun(5.2 + d, 4.6 + d, 168.0, speed_mps=2.8, distance_m=9000.0, exposure_m=9000.0, descent_m=0.0, days_ago=4.0)
    for d in (-0.1, 0.0, 0.1)
)
HURT_BEFORE = (
    PastRun(
        5.2,
        4.6,
        168.0,
        speed_mps=2.8,
        distance_m=9000.0,
        exposure_m=9000.0,
        descent_m=0.0,
        days_ago=2.0,
        onset_m=8000.0,
    ),
)
GOAL_SPM = 168.0 * 1.05
REPORTS = (
    PainReport(0, 4, "outer knee", Side.RIGHT),
    PainReport(0, 1, "calf or Achilles"),
    PainReport(0, 7, "buttock", numb=True),
    PainReport(0, None),
)


def posts_of_a_run(
    history: tuple[PastRun, ...],
    said: dict[int, PainReport],
    *,
    cadence_spm: float = GOAL_SPM,
    shares_onset: bool = True,
) -> list[Post]:
    """Ten minutes on target, as the hub posts them; `said` by second."""
    guidance, session = Guidance(GuidanceParams(history=history)), Session()
    telemetry = Telemetry(RunInfo("ann", "one", "live", 0, 0, len(history), shares_onset=shares_onset), session)
    posts: list[Post] = []
    for second in range(600):
        t_ns = second * NS_PER_S
        values = {"running": 1.0, "speed_mps": 2.8, "cadence_spm": cadence_spm}
        metrics = [Metric(t_ns, key, value, None, 0.9) for key, value in values.items()]
        records = [*metrics, *guidance.second(t_ns, metrics)]
        if second in said:
            report = said[second]
            records += guidance.pain(PainReport(t_ns, report.level, report.site, report.side, report.note, report.numb))
        for record in records:
            session.update(record)
            posts += telemetry.record(record)
        posts += telemetry.frames(t_ns, {})
    return posts


def read_by_others(posts: list[Post]) -> list[tuple[str, bytes]]:
    told = [(post.topic, for_others(post.message)) for post in posts]
    return [(topic, encode(message)) for topic, message in told if message is not None]


@pytest.mark.parametrize("history", [(), PAST, PAST + HURT_BEFORE], ids=["first run", "no pain before", "pain before"])
@pytest.mark.parametrize("report", REPORTS, ids=lambda report: f"{report.level} {report.site}")
def test_a_report_changes_nothing_that_others_read(history: tuple[PastRun, ...], report: PainReport) -> None:
    without = posts_of_a_run(history, {})
    reported = posts_of_a_run(history, {300: report, 420: PainReport(0, 0)})
    assert read_by_others(reported) == read_by_others(without)
    assert [encode(post.message) for post in reported] != [encode(post.message) for post in without]


@pytest.mark.parametrize("shares_onset", [True, False], ids=["told", "kept"])
def test_onset_is_published_as_a_state_only_and_only_if_the_runner_shares_it(*, shares_onset: bool) -> None:
    near = tuple(replace(run, onset_m=1200.0) for run in HURT_BEFORE * 4)
    posts = posts_of_a_run(near, {}, shares_onset=shares_onset)
    assert any(b'"onset"' in encode(post.message) for post in posts), "the runner's own screen has it in any case"
    told = [payload for _, payload in read_by_others(posts) if b"onset" in payload.replace(b'"shares_onset":null', b"")]
    assert bool(told) == shares_onset
    thresholds = [message for post in posts if isinstance(message := for_others(post.message), ThresholdMessage)]
    assert [each.seq for each in thresholds] == list(range(1, len(thresholds) + 1))


def test_a_report_leaves_no_gap_in_the_sequence_numbers_that_others_read() -> None:
    posts = posts_of_a_run(
        PAST, {60: REPORTS[0], 90: PainReport(0, 0), 100: REPORTS[0], 130: PainReport(0, 0)}, cadence_spm=160.0
    )
    told = [message for post in posts if isinstance(message := for_others(post.message), CueMessage)]
    assert told, "he is slower than his target"
    assert [cue.seq for cue in told] == list(range(1, len(told) + 1))
    hidden = [post.message for post in posts if isinstance(post.message, CueMessage) and not for_others(post.message)]
    assert [cue.seq for cue in hidden] == [0] * 4


def test_a_cue_is_published_with_its_target() -> None:
    guidance = Guidance(GuidanceParams(history=PAST))
    cues: list[Cue] = []
    for second in range(300):
        metrics = [
            Metric(second * NS_PER_S, key, value, None, 0.9)
            for key, value in {"running": 1.0, "speed_mps": 2.8, "cadence_spm": 160.0}.items()
        ]
        cues += [each for each in guidance.second(second * NS_PER_S, metrics) if isinstance(each, Cue)]
    telemetry = Telemetry(RunInfo("ann", "one", "live", 0, 0), Session())
    (post,) = telemetry.record(next(cue for cue in cues if cue.rule == "quick_steps"))
    assert for_others(post.message) == post.message


def test_the_number_of_sounds_is_for_the_runner_only() -> None:
    session = EXAMPLES["session"]
    assert isinstance(session, SessionMessage)
    assert session.sound is not None
    told = for_others(session)
    assert isinstance(told, SessionMessage)
    assert told.sound is not None
    assert (told.sound.sounds, told.sound.hub_p50_ms) == (None, None)
    assert (told.sound.output, told.sound.muted) == (session.sound.output, session.sound.muted)


def test_exposure_is_published_to_all_beside_the_distance() -> None:
    guidance, telemetry = Guidance(GuidanceParams()), Telemetry(RunInfo("ann", "one", "live", 0, 0), Session())
    for second in range(61):
        t_ns = second * NS_PER_S
        values = {"running": 1.0, "speed_mps": 3.0, "incline_pct": -10.0}
        metrics = [Metric(t_ns, key, value, None, 0.9) for key, value in values.items()]
        for record in [*metrics, *guidance.second(t_ns, metrics)]:
            telemetry.record(record)
    frame = for_others(telemetry.frames(60 * NS_PER_S, {})[0].message)
    assert isinstance(frame, MetricsMessage)
    assert frame.extra["distance_m"] == pytest.approx(180.0)
    assert frame.extra["exposure_m"] == pytest.approx(450.0)  # 2.5 times at 10 % down


def test_a_stop_stays_in_the_session_without_the_report_and_for_the_runner_only() -> None:
    guidance, telemetry = Guidance(GuidanceParams()), Telemetry(RunInfo("ann", "one", "live", 0, 0), Session())

    def said(second: int, level: int, *, numb: bool | None = None) -> SessionMessage:
        for record in guidance.pain(PainReport(second * NS_PER_S, level, "outer knee", Side.LEFT, numb=numb)):
            telemetry.record(record)
        message = telemetry.session(second * NS_PER_S).message
        assert isinstance(message, SessionMessage)
        others = for_others(message)
        assert isinstance(others, SessionMessage)
        assert others.stop is None
        return message

    assert said(10, 2).stop is None
    walk = said(20, 5).stop
    assert walk is not None
    assert (walk.t_s, walk.severity, walk.text) == (20.0, Severity.WARNING, texts.ACT_WALK)
    clinician = said(30, 9, numb=True).stop
    assert clinician is not None
    assert (clinician.t_s, clinician.text) == (30.0, texts.ACT_STOP)
    assert said(40, 0).stop == clinician, "a number takes no signs for a clinician back"


def test_a_withdrawn_stop_gives_way_to_the_one_before_it() -> None:
    guidance, telemetry = Guidance(GuidanceParams()), Telemetry(RunInfo("ann", "one", "live", 0, 0), Session())
    stands = []
    for second, level in ((10, 5), (300, 7), (310, 0), (320, 7), (500, 0)):
        for record in guidance.pain(PainReport(second * NS_PER_S, level)):
            telemetry.record(record)
        message = telemetry.session(second * NS_PER_S).message
        assert isinstance(message, SessionMessage)
        stands.append(None if message.stop is None else message.stop.t_s)
    assert stands == [10.0, 300.0, 10.0, 320.0, 320.0]


def test_a_stop_that_reveals_no_pain_is_for_all() -> None:
    telemetry = Telemetry(RunInfo("ann", "one", "live", 0, 0), Session())
    telemetry.record(Cue(5, "another", Severity.STOP, "Stop.", None, ()))
    session = telemetry.session(5).message
    told = for_others(session)
    assert isinstance(told, SessionMessage)
    assert told.stop is not None
    assert told.stop.text == "Stop."
