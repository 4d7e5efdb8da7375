"""Benchmarks and the scripts of docs/ are not run by the tests; what they take from the project must be there."""

from __future__ import annotations

import ast
import importlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.hip_cost.ours import drops, only_counted
from benchmarks.hip_cost.packets import packets_of, stamps_of
from benchmarks.parts import HIP_PARTS
from tests.dsp.synthetic import make

ROOT = Path(__file__).parents[1]
OURS = {"dsp", "firmware_profiles", "drivers", "hub", "tui", "benchmarks", "tests"}
SCRIPTS = sorted([*ROOT.glob("benchmarks/**/*.py"), *ROOT.glob("docs/*.py")])


def taken(script: Path) -> Iterator[tuple[str, str]]:
    """Module and name of each import from the project."""
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] in OURS:
            for alias in node.names:
                yield node.module, alias.name


def test_there_are_scripts_to_look_at() -> None:
    assert len(SCRIPTS) > 50
    assert len({module for script in SCRIPTS for module, _ in taken(script)}) > 100


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_benchmark_imports_is_there(script: Path) -> None:
    for module, name in taken(script):
        if module.startswith("benchmarks.peers.workers"):
            continue  # these run in the peers' own environments
        package = importlib.import_module(module)
        assert hasattr(package, name) or importlib.util.find_spec(f"{module}.{name}"), f"{module} has no {name}"


@pytest.mark.parametrize("part", HIP_PARTS)
def test_a_part_of_the_core_names_methods_that_exist(part: str) -> None:
    """`benchmarks.parts` wraps them by name."""
    for owner, name in HIP_PARTS[part]:
        assert name in vars(owner), f"{owner.__name__} has no {name}"


def test_what_the_design_does_not_count_can_be_switched_off_without_losing_a_drop() -> None:
    made = make(seconds=20.0, rate_hz=208.0)
    packets, stamps = packets_of(made, 208.0, 5), stamps_of(made, 5)
    everything = drops(packets, stamps, 208.0)
    with only_counted():
        assert drops(packets, stamps, 208.0) == everything > 20
    assert drops(packets, stamps, 208.0) == everything
