"""Effect of the heading on the drop: the whole chain with the mount found, given exactly, and given 2 deg off.

The cheap sensor (bias 3 deg/s, 1 % lost, two rates, three seeds) is mounted straight, so that the given mount is exact.
For the chain the mounting makes no difference, only whether it is given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from benchmarks.mount_heading.runs import Array
from benchmarks.score_recordings import Score, corrupted, events
from dsp.orientation.mount import Mount
from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Step
from dsp.signals import Placement
from tests.recorded import Recorded, blocks

CHEAP = [(rate_hz, seed) for rate_hz in (104.0, 208.0) for seed in (1, 2, 3)]
FIRST_S, DROP_FROM_S, LAST_S = 3.0, 15.0, 0.7
"""Steps and drops count from these times on, until `LAST_S` before the end, as in `score_recordings`."""
TURN_DEG = 2.0


@dataclass(frozen=True)
class Cost:
    """Scores of one recording, clean and then each cheap sensor; and left-right error per degree of heading."""

    name: str
    found: list[Score]
    exact: list[Score]
    per_degree: float


def scored(recorded: Recorded, columns: dict[str, Array], mount: Mount | None) -> Score:
    """Score the drop of every step against the true series; `mount` None: found by the chain."""
    pipeline = Pipeline(PipelineParams(mounts={} if mount is None else {Placement.SACRUM: mount}))
    records = [record for block in blocks(columns, ["sacrum"]) for record in pipeline.update(block)]
    steps = [record for record in records + pipeline.finish() if isinstance(record, Step)]
    t_s = columns["t_s"]
    out = Score(recorded.name, "", float(t_s[-1] - t_s[0]))
    events(out, recorded, recorded.steps, steps, t_s[0] + FIRST_S, t_s[-1] - LAST_S, t_s[0] + DROP_FROM_S)
    return out


def turned(degrees: float) -> Mount:
    """Return the exact mount with its heading turned to the left."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return Mount((c, s, 0.0), (-s, c, 0.0), (0.0, 0.0, 1.0))


def cost(recorded: Recorded) -> Cost:
    """Score a recording that is long enough for a drop."""
    clean = {name: values for name, values in recorded.columns.items() if name == "t_s" or name.startswith("sacrum")}
    inputs = [clean] + [corrupted(recorded, seed, rate_hz, mount=0.0) for rate_hz, seed in CHEAP]
    right, left = (scored(recorded, clean, turned(sign * TURN_DEG)).excursion_lr for sign in (-1.0, 1.0))
    return Cost(
        recorded.name,
        [scored(recorded, columns, None) for columns in inputs],
        [scored(recorded, columns, turned(0.0)) for columns in inputs],
        (left - right) / (2.0 * TURN_DEG),
    )


def table(costs: list[Cost]) -> str:
    """Format the errors, clean and as RMS over the cheap sensors, each with the mount found and exact."""
    lines = [
        f"{'':36s} {'clean':^29s} {'six cheap sensors, rms':^29s} {'left-right':>10s}",
        f"{'':36s} {'SD per step':>14s} {'left-right':>14s} {'SD per step':>14s} {'left-right':>14s} {'per deg':>10s}",
        f"{'recording':36s} " + f"{'found':>7s}{'exact':>7s} " * 4,
    ]
    rows = []
    for one in costs:
        row = [
            _rms([getattr(score, figure) for score in scores])
            for cases in (slice(0, 1), slice(1, None))
            for figure in ("excursion_sd", "excursion_lr")
            for scores in (one.found[cases], one.exact[cases])
        ]
        rows.append(row)
        lines.append(_line(one.name[-36:], row) + f"{one.per_degree:11.3f}")
    lines += [_line("median", np.median(rows, axis=0).tolist()), _line("worst", np.max(rows, axis=0).tolist())]
    return "\n".join(lines)


def _rms(values: list[float]) -> float:
    return math.sqrt(float(np.mean(np.square(values))))


def _line(name: str, row: list[float]) -> str:
    pairs = (f"{found:7.2f}{exact:7.2f}" for found, exact in zip(row[::2], row[1::2], strict=True))
    return f"{name:36s} " + " ".join(pairs)
