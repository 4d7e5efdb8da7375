"""Structural rules of the project that no other tool checks."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("dsp", "firmware_profiles", "drivers", "hub", "tui")
FORBIDDEN_STEMS = {"utils", "helpers", "common", "misc", "manager", "base", "util", "helper"}
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def test_there_is_something_to_check() -> None:
    assert len(SOURCES) > 20


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_stay_about_one_idea(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    assert path.stem not in FORBIDDEN_STEMS


def test_inits_are_docstrings_only() -> None:
    for path in SOURCES:
        if path.name == "__init__.py":
            lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
            assert "".join(lines).startswith('"""'), path
            assert not any(line.startswith(("import ", "from ")) for line in lines), path


def test_every_source_that_is_cited_can_be_looked_up() -> None:
    sections = set(re.findall(r"^## (\d+)\.", (ROOT / "docs/sources.md").read_text(encoding="utf-8"), re.MULTILINE))
    cited = {
        (number, path.name)
        for path in SOURCES
        for places in re.findall(r"\bsources (\d+(?:, \d+)*)", path.read_text(encoding="utf-8"))
        for number in places.split(", ")
    }
    assert {number for number, _ in cited} >= {"1", "2", "9"}
    elsewhere = re.compile(r"\b(?:domain|findings) \d")
    assert not [path for path in SOURCES if elsewhere.search(path.read_text(encoding="utf-8"))]
    assert not [(number, name) for number, name in cited if number not in sections]


def layers_in_the_linter() -> dict[str, list[set[str]]]:
    """Return each package's layers from the top, each a set of module names."""
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    return {
        package: [set(layer.split(" | ")) for layer in contract["layers"]]
        for contract in tools["importlinter"]["contracts"]
        for package in contract.get("containers", [])
    }


def layers_in_the_document() -> dict[str, list[set[str]]]:
    """Return the same from the tables of docs/architecture.md; the head of a table is its package."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    tables = re.findall(r"^\| `(\w+)` \| \|\n\|---\|---\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    return {
        package: [set(re.findall(r"`(\w+)`", row.split("|")[1])) for row in rows.splitlines()]
        for package, rows in tables
    }


def test_the_layer_tables_of_the_documentation_match_the_linter() -> None:
    documented, enforced = layers_in_the_document(), layers_in_the_linter()
    assert set(documented) == {"dsp", "hub", "tui"}
    assert documented == {package: enforced[package] for package in documented}


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("dsp.pipeline", {"asyncio", "logging", "scipy", "bleak", "msgspec", "socket"}),
        ("hub.cli", {"textual", "scipy", "bumble", "amqtt", "matplotlib", "sounddevice", "bleak"}),
        ("hub.run.runtime", {"textual", "scipy", "bumble", "matplotlib", "sounddevice"}),
        ("tui.app", {"scipy", "bumble", "bleak", "amqtt", "drivers.supervision.supervisor", "dsp.pipeline"}),
    ],
)
def test_heavy_imports_stay_out(module: str, forbidden: set[str]) -> None:
    """The linter cannot see deferred imports; a fresh interpreter can."""
    code = f"import sys, {module}; print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not forbidden & set(loaded.stdout.split())
