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
        heading = coach.text.splitlines()[1].split()
        assert heading == " ".join(NARROW_HEADINGS).split()
        assert all(word[0].isupper() for word in heading)
