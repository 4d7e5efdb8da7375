"""The doctor finds other distributions that use our package names."""

from __future__ import annotations

from pathlib import Path

import hub
from hub.doctor.finding import Verdict
from hub.doctor.packages import OUR_PACKAGES, foreign_owners


def test_the_doctor_finds_another_owner_of_our_package_names() -> None:
    root = Path(hub.__file__).parents[1]
    own = {name: root / name for name in OUR_PACKAGES}
    assert foreign_owners({name: ["stridecue"] for name in OUR_PACKAGES}, own).verdict is Verdict.OK
    taken = foreign_owners({"hub": ["stridecue", "activeloop-hub"]}, own)
    assert taken.verdict is Verdict.BROKEN
    assert "hub (by activeloop-hub)" in taken.message
    assert "pipx" in taken.remedy
    elsewhere = foreign_owners({}, {**own, "tui": Path("/elsewhere/tui")})
    assert "tui (in /elsewhere/tui)" in elsewhere.message
