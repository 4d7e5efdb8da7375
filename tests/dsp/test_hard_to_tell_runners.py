"""Recorded runners whose steps were once taken for something else."""

from __future__ import annotations

import pytest

from benchmarks.score_recordings import corrupted, run
from dsp.records import Step
from tests.recorded import folders, load, requires_data


def one(name):
    return [pytest.param(f, id=name) for f in folders() if f.name == name] or [pytest.param(None, id="no data")]


@requires_data
@pytest.mark.parametrize("folder", one("D04_SE10"))
def test_a_shuffler_of_64_years_runs_where_she_runs(folder) -> None:
    steps = [r for r in run(load(folder).columns, ["waist"]) if isinstance(r, Step)]
    assert len(steps) >= 185
    walked = [s for s in steps if 51.5e9 < s.t_ns < 62e9]
    assert not walked


@requires_data
@pytest.mark.parametrize("folder", one("D03_SA07"))
def test_a_buckle_that_bounces_makes_no_contacts_of_its_own(folder) -> None:
    steps = [r for r in run(corrupted(load(folder), 1, 52.0), ["waist"]) if isinstance(r, Step)]
    assert 265 <= len(steps) <= 273
