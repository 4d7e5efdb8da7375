"""Candidates for the heading of a runner's body, each compared with the anatomical axes of the markers.

All but the last are derived from the same level, noiseless motion with the true orientation known (which no live sensor
has), so what remains is the runner's own asymmetry.

    travel      axis of the horizontal force at step frequency: braking and pushing
    pitch       axis perpendicular to the angular rate at step frequency: nodding with every landing
    roll        axis of the angular rate at three times stride frequency: hips side to side
    found       the plane of symmetry, `dsp.orientation.mount`, without the true orientation
"""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import numpy.typing as npt

from benchmarks.mount_heading.runs import Array, Run, level_axes, strides
from dsp.orientation.mount import MountFinder


def axis_deg(spectrum: npt.NDArray[np.complex128], columns: tuple[int, int], harmonic: int, *, across: bool) -> float:
    """Return the heading in deg of the horizontal axis along, or `across`, which one harmonic of the stride moves."""
    moved = spectrum[harmonic, list(columns)]
    _, vectors = np.linalg.eigh(np.real(np.outer(moved, moved.conj())))
    x, y = vectors[:, 1]
    heading = math.degrees(math.atan2(y, x)) - (90.0 if across else 0.0)
    return (heading + 90.0) % 180.0 - 90.0


def found_deg(cut: list[Array]) -> float:
    """Return the heading in deg of the plane of symmetry as the core finds it in sensor axes; NaN if it finds none."""
    finder = MountFinder()
    for stride in cut:
        finder.stride(stride)
    mount = finder.mount()
    return math.degrees(math.atan2(-mount.left[0], mount.left[1])) if mount is not None else math.nan


def candidates(run: Run) -> list[float]:
    """Return the four headings of one recording in deg."""
    mean = np.mean(strides(run.recorded, level_axes(run.recorded)), axis=0)
    spectrum = np.fft.rfft(mean - mean.mean(axis=0), axis=0)
    return [
        axis_deg(spectrum, (0, 1), 2, across=False),
        axis_deg(spectrum, (3, 4), 2, across=True),
        axis_deg(spectrum, (3, 4), 3, across=False),
        found_deg(run.strides),
    ]


def table(every: list[Run]) -> str:
    """Format the headings of every run, and their root mean squares over long enough recordings and their people."""
    names = ("travel", "pitch", "roll", "found")
    lines = [f"{'recording (strides)':44s} " + " ".join(f"{name:>7s}" for name in names)]
    found = [candidates(run) for run in every]
    for run, headings in zip(every, found, strict=True):
        name = f"{run.recorded.name[-36:]} ({len(run.strides)})"
        lines.append(f"{name:44s} " + " ".join(f"{each:7.1f}" for each in headings).replace("nan", "  -"))
    for which, kept in (("5 strides", [run.counts for run in every]), ("20 s", [run.long for run in every])):
        of_person: dict[str, list[list[float]]] = defaultdict(list)
        for run, headings, scored in zip(every, found, kept, strict=True):
            if scored:
                of_person[run.person].append(headings)
        recordings = [headings for each in of_person.values() for headings in each]
        people = [np.sqrt(np.mean(np.square(each), axis=0)) for each in of_person.values()]
        for title, each in (("recordings", recordings), ("people", people)):
            rms = np.sqrt(np.mean(np.square(each), axis=0))
            name = f"rms, {len(each)} {title} of {which} or more"
            lines.append(f"{name:44s} " + " ".join(f"{value:7.1f}" for value in rms))
    return "\n".join(lines)
