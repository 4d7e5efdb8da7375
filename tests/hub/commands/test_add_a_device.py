"""The snippets in docs/add-a-device.md form a valid profile when assembled."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from drivers.decoders.examples import failed_examples
from firmware_profiles.catalog import load_catalog

PAGE = (Path(__file__).parents[3] / "docs" / "add-a-device.md").read_text(encoding="utf-8")
PIECES = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
SILENT, ABOUT, START, POD, IMU, EXAMPLES = range(6)


def test_the_page_shows_these_six_snippets() -> None:
    heads = [piece.strip().splitlines()[0] for piece in PIECES]
    assert len(PIECES) == EXAMPLES + 1
    assert heads[SILENT] == "[stream.raw]"
    assert heads[EXAMPLES] == "[[examples]]"


@pytest.mark.parametrize("chosen", [(ABOUT, START, SILENT), (ABOUT, START, POD), (ABOUT, START, IMU, EXAMPLES)])
def test_the_assembled_profile_is_valid(chosen: tuple[int, ...], tmp_path: Path) -> None:
    path = tmp_path / "mypod.toml"
    path.write_text("\n".join(PIECES[i] for i in chosen), encoding="utf-8")
    profile = load_catalog(None, path).get("mypod")
    assert failed_examples(profile) == []
    assert bool(profile.examples) == (EXAMPLES in chosen)
