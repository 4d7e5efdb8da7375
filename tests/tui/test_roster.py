"""The list of runners on a small screen."""

from __future__ import annotations

import pytest

from tests.tui import coach_scenes
from tests.tui.coach import a_coach
from tests.tui.dashboard import SMALL
from tui.widgets.roster_row import NARROW_HEADINGS

pytestmark = pytest.mark.real_time


async def test_every_column_of_a_small_roster_has_a_name():
    async with a_coach(SMALL) as coach:
        await coach.hear(*coach_scenes.forty())
        first, second = (line.split() for line in coach.text.splitlines()[1:3])
        assert first == " ".join(each.partition("\n")[0] for each in NARROW_HEADINGS).split()
        assert second == " ".join(each.partition("\n")[2] for each in NARROW_HEADINGS).split()
