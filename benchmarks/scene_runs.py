"""Recorded runs played once per scene and seed, in several processes: shared by `harder_runs` and `harder_shoes`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

from tests.recorded import DATA_DIR, folders

T = TypeVar("T")


def arguments(package: str | None, about: str | None, each: str) -> argparse.Namespace:
    """Parse seeds, scenes, people and processes; `package` and `about` describe the command, `each` is for `--each`."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {package}", description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2], help="of the simulated errors")
    parser.add_argument("--only", default="", help="part of a scene's name; several separated by commas")
    parser.add_argument("--people", default="", help="part of a recording's name")
    parser.add_argument("--each", action="store_true", help=each)
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: %(default)s)")
    return parser.parse_args()


def play_all(
    played: Callable[[Path, int, int], T], names: Sequence[str], runs: Sequence[str], args: argparse.Namespace
) -> dict[int, list[T]]:
    """Return the results of `played(folder, scene, seed)` by index of the scene; exit if the recorded runs are missing.

    names  names of the scenes
    runs   parts of the names of the recordings to play
    """
    if DATA_DIR is None:
        sys.exit("the recorded runs were not found: set STRIDECUE_DATA to their folder")
    people = [f for f in folders() if any(name in str(f) for name in runs) and args.people in str(f)]
    scenes = [k for k, name in enumerate(names) if any(part in name for part in args.only.split(","))]
    todo = [(folder, k, seed) for k in scenes for folder in people for seed in args.seeds]
    with ProcessPoolExecutor(args.jobs) as pool:
        found = list(pool.map(played, *zip(*todo, strict=True)))
    return {k: [one for one, (_, n, _) in zip(found, todo, strict=True) if n == k] for k in scenes}
