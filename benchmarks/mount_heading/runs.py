"""The recorded runs with a marker-derived pelvis, cut into strides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.score_recordings import match
from dsp.pipeline import Pipeline
from dsp.records import Step
from tests.recorded import Recorded, blocks, folders, load

Array = npt.NDArray[np.float64]

AXES = ("ax", "ay", "az", "gx", "gy", "gz")
PHASES = 24
MIN_STRIDES = 5
LONG_S = 20.0

PEOPLE = {
    "hamner_sub01": "Hamner 1",
    "rajagopal": "Rajagopal",
    "welk002": "Welk 2",
    "sub032": "RBDS 32",
    "sub041": "RBDS 41",
    "20140515": "RIC 2014",
    "20160226": "RIC 2016",
    "dorn": "Dorn",
}
"""Person by part of the recording's name. Dorn's runs are overground, of one to three strides each."""


@dataclass(frozen=True)
class Run:
    """One recording and its strides, each (2 * PHASES, 6), starting with a left contact, in anatomical axes."""

    recorded: Recorded
    person: str
    strides: list[Array]

    @property
    def counts(self) -> bool:
        """Whether its heading is scored."""
        return len(self.strides) >= MIN_STRIDES

    @property
    def long(self) -> bool:
        """Whether its drop is scored."""
        t_s = self.recorded.columns["t_s"]
        return float(t_s[-1] - t_s[0]) >= LONG_S


def runs() -> list[Run]:
    """Return all runs of the eight people with at least one complete stride."""
    out = []
    for folder in folders():
        person = next((who for part, who in PEOPLE.items() if part in folder.name), None)
        if person is not None:
            recorded = load(folder)
            cut = strides(recorded, samples(recorded))
            if cut:
                out.append(Run(recorded, person, cut))
    return out


def samples(recorded: Recorded) -> Array:
    """Return force and angular rate (n, 6) in pelvis axes: forward, left, up."""
    return np.stack([recorded.columns[f"sacrum_{axis}"] for axis in AXES], axis=1)


def level_axes(rec: Recorded) -> Array:
    """Return force and angular rate (n, 6) in level axes with the mean heading of the pelvis."""
    t = rec.columns["t_s"]
    body = samples(rec)
    turn, roll, nod = (
        np.radians(np.interp(t, rec.series["t_s"], rec.series[f"pelvic_{name}_deg"]))
        for name in ("rotation", "obliquity", "tilt")
    )
    out = np.empty_like(body)
    for first in (0, 3):
        x, y, z = body[:, first : first + 3].T
        # The pose is yaw, then obliquity about x, then tilt about y (README of the data): undone in reverse order.
        x, z = x * np.cos(nod) + z * np.sin(nod), z * np.cos(nod) - x * np.sin(nod)
        y, z = y * np.cos(roll) - z * np.sin(roll), z * np.cos(roll) + y * np.sin(roll)
        x, y = x * np.cos(turn) - y * np.sin(turn), y * np.cos(turn) + x * np.sin(turn)
        out[:, first : first + 3] = np.stack([x, y, z], axis=1)
    return out


def strides(rec: Recorded, values: Array) -> list[Array]:
    """Return the strides, each (2 * PHASES, 6) from a left contact on, cut at the contacts that the hip chain reports.

    True contacts only identify the foot: read from markers, they are off by up to 20 ms, and differently on each side,
    which would look like an asymmetric runner.
    """
    t = rec.columns["t_s"]
    pipeline = Pipeline()
    records = [record for block in blocks(rec.columns, ["sacrum"]) for record in pipeline.update(block)]
    seen = np.array([record.t_ns * 1e-9 for record in records + pipeline.finish() if isinstance(record, Step)])
    true = np.array([float(step["ic_s"]) for step in rec.steps])
    pairs = match(true, seen, 0.15)
    out = []
    for (i, k), (_, k2), (i3, k3) in zip(pairs, pairs[1:], pairs[2:], strict=False):
        one, two, three = seen[k], seen[k2], seen[k3]
        if rec.steps[i]["foot"] != "L" or i3 - i != 2 or not 0.38 < three - one < 1.2 or one < t[0] or three > t[-1]:
            continue
        part = np.arange(PHASES) / PHASES
        at = np.concatenate([one + (two - one) * part, two + (three - two) * part])
        out.append(np.stack([np.interp(at, t, values[:, k]) for k in range(6)], axis=1))
    return out
