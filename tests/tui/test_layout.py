"""Layout at every terminal size, with many sensors and with long words of pain."""

from __future__ import annotations

import msgspec
import pytest
from textual.widgets import Static

from dsp.cues.pain_noted import Rule, described
from dsp.cues.rule import CueParams
from dsp.records import PainReport, Side
from dsp.runner.triage import SITES, PainRule
from tests.tui import scenes
from tests.tui.dashboard import LARGE, SMALL, dashboard, text_of
from tui.state.announcement import UNUSED_SHOWN_S
from tui.state.words import sentence

pytestmark = pytest.mark.real_time
FULL_HD = (240, 67)


@pytest.mark.parametrize("size", [SMALL, LARGE, (100, 30), (160, 50), FULL_HD])
async def test_everything_fits(size: tuple[int, int]) -> None:
    """No widget reaches out of its parent, no two overlap, no Static has more or longer lines than room."""
    async with dashboard(size) as board:
        await board.play(scenes.with_cue, scenes.a_second_later)
        screen = board.app.screen
        widgets = [
            each
            for each in screen.query("RunnerScreen > *, #tiles > *, #lower > *, #hips > *, #right > *")
            if each.display
        ]
        for widget in widgets:
            assert widget.parent is not None
            assert screen.region.contains_region(widget.region), widget
            assert widget.region.area > 0, widget
            for other in widget.parent.children:
                if other is not widget and other.display and other in widgets:
                    assert not widget.region.overlaps(other.region), (widget, other)
        for static in screen.query(Static):
            lines = str(static.content).splitlines()
            if static.display and static.region.area:
                assert len(lines) <= static.content_size.height, static
                assert max(map(len, lines), default=0) <= static.content_size.width, static


@pytest.mark.parametrize("size", [(60, 20), (40, 12), (20, 6), (1, 1)])
async def test_smaller_terminals_lose_the_plots_but_never_break(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.with_cue, scenes.a_second_later)
        assert board.app.is_running
        assert not any(plot.region.area for plot in board.plots.values())


@pytest.mark.parametrize("width", [*range(30, 40), 40, 48, 55, 59, 60, 66, 75, 76, 78, 80, 109, 110])
async def test_no_name_no_number_and_no_key_is_cut_in_its_middle(width: int) -> None:
    async with dashboard((width, 24)) as board:
        await board.play(scenes.running, scenes.a_second_later)
        lines = board.text.splitlines()
        tiles = [line for line in lines[1:13] if line[:1] in "╭╰┏┗"]
        if width >= 36:
            assert not any("…" in line for line in tiles)
        shown = " ".join(board.text.split())
        if width >= 40:
            assert all(name in shown for name in ("Cadence", " leg", "Heart", "Speed", "Contact", "Flight"))
        keys = lines[-1]
        assert keys.rstrip().endswith(("Quit", "Theme")), keys
        assert "? Help" in keys
        plots = [line for line in lines if "limit" in line]
        assert not any("…" in line for line in plots)


async def test_a_phone_shows_the_whole_advice_and_the_threshold_where_there_is_room() -> None:
    async with dashboard((40, 24)) as board:
        await board.play(scenes.running, scenes.with_cue, scenes.a_second_later)
        assert scenes.BELT.strip() in " ".join(text_of(board.banner).replace("just now", "").split())
        assert "limit +1.0°" in board.text
        await board.pilot.resize_terminal(80, 24)
        await board.look()
        assert [line[:1] for line in board.text.splitlines()[1:9]] == ["╭", "│", "│", "│", "╰", "╭", "│", "╰"]


async def test_the_screen_follows_a_resize() -> None:
    async with dashboard(LARGE) as board:
        await board.play(scenes.running)
        large = board.tile("cadence_spm").content_size.height
        await board.pilot.resize_terminal(*SMALL)
        await board.look()
        assert board.tile("cadence_spm").content_size.height < large
        assert board.app.screen.region.size == SMALL


async def test_more_sensors_than_rows_shows_the_troubled_and_counts_the_rest() -> None:
    async with dashboard(SMALL) as board:
        await board.play(scenes.running)
        for number in range(4):
            base = scenes.sensor("pod", "lost" if number == 3 else "streaming")
            board.feed.say(
                type(base)(**{f: getattr(base, f) for f in base.__struct_fields__} | {"device": f"x{number}"})
            )
        await board.look()
        assert board.sensors[-1] == "and 5 more"
        assert any("✗ lost" in line for line in board.sensors)


NOWHERE = (
    'nobody can tell where it sits: run `stridecue pair`, or write "F0:5C:00:01:00:07" = "sacrum" (left_foot, ...)'
)
NAMESAKE = "F0:5C:00:01:00:08 has the same name and is used, not F0:5C:00:01:00:07: switch one off or put "
SECOND = "Virtual IMU sacrum is already worn there (sacrum); this one is used after 30 s without it. "
UNUSED = (NOWHERE + " into [sensors]", NAMESAKE + "addresses in [sensors]", SECOND + "To move it: `stridecue pair`")
"""As worded in drivers/supervision/supervisor.py."""


@pytest.mark.parametrize("detail", UNUSED)
@pytest.mark.parametrize("before", [scenes.no_sensors, scenes.running])
@pytest.mark.parametrize("size", [SMALL, (40, 24)])
async def test_a_sensor_that_is_not_used_is_told_in_full_and_not_called_lost(
    detail: str, before: scenes.Say, size: tuple[int, int]
) -> None:
    async with dashboard(size) as board:
        await board.play(before)
        told = scenes.sensor("pod", "failed", name="Same name", detail=detail)
        unused = msgspec.structs.replace(told, placement=None, device="foot-same-name--spare")
        await board.hear(*(scenes.sensor(device) for device in scenes.SENSORS), unused)
        await board.look()
        assert board.said == f"NOT USED: Same name is on but not used. {sentence(detail)}"
        assert sentence(detail) in " ".join(text_of(board.banner).split())
        board.clock.now_s += UNUSED_SHOWN_S
        await board.hear(*(scenes.sensor(device) for device in scenes.SENSORS), unused, scenes.metrics())
        assert board.said.startswith("READY" if before is scenes.no_sensors else "QUIET")
        await board.hear(msgspec.structs.replace(unused, detail="the other one is used now"))
        assert board.said.startswith("NOT USED")
        await board.hear(scenes.sensor("strap", "lost"))
        assert board.said.startswith("SENSOR LOST: No data from the chest sensor.")


async def test_where_no_other_sensor_is_what_is_not_used_is_told_for_good() -> None:
    async with dashboard() as board:
        await board.play(scenes.no_sensors)
        unused = msgspec.structs.replace(scenes.sensor("pod", "failed", detail=UNUSED[0]), placement=None)
        await board.hear(unused)
        assert board.sensors[-1].split()[:4] == ["pod", "○", "not", "used"]
        board.clock.now_s += 600.0
        await board.hear(unused)
        assert board.said.startswith("NOT USED")


@pytest.mark.parametrize("size", [SMALL, (60, 24), (40, 24), LARGE])
async def test_all_that_was_reported_last_time_can_be_read_before_a_run(size: tuple[int, int]) -> None:
    longest = max((described(PainReport(0, 10, site, Side.RIGHT, None, numb=True)) for site in SITES), key=len)
    told = f"Reported last time (2026-03-01): {longest}, the worst of 12. Today's plan counts it."
    async with dashboard(size) as board:
        board.app.board.reported = told
        await board.play(scenes.no_sensors)
        await board.hear(*(scenes.sensor(device) for device in scenes.SENSORS))
        await board.look()
        assert told in " ".join(text_of(board.banner).split())
        assert board.banner.region.bottom < board.app.screen.size.height, "the line of keys is seen too"
        await board.play(scenes.running)
        await board.look()
        assert board.banner.region.height in (3, 4, 6), "6: all the room of a phone"


@pytest.mark.parametrize("site", [*SITES, None])
@pytest.mark.parametrize("numb", [False, True])
async def test_all_that_is_said_about_pain_can_be_read_on_a_small_terminal(site: str | None, *, numb: bool) -> None:
    report = PainReport(0, 9, site, Side.RIGHT, None, numb, 1800.0, 5200.0, 5200.0)
    answer = Rule(CueParams((), PainRule.TREK, None)).pain(report)
    assert answer is not None
    async with dashboard(SMALL) as board:
        cue = scenes.cue(text=answer.text, severity=answer.severity)
        await board.play(scenes.running)
        board.feed.say(cue)
        await board.look()
        await board.look()
        assert board.banner.region.bottom <= board.app.screen.size.height
        shown = "".join(text_of(board.banner).replace("just now", "").split())
        assert "".join(answer.text.split()) in shown
        board.feed.say(scenes.session("ended"))
        await board.look()
        assert board.banner.region.height == 3


@pytest.mark.parametrize(
    ("size", "titles"),
    [
        ((60, 18), ["On L leg", "On R leg"]),
        (SMALL, ["Drop on L leg", "Drop on R leg"]),
        (LARGE, ["Hip drop on left leg °", "Hip drop on right leg °"]),
    ],
)
async def test_at_every_size_it_is_said_on_which_leg_a_hip_drops(size: tuple[int, int], titles: list[str]) -> None:
    async with dashboard(size) as board:
        await board.play(scenes.running)
        assert all(title in board.text for title in titles)
