"""The list of runners on a small screen."""

from __future__ import annotations

import pytest
from textual.widgets import DataTable

from tests.tui import coach_scenes
from tests.tui.coach import a_coach
from tests.tui.dashboard import SMALL
from tui.widgets.roster_columns import NARROW_HEADINGS

pytestmark = pytest.mark.real_time


async def test_every_column_of_a_small_roster_has_a_name():
    async with a_coach(SMALL) as coach:
        await coach.hear(*coach_scenes.forty())
        first, second = (line.split() for line in coach.text.splitlines()[1:3])
        assert first == " ".join(each.partition("\n")[0] for each in NARROW_HEADINGS).split()
        assert second == " ".join(each.partition("\n")[2] for each in NARROW_HEADINGS).split()


@pytest.mark.parametrize("width", [27, 36, 40, 48, 54, 60, 68, 77, 78, 80, 109, 110, 160])
async def test_whom_a_coach_must_look_at_and_why_is_there_on_a_phone_too(width: int):
    async with a_coach((width, 24)) as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.forty())
        lines = coach.text.splitlines()
        assert "Threshold" in lines[1]
        assert lines[3].split()[:2] == ["■", "hana"]
        assert " REACHED" in lines[3]
        assert [" near" in line for line in lines[4:7]] == [True, True, False]
        assert coach.app.screen.query_one(DataTable).max_scroll_x == 0, "all of it is there without scrolling"


@pytest.mark.parametrize("width", [30, 40, 60])
async def test_on_a_phone_the_top_line_begins_with_how_many_need_somebody(width: int):
    async with a_coach((width, 24)) as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.forty())
        assert coach.text.startswith(" 3 need you   40 runners")


async def test_what_is_shown_follows_the_width():
    async with a_coach((40, 24)) as coach:
        await coach.hear(coach_scenes.up(), *coach_scenes.forty())
        assert coach.text.splitlines()[1].split() == ["Runner", "Run", "Threshold"]
        await coach.pilot.resize_terminal(60, 24)
        await coach.look()
        assert coach.text.splitlines()[1].split() == ["Runner", "Run", "Drop", "on", "Drop", "on", "Threshold"]
