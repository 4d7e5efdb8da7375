"""How cadence follows speed within six long real runs: the prior for a runner's own slope."""

from __future__ import annotations

import numpy as np

from benchmarks.thresholds.recorded import SLOWEST_MPS, rows
from tests.recorded import DATA_DIR

BLOCK_S = 30


def table() -> None:
    """Print the slope of each run, or that the recordings are missing."""
    if DATA_DIR is None:
        print("the recorded runs were not found: set STRIDECUE_DATA to their folder")
        return
    slopes = []
    print("| recorded run | blocks of 30 s | cadence | steps/min per m/s |")
    print("|---|---|---|---|")
    for folder in sorted((DATA_DIR / "fit_running_dynamics").iterdir()):
        pairs = np.array([(row["speed_mps"], row.get("watch_cadence_spm", np.nan)) for row in rows(folder)])
        pairs = pairs[(pairs[:, 0] > SLOWEST_MPS) & (pairs[:, 1] > 130.0)]
        n = len(pairs) // BLOCK_S
        blocks = pairs[: n * BLOCK_S].reshape(n, BLOCK_S, 2).mean(axis=1)
        slopes.append(float(np.polyfit(blocks[:, 0], blocks[:, 1], 1)[0]))
        print(f"| {folder.name} | {n} | {blocks[:, 1].mean():.0f} | {slopes[-1]:.1f} |")
    print(f"median {np.median(slopes):.1f}")
