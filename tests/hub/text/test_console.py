"""The lines of a headless run: changes at once, numbers every few seconds, nothing twice."""

from __future__ import annotations

import asyncio
import io

import pytest
from msgspec.structs import replace

from dsp.records import Cue, Mark, PainReport, Record, Severity, Side, Threshold, ThresholdState
from dsp.signals import Placement
from hub.flow.bus import Bus, Policy
from hub.flow.facts import Mute
from hub.flow.session import Session, SessionState
from hub.messages.delivery import marked_late
from hub.messages.wire import MetricsMessage, Post, SensorMessage, SensorState, SessionMessage
from hub.telemetry.posts import Telemetry
from hub.telemetry.run_info import RunInfo
from hub.text.console import Console

START_UNIX_S = 0.0
AT = "1970-01-01T00:00:00.000Z"


def metrics(seq: int, cadence_spm: float | None) -> Post:
    return Post("m", MetricsMessage(t=AT, seq=seq, t_s=0.0, cadence_spm=cadence_spm, drop_excursion_left_deg=5.04))


def session(state: SessionState, steps: int = 0) -> Post:
    message = SessionMessage(
        t=AT, seq=1, state=state, runner="ann", source="demo", started=None, elapsed_s=0.0, steps=steps, recording=None
    )
    return Post("s", message)


def sensor(state: SensorState) -> Post:
    message = SensorMessage(
        t=AT, seq=1, device="hip", placement=Placement.SACRUM, name="Hip", profile=None, state=state, battery_pct=80.0,
        packets=0, samples=0, lost=0, dropped=0, rate_hz=None, last_seen_s=None, detail=None,
    )  # fmt: skip
    return Post("x", message)


class NarrowTerminal(io.StringIO):
    def isatty(self) -> bool:
        return True


async def all_printed(out: io.StringIO, posts: list[Post], *, own_terminal: bool = True) -> str:
    bus: Bus[Post] = Bus()
    posts_to_print = bus.subscribe("console", Policy.DROP_OLDEST, 100)
    console = Console(out, posts_to_print, start_unix_s=START_UNIX_S, own_terminal=own_terminal)
    async with asyncio.TaskGroup() as group:
        group.create_task(console.run(), name="console")
        for post in posts:
            await bus.publish(post)
        bus.close()
    return out.getvalue()


async def printed(posts: list[Post], *, own_terminal: bool = True) -> list[str]:
    said = await all_printed(io.StringIO(), posts, own_terminal=own_terminal)
    return [line.partition(" s  ")[2] for line in said.splitlines()][1:]


async def test_changes_are_said_once() -> None:
    assert await printed([sensor("streaming"), sensor("streaming"), session("running"), session("running")]) == [
        "Hip (hip) streaming, battery 80 %",
        "the run has started",
    ]


async def test_lines_have_the_time_of_their_message_however_fast_they_come() -> None:
    def at(time: str, state: SessionState) -> Post:
        return Post("s", replace(session(state).message, t=f"1970-01-01T{time}Z"))

    posts = [at("00:00:09.800", "running"), at("00:20:00.000", "paused"), at("01:00:00.049", "ended")]
    said = await all_printed(io.StringIO(), posts)
    assert [line.split(" s  ") for line in said.splitlines()[1:]] == [
        ["   9.8", "the run has started"],
        ["1200.0", "the run is paused: standing"],
        ["3600.0", "the run has ended"],
    ]


async def test_a_replay_ends_not_the_run_that_was_recorded() -> None:
    said = [Post("s", replace(session(state).message, source="replay")) for state in ("running", "ended")]
    assert await printed(said) == ["the run has started", "the replay has ended"]


async def test_on_a_terminal_lines_are_broken_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    cue = Cue(0, "quick_steps", Severity.ADVICE, "Quick, light steps: a little more cadence.", None, ())
    posts = Telemetry(RunInfo("ann", "one", "live", 0, 0), Session()).record(cue)
    lines = (await all_printed(NarrowTerminal(), posts)).splitlines()
    assert all(len(line) <= 40 for line in lines)
    assert " ".join(line[10:] for line in lines[-2:]) == "CUE (advice) Quick, light steps: a little more cadence."
    assert lines[-1].startswith(" " * 10)


async def test_numbers_are_in_the_units_of_the_dashboard_with_what_is_usual() -> None:
    usual = {"drop_excursion_baseline_left_deg": 5.24, "drop_excursion_baseline_right_deg": 4.6}
    frame = MetricsMessage(
        t=AT, seq=1, t_s=0.0, speed_mps=3.0, drop_excursion_left_deg=7.8, drop_excursion_right_deg=4.4, extra=usual
    )
    said = await printed([session("running", 40), *[Post("m", frame)] * 5])
    assert said[-1] == "40 steps | hip drop on L/R leg 7.8/4.4° (usual 5.2/4.6°) | 10.8 km/h"
    before_steps = MetricsMessage(t=AT, seq=1, t_s=0.0, speed_mps=0.0, extra=usual)
    assert (await printed([session("running"), *[Post("m", before_steps)] * 5]))[-1] == "0 steps | 0.0 km/h"


async def test_a_sensor_that_plays_no_part_is_said_not_to_be_used_and_to_have_no_trouble() -> None:
    post = sensor("failed")
    changes = {"placement": None, "battery_pct": None, "detail": "the other one is used"}
    (line,) = await printed([Post(post.topic, replace(post.message, **changes))])
    assert line.endswith(" is not used: the other one is used")
    assert "failed" not in line


async def test_what_is_noted_of_a_sensor_that_works_is_said_once() -> None:
    def noted(detail: str | None) -> Post:
        post = sensor("streaming")
        return Post("x", replace(post.message, detail=detail))

    said = await printed([noted(None), noted("30 ms late"), noted("31 ms late"), noted(None), sensor("lost")])
    assert [line.partition(") ")[2] for line in said] == [
        "streaming, battery 80 %",
        "streaming: 30 ms late, battery 80 %",
        "lost, battery 80 %",
    ]


async def test_numbers_come_every_fifth_frame() -> None:
    assert await printed([session("running", 40), *(metrics(seq, 170.2) for seq in range(11))]) == [
        "the run has started",
        *["40 steps | 170 steps/min | hip drop on L/R leg 5.0/-°"] * 2,
    ]


async def test_thresholds_and_cues_are_said_in_words() -> None:
    telemetry = Telemetry(RunInfo("ann", "one", "live", 0, 0), Session())
    threshold = Threshold(0, "drop_drift", ThresholdState.REACHED, Side.LEFT, ())
    cue = Cue(0, "level_hips", Severity.ADVICE, "Belt level.", Side.LEFT, (threshold,))
    assert await printed([*telemetry.record(threshold), *telemetry.record(cue)]) == [
        "THRESHOLD hip drop vs usual, on left leg: threshold reached",
        "CUE (advice) Belt level.",
    ]


async def test_a_mark_is_said_with_its_place_and_whose_it_is() -> None:
    telemetry = Telemetry(RunInfo("ann", "one", "live", 0, 0), Session())
    marks = [Mark(1, "runner", None, 751.2), Mark(2, "coach", "bridge", 1085.0)]
    posts = [post for mark in marks for post in telemetry.record(mark)]
    assert await printed([*posts, *map(marked_late, posts)]) == [
        "MARK at 12:31 of running, marked by the runner",
        "MARK at 18:05 of running, marked by a coach: bridge",
    ]


async def test_who_muted_is_said() -> None:
    telemetry = Telemetry(RunInfo("ann", "one", "live", 0, 0), Session())
    facts = (Mute(0, muted=True, by="coach"), Mute(1, muted=False, by="runner"), Mute(2, muted=True, by="runner"))
    posts = [post for fact in facts for post in telemetry.note(fact)]
    assert await printed([posts[0], *posts]) == [
        "your coach has muted your cues",
        "cues can be heard again",
        "cues are muted",
    ]


async def test_a_log_that_others_may_read_tells_nothing_of_pain() -> None:
    telemetry = Telemetry(RunInfo("ann", "one", "live", 0, 0), Session())
    report = PainReport(0, 6, "hip")
    answer = Cue(0, "pain_noted", Severity.WARNING, "Walk now; stop for today.", None, (report,))
    drift = Threshold(0, "drop_drift", ThresholdState.NEAR, Side.LEFT, ())
    onset = [Threshold(0, "onset", state, None, (report,)) for state in (ThresholdState.REPORTED, ThresholdState.NEAR)]
    records: list[Record] = [answer, *onset, drift]
    posts = [post for record in records for post in telemetry.record(record)]
    drift_line = "THRESHOLD hip drop vs usual, on left leg: close to the threshold"
    assert await printed(posts, own_terminal=False) == [drift_line]
    told = await printed(posts)
    assert told[0] == "CUE (warning) Walk now; stop for today."
    assert len(told) == 4
