"""The text of the screen in each state, at both designed sizes: nothing is cut off, nothing scrolls."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dsp.records import ThresholdState
from hub.client import LinkChange
from hub.messages.incoming import CommandMessage
from hub.terminal.tether import Tether
from tests.tui import scenes
from tests.tui.dashboard import LARGE, SMALL, dashboard, text_of
from tests.tui.scene_fields import SoundFields
from tui.__main__ import make_app, parse
from tui.app import DashboardApp
from tui.state.board import FORGET_S
from tui.widgets.cue_log import CueLog
from tui.widgets.metric_tile import MetricTile
from tui.widgets.sensor_table import SensorTable

pytestmark = pytest.mark.real_time
FULL_HD = (240, 67)
BOTH = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])


@BOTH
async def test_connecting_says_so_and_counts_down(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.connecting)
        assert board.said == "CONNECTING: Looking for the hub … Trying again in 4 s."
        board.clock.now_s += 3.0
        await board.look()
        assert "1 s" in board.said
        assert board.tile("cadence_spm").value == "--"
        assert {plot.empty for plot in board.plots.values()} == {"Waiting for the hub"}


@BOTH
async def test_without_sensors_it_says_what_to_do(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.no_sensors)
        assert board.said.startswith("NO SENSORS YET: Wake your pod by shaking it.")
        assert "waiting" in board.status
        assert "not recording" in board.status


@BOTH
async def test_sensors_come_one_by_one(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.searching)
        assert board.said.startswith("CONNECTING: 2 of 5 sensors connected.")
        rows = {row.place: row for row in board.app.screen.query_one(SensorTable).rows}
        assert list(rows) == ["Hip", "Left foot", "Foot pod", "Chest", "Treadmill"]
        assert rows["Left foot"].state == "connecting"
        for device in scenes.SENSORS:
            board.feed.say(scenes.sensor(device))
        await board.look()
        board.feed.say(scenes.attitude_unknown(0.0))
        await board.look()
        assert board.said.startswith("READY: Stand still")
        assert {plot.empty for plot in board.plots.values()} == {"Appears after a few steps"}


@BOTH
@pytest.mark.parametrize("state", ["READY", "PAUSED", "NOT RUNNING"])
async def test_a_standing_notice_and_the_state_of_the_run_are_both_visible(size: tuple[int, int], state: str) -> None:
    notice = "no hip sensor is streaming: hip drop is not measured"
    session = replace(scenes.waiting("live") if state == "READY" else scenes.session("paused"), notice=notice)
    if state == "NOT RUNNING":
        session = replace(session, source="replay", replay=scenes.replay())
    async with dashboard(size) as board:
        await board.play(scenes.no_sensors)
        board.feed.say(*(scenes.sensor(device) for device in scenes.SENSORS), session)
        await board.look()
        assert board.said.startswith(f"{state}: ")
        shown = " ".join(text_of(board.banner).split())
        assert f" {state} " in shown
        assert f"▲ {notice}" in shown
        board.feed.say(scenes.session(notice=notice))
        await board.look()
        assert board.said.startswith(f"NOTICE: {notice}")


@BOTH
async def test_before_a_run_the_banner_says_what_was_reported_last_time(
    size: tuple[int, int],
) -> None:
    told = "Reported last time (2026-03-01): 4 of 10, right outer knee. Today's plan counts it."
    tether = Tether(told)
    chosen = make_app(parse(["--runner", "ann", *tether.arguments]))
    tether.cut()
    assert isinstance(chosen, DashboardApp)
    async with dashboard(size) as board:
        board.app.board.reported = chosen.board.reported
        await board.play(scenes.no_sensors)
        board.feed.say(*(scenes.sensor(device) for device in scenes.SENSORS))
        await board.look()
        await board.look()
        assert board.said == f"READY: Stand still for 3 seconds, then start running. {told}"
        assert told in " ".join(text_of(board.banner).split())
        await board.play(scenes.running)
        assert "Reported" not in board.said


@BOTH
async def test_a_run_shows_every_number(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.running, scenes.a_second_later)
        shown = {tile.reading.key: tile.value for tile in board.app.screen.query(MetricTile)}
        assert shown == {
            "cadence_spm": "172",
            "drop_excursion_left_deg": "4.2",
            "drop_excursion_right_deg": "4.3",
            "heart_rate_bpm": "152",
            "speed_mps": "10.8",
            "contact_left_ms": "243",
            "contact_right_ms": "251",
            "flight_ms": "98",
        }
        assert "running 12:34" in board.status
        assert ("◉ rec 2025-03-01_0730_ann" if size == LARGE else "◉ rec 2025-0…0_ann") in board.status
        assert board.said.startswith("QUIET: ")
        sacrum = next(line for line in board.sensors if line.startswith("Hip"))
        assert sacrum.split() == ["Hip", "●", "streaming", "87%", "0.0%", "21"]
        assert all(plot.axis is not None for plot in board.plots.values())


@BOTH
async def test_the_distances_of_a_runner_who_has_had_pain(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.running)
        assert board.gauge.border_subtitle == "2.26 km"
        assert board.gauge.reason == "As usual for you (5 earlier runs)."
        await board.hear(scenes.metrics(scenes.PAIN_BEFORE))
        assert board.gauge.border_subtitle == "2.26 km · today's cap 3.4 km"
        told = "Pain-free to 3.9 km in 8 of 10 such runs. Chance that it begins within 5 min: 12 %."
        assert (told in " ".join(text_of(board.gauge).split())) == (size == LARGE)
        await board.hear(scenes.metrics(scenes.PAIN_BEFORE | {"cap_m": 3940.0}))
        assert board.gauge.border_subtitle == "2.26 km · pain-free to 3.9 km"
        await board.hear(scenes.metrics(scenes.PAIN_BEFORE | {"cap_m": 3940.0, "exposure_m": 2960.0}))
        assert board.gauge.border_subtitle == "3.0 km with hills · pain-free to 3.9 km"


@BOTH
async def test_cadence_stands_beside_its_target(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.running)
        before = "steps/min, " if size == LARGE else ""
        assert board.tile("cadence_spm").border_subtitle == f"{before}↑ target 176"
        await board.hear(scenes.metrics(cadence_spm=173.4))
        assert board.tile("cadence_spm").border_subtitle == f"{before}✓ target 176"
        await board.hear(scenes.metrics({}, cadence_spm=None))
        board.clock.now_s += FORGET_S
        await board.look()
        assert "target" not in str(board.tile("cadence_spm").border_subtitle)


@BOTH
async def test_a_drop_stands_beside_what_is_usual(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.running)
        tile = board.tile("drop_excursion_right_deg")
        assert tile.border_subtitle == ("last 10, usual 4.0°" if size == LARGE else "usual 4.0°")
        await board.hear(scenes.metrics({"distance_m": 840.0}))
        board.clock.now_s += FORGET_S
        await board.hear(scenes.metrics({"distance_m": 840.0}))
        assert tile.border_subtitle == ("last ten landings" if size == LARGE else "last 10")
        assert board.gauge.border_subtitle == "840 m"


@pytest.mark.parametrize(
    ("changes", "narrow", "wide"),
    [
        (None, "♪ off", "♪ sound off"),
        ({}, "♪ voice", "♪ voice espeak-ng"),
        ({"voice": None}, "♪ tones", "♪ tones"),
        ({"metronome_spm": 176.0}, "♪ voice", "♪ voice espeak-ng, beat 176"),
        ({"output": None}, "✗ no sound", "✗ no sound device"),
    ],
)
async def test_the_top_line_says_what_can_be_heard(changes: SoundFields | None, narrow: str, wide: str) -> None:
    for size, words in ((SMALL, narrow), (LARGE, wide)):
        async with dashboard(size) as board:
            await board.play(scenes.running)
            await board.hear(scenes.session(sound=None if changes is None else scenes.sound(**changes)))
            assert f" {words}   ● hub" in board.status


async def test_who_was_muted_by_a_coach_sees_it_and_can_take_it_back() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        await board.hear(scenes.session(sound=scenes.sound(muted=True), muted_by="coach"))
        assert board.said.startswith("MUTED: Your coach has muted your cues.")
        assert "  muted" in board.status
        await board.press("m")
        assert board.feed.meant == [CommandMessage(action="unmute")]
        await board.hear(scenes.session(sound=scenes.sound(muted=True), muted_by="coach"))  # was on its way
        assert "muted" not in board.said
        await board.hear(scenes.session(sound=scenes.sound()))
        assert board.said.startswith("QUIET")


@BOTH
async def test_a_cue_says_why_and_becomes_history(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.with_cue)
        assert board.said.startswith(f"ADVICE: {scenes.BELT} why: on right leg slow mean 7.1°, usual 4.0°")
        assert board.banner.has_class("-advice")
        assert board.gauge.level == 3
        assert board.gauge.reason == "slow mean 7.1° on right leg, usual 4.0° (+3.1°) · limit 5.0°"
        flagged = {tile.reading.key for tile in board.app.screen.query(MetricTile) if tile.has_class("-flagged")}
        assert flagged == {"drop_excursion_right_deg"}
        board.clock.now_s += 60.0
        board.feed.say(scenes.metrics())
        await board.look()
        assert board.said.startswith("THRESHOLD: Still beyond your usual range.")
        assert (said := board.banner.announcement) is not None
        assert said.when == "cue 60 s ago"
        assert scenes.BELT in " ".join(text_of(board.banner).split()), "all of it, also on 80 columns"
        board.feed.say(scenes.threshold(ThresholdState.CLEAR))
        await board.look()
        assert board.said.startswith("QUIET: ")


@pytest.mark.parametrize("size", [LARGE, FULL_HD])
async def test_earlier_cues_are_listed_where_there_is_room(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.with_cue)
        lines = str(board.app.screen.query_one(CueLog).content).splitlines()
        assert "12:34 ◆ Your belt tips" in lines[0]
        assert any("11:42 ● Your belt starts" in line for line in lines)
        assert board.app.screen.query_one(CueLog).content_size.height >= 2
        assert (board.banner.region.height, board.gauge.region.height) == (4, 7)


@BOTH
async def test_a_lost_sensor_dims_its_numbers_and_no_others(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.running, scenes.sensor_lost, scenes.after_loss)
        assert board.said.startswith("SENSOR LOST: No data from the hip sensor.")
        stale = {tile.reading.key for tile in board.app.screen.query(MetricTile) if tile.has_class("-stale")}
        assert stale == {"drop_excursion_left_deg", "drop_excursion_right_deg"}
        drop = board.tile("drop_excursion_left_deg")
        assert (drop.value, drop.age_s) == ("4.2", 9.0)
        assert "9 s" in str(drop.border_subtitle)
        assert "leg" in str(drop.border_title)
        sacrum = next(line for line in board.sensors if line.startswith("Hip"))
        assert "✗ lost" in sacrum
        assert "silent 16 s" in sacrum
        board.clock.now_s += 10.0
        await board.look()
        assert drop.value == "--"
        board.feed.say(scenes.sensor("sacrum"), scenes.metrics())
        await board.look()
        assert (drop.value, drop.age_s) == ("4.2", None)
        assert "SENSOR LOST" not in board.said


@BOTH
async def test_the_end_keeps_the_numbers_and_says_where_the_run_is(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.ended)
        board.clock.now_s += 300.0
        board.feed.say(scenes.status("offline"), LinkChange(up=False, reason="closed", retry_s=5.0))
        await board.look()
        assert board.said.startswith("FINISHED: Run finished: 24:10, 4128 steps, 2 cues. Saved: ")
        assert board.tile("cadence_spm").value == "172"
        assert not board.tile("cadence_spm").has_class("-stale")


async def test_a_replay_does_not_ask_to_shake_a_sensor() -> None:
    async with dashboard() as board:
        await board.play(scenes.searching)
        board.feed.say(scenes.session("waiting", source="replay", replay=scenes.replay()))
        await board.look()
        assert board.said == "STARTING: 2 of 5 sensors connected. As it was when this was recorded."


async def test_a_lost_link_says_so_counts_down_and_comes_back() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        board.feed.say(LinkChange(up=False, reason="connection reset", retry_s=5.0))
        await board.look()
        assert board.said.startswith("NO LINK: Lost the link to the hub. Trying again in 5 s.")
        assert "no link, retry 5 s" in board.status
        board.clock.now_s += 4.0
        await board.look()
        assert "no link, retry 1 s" in board.status
        assert board.tile("cadence_spm").has_class("-stale")
        board.feed.say(LinkChange(up=True), scenes.metrics())
        await board.look()
        assert not board.tile("cadence_spm").has_class("-stale")
        assert "● hub" in board.status


async def test_a_pause_a_notice_and_a_stopped_hub_are_said() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        board.feed.say(scenes.session("paused"))
        await board.look()
        assert board.said.startswith("PAUSED")
        board.feed.say(scenes.session(notice="recording stalled, 12 packets dropped", recording_ok=False))
        await board.look()
        assert board.said.startswith("NOTICE: recording stalled")
        assert "✗ rec" in board.status
        assert "◉" not in board.status
        board.feed.say(scenes.status("offline"))
        await board.look()
        assert board.said.startswith("HUB GONE")


async def test_a_new_hub_starts_with_a_clean_screen() -> None:
    async with dashboard() as board:
        await board.play(scenes.ended)
        board.feed.say(scenes.status(instance="b2"), scenes.waiting("live"))
        await board.look()
        assert board.tile("cadence_spm").value == "--"
        assert board.said.startswith("NO SENSORS YET")


async def test_a_reader_that_fails_is_never_mistaken_for_a_quiet_run() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        board.feed.fault = RuntimeError("out of luck")
        board.feed.say(scenes.metrics())
        await board.look()
        assert board.said.startswith("FAULT")
        assert "out of luck" in board.said
        await board.press("question_mark")
        await board.press("escape")  # and keys are still answered


async def test_text_from_outside_is_never_read_as_markup() -> None:
    async with dashboard() as board:
        await board.play(scenes.running)
        board.feed.say(scenes.cue(text="[b]bold[/] [/nothing] [red"), scenes.session(notice="[x"))
        await board.look()
        assert "[b]bold[/] [/nothing] [red" in text_of(board.banner)


async def test_who_joins_late_sees_the_numbers_of_a_threshold_and_which_hip_drop_it_is_of() -> None:
    async with dashboard() as board:
        mean = {**scenes.EXTRA, "drop_excursion_mean_right_deg": 6.2}
        reached = scenes.session(thresholds={"drop_drift_right": ThresholdState.REACHED})
        await board.hear(LinkChange(up=True), scenes.status(), reached, scenes.metrics(mean))
        assert board.gauge.short == "slow mean 6.2° on right leg, limit 5.0°"
        assert board.tile("drop_excursion_right_deg").has_class("-flagged")
        assert not board.tile("drop_excursion_left_deg").has_class("-flagged")
