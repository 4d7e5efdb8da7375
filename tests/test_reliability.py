"""The page about failures names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+) \|.*\|.*\|(.*)\|$", flags=re.MULTILINE)
TEST = re.compile(r"(?:async )?def test_(\w+)")


def test_all_27_ways_to_fail_have_a_row() -> None:
    assert [int(number) for number, _ in ROW.findall(PAGE)] == list(range(1, 28))


def test_every_test_it_names_exists() -> None:
    there = {name for path in (ROOT / "tests").rglob("test_*.py") for name in TEST.findall(path.read_text("utf-8"))}
    words = [word for _, tested in ROW.findall(PAGE) for word in re.findall(r"`([^`]+)`", tested)]
    named = [word.rpartition(": ")[2] for word in words if re.fullmatch(r"(\w+\.py: )?[a-z0-9_]{12,}", word)]
    assert len(named) > 40
    assert [name for name in named if name not in there] == []


def test_every_trouble_in_the_virtual_machine_it_names_is_caused() -> None:
    scenario = (ROOT / "tests" / "bluez" / "vm" / "guest" / "scenario.py").read_text(encoding="utf-8")
    for _, tested in ROW.findall(PAGE):
        _, _, machine = tested.partition("L4 ")
        for name in re.findall(r'"([^"]+)"', machine):
            assert name in scenario, name
