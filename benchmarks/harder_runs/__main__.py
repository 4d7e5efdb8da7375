"""Accuracy of a hip sensor on recorded runners under harder conditions, worst scene first.

    python -m benchmarks.harder_runs [--seeds 1 2] [--only TEXT] [--each] [--jobs 2]

Every recorded runner with a marker-derived pelvis (seven runs of five people) is played once per scene and seed: other
bodies, another day, worn elsewhere, worse sensors (`scenes.py`). Scores are those of `benchmarks.score_recordings`
(its --help explains the columns): counts are sums, all other cells the worst recording. early: steps reported while the
runner was still walking. Goals and results are in `docs/accuracy.md`; '-': not reported, or no ground truth.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.harder_runs.runners import hip_only
from benchmarks.harder_runs.scenes import SCENES
from benchmarks.scene_runs import arguments, play_all
from benchmarks.score_recordings import Score, corrupted, score, table
from tests.recorded import load

MARKERS = ("rbds_virtual_imu", "ric_virtual_imu", "welk002")


def played(folder: Path, number: int, seed: int) -> Score:
    """Score one recording in one scene."""
    scene = SCENES[number]
    harder = scene.body(hip_only(load(folder)), seed)
    columns = scene.sensor(corrupted(harder, seed, scene.rate_hz, **scene.errors), seed)
    found = score(replace(harder, columns=columns), columns, harder.sensors, f"{scene.name[:18]} s{seed}")
    if not scene.level:
        found.obliquity_rmse = math.nan
    return found


def _worst(values: list[float]) -> float:
    return max((abs(v) for v in values if math.isfinite(v)), default=math.nan)


Figure = Callable[[list[Score]], float]

FIGURES: tuple[tuple[str, Figure, str], ...] = (
    ("true", lambda s: sum(x.true_steps for x in s), "6.0f"),
    ("missed", lambda s: sum(x.missed for x in s), "6.0f"),
    ("false", lambda s: sum(x.false for x in s), "6.0f"),
    ("early", lambda s: sum(x.extra.get("early", 0) for x in s), "6.0f"),
    ("side%", lambda s: min((x.side for x in s if math.isfinite(x.side)), default=math.nan), "6.1f"),
    ("cad", lambda s: _worst([x.cadence_error for x in s]), "6.2f"),
    ("10sd", lambda s: _worst([x.step10_sd for x in s]), "6.2f"),
    ("obl", lambda s: _worst([x.obliquity_rmse for x in s]), "6.2f"),
    ("exBias", lambda s: _worst([x.excursion_bias for x in s]), "6.2f"),
    ("exSD", lambda s: _worst([x.excursion_sd for x in s]), "6.2f"),
    ("L-R", lambda s: _worst([x.excursion_lr for x in s]), "6.2f"),
    ("icSD", lambda s: _worst([x.contact_sd for x in s]), "6.1f"),
)


def badness(scores: list[Score]) -> tuple[float, float]:
    """Return the sort key: errors of steps and sides first, then degrees."""
    values = {name: figure(scores) for name, figure, _ in FIGURES}
    steps = values["missed"] + values["false"] + values["early"] + (100.0 - values["side%"])
    return steps, values["obl"] + values["exBias"] if math.isfinite(values["obl"]) else values["exBias"]


def main() -> int:
    """Print the table."""
    args = arguments(__package__, __doc__, "list every recording of every scene instead")
    found = play_all(played, [scene.name for scene in SCENES], MARKERS, args)
    if args.each:
        print(table([score for scores in found.values() for score in scores]))
        return 0
    print(f"{'scene':36s} " + " ".join(f"{name:>6s}" for name, _, _ in FIGURES))
    for k in sorted(found, key=lambda k: badness(found[k]), reverse=True):
        cells = (format(figure(found[k]), form) for _, figure, form in FIGURES)
        print(f"{SCENES[k].name:36s} " + " ".join(cells).replace("nan", "  -"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
