"""Every screen looks as it did when its snapshot was last reviewed."""

from __future__ import annotations

import difflib

import pytest

from tests.tui.gallery import FOLDER, GALLERY, Size, named

pytestmark = pytest.mark.real_time
LOOKS = 5
"""A screen that has not settled yet is looked at again."""


@pytest.mark.parametrize(("file", "name", "size"), named(), ids=[file for file, *_ in named()])
async def test_a_screen_is_as_it_was(file: str, name: str, size: Size) -> None:
    kept = (FOLDER / file).read_text(encoding="utf-8")
    async with GALLERY[name].drawn(size) as driver:
        for _ in range(LOOKS):
            await driver.look()
            if driver.text == kept:
                return
        changed = difflib.unified_diff(kept.splitlines(), driver.text.splitlines(), "kept", "now", lineterm="", n=0)
    pytest.fail("\n".join([f"{file} has changed; if it is meant: make snapshots", *changed]), pytrace=False)


def test_every_kept_screen_is_of_the_gallery() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(file for file, *_ in named())
