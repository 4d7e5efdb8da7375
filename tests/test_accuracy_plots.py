"""The pictures of `docs/accuracy.md` are drawn from any comparisons, and stay light."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.accuracy_plots import bland_altman, by_condition
from benchmarks.accuracy_plots.gather import PEOPLE, Pair


def pairs(rng: np.random.Generator) -> list[Pair]:
    out: list[Pair] = []
    for part, person in PEOPLE.items():
        for worn in ("hip", "shoes", "cheap hip"):
            for quantity, size in (
                ("contact_ms", 250.0),
                ("cadence_spm", 170.0),
                ("drop_deg", 5.0),
                ("peak_bw", 2.3),
                ("moment_ms", 0.0),
            ):
                for _ in range(20):
                    true = size * rng.normal(1.0, 0.1)
                    speed, slope = float(rng.choice([2.5, 3.5])), float(rng.choice([0.0, -5.0]))
                    out.append(
                        Pair(
                            quantity,
                            worn,
                            part,
                            person,
                            speed,
                            slope,
                            force=True,
                            true=true,
                            found=true + 0.02 * rng.normal(),
                        )
                    )
    return out


def test_every_picture_is_drawn_and_light(tmp_path: Path) -> None:
    some = pairs(np.random.default_rng(1))
    for picture in (
        bland_altman.contact_time,
        bland_altman.cadence,
        bland_altman.drop,
        bland_altman.peak_force,
        by_condition.speed,
        by_condition.slope,
    ):
        picture(some, tmp_path)
    drawn = sorted(tmp_path.glob("*.png"))
    assert len(drawn) == 6
    assert all(path.stat().st_size < 150_000 for path in drawn)
