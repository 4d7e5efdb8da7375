"""The list of runners on a small screen."""

from __future__ import annotations

import pytest
from textual.widgets import DataTable

from dsp.records import ThresholdState
from hub.client import Item, LinkChange
from hub.flow.session import SessionState
from tests.tui import coach_scenes, scenes
from tests.tui.coach import a_coach
from tests.tui.dashboard import SMALL
from tui.state.roster import Roster
from tui.widgets.roster_columns import NARROW_HEADINGS, columns
from tui.widgets.roster_row import cells
from tui.widgets.roster_status import top_line

pytestmark = pytest.mark.real_time


async def test_every_column_of_a_small_roster_has_a_name() -> None:
    async with a_coach(SMALL) as coach:
        await coach.hear(*coach_scenes.forty())
        first, second = (line.split() for line in coach.text.splitlines()[1:3])
        assert first == " ".join(each.partition("\n")[0] for each in NARROW_HEADINGS).split()
        assert second == " ".join(each.partition("\n")[2] for each in NARROW_HEADINGS).split()


@pytest.mark.parametrize("width", [27, 36, 40, 48, 54, 60, 68, 77, 78, 80, 109, 110, 160])
async def test_whom_a_coach_must_look_at_and_why_is_there_on_a_phone_too(width: int) -> None:
    async with a_coach((width, 24)) as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.forty())
        lines = coach.text.splitlines()
        assert "Threshold" in lines[1]
        assert lines[3].split()[:2] == ["■", "hana"]
        assert " REACHED" in lines[3]
        assert [" near" in line for line in lines[4:7]] == [True, True, False]
        assert coach.app.screen.query_one(DataTable).max_scroll_x == 0, "all of it is there without scrolling"


@pytest.mark.parametrize("width", [30, 40, 60])
async def test_on_a_phone_the_top_line_begins_with_how_many_need_somebody(width: int) -> None:
    async with a_coach((width, 24)) as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.forty())
        assert coach.text.startswith(" 3 need you   40 runners")


async def test_what_is_shown_follows_the_width() -> None:
    async with a_coach((40, 24)) as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.forty())
        assert coach.text.splitlines()[1].split() == ["Runner", "Run", "Threshold"]
        await coach.pilot.resize_terminal(60, 24)
        await coach.look()
        assert coach.text.splitlines()[1].split() == ["Runner", "Run", "Drop", "on", "Drop", "on", "Threshold"]


GONE = LinkChange(up=False, reason="connection refused", retry_s=30.0)
WIDTHS = (*range(27, 34, 2), 36, 40, 48, *range(54, 72), 77, 78, 80, 109, 110, 160)


async def top_lines(*items: Item) -> list[tuple[int, str]]:
    """At every width the top line of a coach's screen that has heard this."""
    tops: list[tuple[int, str]] = []
    async with a_coach((160, 24)) as coach:
        await coach.hear(*items)
        for width in WIDTHS:
            await coach.pilot.resize_terminal(width, 24)
            await coach.look()
            tops.append((width, coach.text.splitlines()[0]))
    return tops


async def test_at_every_width_the_top_line_is_whole_and_has_the_state_of_the_link() -> None:
    for width, top in await top_lines(*coach_scenes.forty()):
        assert "…" not in top
        assert "3 need you" in top
        assert top.endswith("●" if width < 32 else "● up" if width < 46 else "● 127.0.0.1:1883")


async def test_at_every_width_the_top_line_says_that_the_broker_is_gone() -> None:
    for width, top in await top_lines(*coach_scenes.forty(), GONE):
        assert "…" not in top
        assert "✗ " in top
        assert "gone, retry in 30 s" in top
        assert ("need" in top) is (width >= 40)
        assert top.endswith("(connection refused)") is (width >= 109)


async def test_the_top_line_of_a_first_connection_on_a_phone() -> None:
    async with a_coach((40, 24)) as coach:
        await coach.look()
        assert coach.text.splitlines()[0].strip() == "need unknown   ◌ connecting"


@pytest.mark.parametrize("width", [36, 40, 62, 63])
async def test_on_a_phone_the_keys_for_help_and_the_end_are_shown(width: int) -> None:
    async with a_coach((width, 24)) as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.forty())
        keys = coach.text.splitlines()[-1]
        assert "? Help" in keys
        assert "q Quit" in keys
        await coach.press("enter")
        keys = coach.text.splitlines()[-1]
        assert "? Help" in keys
        assert "q Quit" in keys


def heard(*items: Item) -> Roster:
    roster = Roster()
    for item in (coach_scenes.up(), *items):
        roster.apply(item, 0.0)
    return roster


def test_a_lost_sensor_is_in_the_top_line_unless_somebody_is_in_greater_need() -> None:
    lost = coach_scenes.of("ann", scenes.sensor("sacrum", state="lost"))

    def top(*items: Item) -> str:
        roster = heard(*items)
        return top_line(roster, roster.in_order(1.0), "gym", 1.0, 160).plain

    ann, ben = coach_scenes.runner("ann"), coach_scenes.runner("ben", 1)
    assert "nobody needs you" in top(*ann, *ben)
    assert "1 lacks a sensor" in top(*ann, *ben, lost)
    assert "2 lack a sensor" in top(*ann, *ben, lost, coach_scenes.of("ben", scenes.sensor("strap", state="failed")))
    near = coach_scenes.runner("ben", 1, worst=ThresholdState.NEAR)
    assert "1 needs you" in top(*ann, *near, lost)
    assert "nobody needs you" in top(*coach_scenes.runner("ann", state="ended"), lost)


@pytest.mark.parametrize(("state", "look"), [("running", "bold"), ("paused", "bold"), ("ended", "$dim")])
def test_the_numbers_of_a_run_that_is_over_are_not_those_of_now(state: SessionState, look: str) -> None:
    ann = heard(*coach_scenes.runner("ann", state=state))["ann"]
    shown = cells(ann, 1.0, columns(160))
    assert {str(cell.spans[0].style) for cell in shown[3:6] if cell.plain != "--"} == {look}
