"""Where does a runner's body point? Several honest answers, each against the anatomical axes of the markers.

    python -m benchmarks.mount_heading

The found mount's heading can be no better than these answers agree: all are read off the same level, noiseless motion
with the true orientation known (which no live sensor has), so what is left is the runner's own asymmetry.

    travel      axis of the horizontal force at step frequency: braking and pushing
    pitch       axis across the angular rate at step frequency: nodding with every landing
    roll        axis of the angular rate at three times stride frequency: hips side to side
    found       the plane of symmetry, `dsp.orientation.mount`, without the true orientation

Degrees to the left of the anatomical forward axis; clean recordings with a marker-derived pelvis.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dsp.orientation.mount import MountFinder
from tests.recorded import Recorded, folders, load

Array = npt.NDArray[np.float64]
Spectrum = npt.NDArray[np.complex128]

SETS = ("rbds", "ric_", "welk", "rajagopal", "hamner_sub01_run300")
AXES = ("ax", "ay", "az", "gx", "gy", "gz")
PHASES = 24
LEAST_STRIDES = 5


def level_axes(rec: Recorded) -> Array:
    """(n, 6) force and rate in level axes that point where the pelvis points on the average."""
    t = rec.columns["t_s"]
    body = np.stack([rec.columns[f"sacrum_{axis}"] for axis in AXES], axis=1)
    turn, roll, nod = (
        np.radians(np.interp(t, rec.series["t_s"], rec.series[f"pelvic_{name}_deg"]))
        for name in ("rotation", "obliquity", "tilt")
    )
    out = np.empty_like(body)
    for first in (0, 3):
        x, y, z = body[:, first : first + 3].T
        # The pose is yaw, then obliquity about x, then tilt about y (the README of the data): undo from the inside out.
        x, z = x * np.cos(nod) + z * np.sin(nod), z * np.cos(nod) - x * np.sin(nod)
        y, z = y * np.cos(roll) - z * np.sin(roll), z * np.cos(roll) + y * np.sin(roll)
        x, y = x * np.cos(turn) - y * np.sin(turn), y * np.cos(turn) + x * np.sin(turn)
        out[:, first : first + 3] = np.stack([x, y, z], axis=1)
    return out


def strides(rec: Recorded, samples: Array) -> list[Array]:
    """Strides that begin with a left contact, each (2 * PHASES, 6)."""
    t = rec.columns["t_s"]
    ic = [float(s["ic_s"]) for s in rec.steps]
    sides = [s["foot"] for s in rec.steps]
    out = []
    for i in range(len(ic) - 2):
        if sides[i] != "L" or sides[i + 1] != "R" or not 0.38 < ic[i + 2] - ic[i] < 1.2 or ic[i + 2] > t[-1]:
            continue
        part = np.arange(PHASES) / PHASES
        at = np.concatenate([ic[i] + (ic[i + 1] - ic[i]) * part, ic[i + 1] + (ic[i + 2] - ic[i + 1]) * part])
        out.append(np.stack([np.interp(at, t, samples[:, k]) for k in range(6)], axis=1))
    return out


def axis_deg(spectrum: Spectrum, columns: tuple[int, int], harmonic: int, *, across: bool) -> float:
    """Heading of the horizontal axis along which one harmonic of the stride moves, or across it."""
    moved = spectrum[harmonic, list(columns)]
    _, vectors = np.linalg.eigh(np.real(np.outer(moved, moved.conj())))
    x, y = vectors[:, 1]
    heading = math.degrees(math.atan2(y, x)) - (90.0 if across else 0.0)
    return (heading + 90.0) % 180.0 - 90.0


def found_deg(rec: Recorded) -> float:
    """Heading of the plane of symmetry as the core finds it from the sensor's own axes."""
    body = np.stack([rec.columns[f"sacrum_{axis}"] for axis in AXES], axis=1)
    finder = MountFinder()
    for stride in strides(rec, body):
        finder.stride(stride)
    mount = finder.mount()
    return math.degrees(math.atan2(-mount.left[0], mount.left[1])) if mount is not None else math.nan


def answers(folder: Path) -> tuple[str, list[float]] | None:
    """Name and the four headings of one recording, None when it is too short."""
    rec = load(folder)
    level = strides(rec, level_axes(rec))
    if len(level) < LEAST_STRIDES:
        return None
    mean = np.mean(level, axis=0)
    spectrum = np.fft.rfft(mean - mean.mean(axis=0), axis=0)
    return rec.name, [
        axis_deg(spectrum, (0, 1), 2, across=False),
        axis_deg(spectrum, (3, 4), 2, across=True),
        axis_deg(spectrum, (3, 4), 3, across=False),
        found_deg(rec),
    ]


def main() -> int:
    """Print the table and the root mean squares."""
    rows = [row for folder in folders() if any(each in str(folder) for each in SETS) and (row := answers(folder))]
    print(f"{'recording':44s} {'travel':>7s} {'pitch':>7s} {'roll':>7s} {'found':>7s}")
    for name, headings in rows:
        print(f"{name[-44:]:44s} " + " ".join(f"{each:7.1f}" for each in headings))
    rms = np.sqrt(np.nanmean(np.square([headings for _, headings in rows]), axis=0))
    print(f"{'root mean square':44s} " + " ".join(f"{each:7.1f}" for each in rms))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
