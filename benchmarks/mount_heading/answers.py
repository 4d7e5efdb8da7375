"""Where does a runner's body point? Several honest answers, each against the anatomical axes of the markers.

All but the last are read off the same level, noiseless motion with the true orientation known (which no live sensor
has), so what is left is the runner's own asymmetry.

    travel      axis of the horizontal force at step frequency: braking and pushing
    pitch       axis across the angular rate at step frequency: nodding with every landing
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
    """Heading of the horizontal axis along which one harmonic of the stride moves, or across it."""
    moved = spectrum[harmonic, list(columns)]
    _, vectors = np.linalg.eigh(np.real(np.outer(moved, moved.conj())))
    x, y = vectors[:, 1]
    heading = math.degrees(math.atan2(y, x)) - (90.0 if across else 0.0)
    return (heading + 90.0) % 180.0 - 90.0


def found_deg(cut: list[Array]) -> float:
    """Heading of the plane of symmetry as the core finds it from the sensor's own axes; NaN before it has one."""
    finder = MountFinder()
    for stride in cut:
        finder.stride(stride)
    mount = finder.mount()
    return math.degrees(math.atan2(-mount.left[0], mount.left[1])) if mount is not None else math.nan


def answers(run: Run) -> list[float]:
    """The four headings of one recording."""
    mean = np.mean(strides(run.recorded, level_axes(run.recorded)), axis=0)
    spectrum = np.fft.rfft(mean - mean.mean(axis=0), axis=0)
    return [
        axis_deg(spectrum, (0, 1), 2, across=False),
        axis_deg(spectrum, (3, 4), 2, across=True),
        axis_deg(spectrum, (3, 4), 3, across=False),
        found_deg(run.strides),
    ]


def table(every: list[Run]) -> str:
    """The headings of every run; root mean squares are of those that are long enough, by recording and by person."""
    names = ("travel", "pitch", "roll", "found")
    lines = [f"{'recording (strides)':44s} " + " ".join(f"{name:>7s}" for name in names)]
    told = [answers(run) for run in every]
    for run, headings in zip(every, told, strict=True):
        name = f"{run.recorded.name[-36:]} ({len(run.strides)})"
        lines.append(f"{name:44s} " + " ".join(f"{each:7.1f}" for each in headings).replace("nan", "  -"))
    for which, kept in (("5 strides", [run.counts for run in every]), ("20 s", [run.long for run in every])):
        of_person: dict[str, list[list[float]]] = defaultdict(list)
        for run, headings, scored in zip(every, told, kept, strict=True):
            if scored:
                of_person[run.person].append(headings)
        recordings = [headings for each in of_person.values() for headings in each]
        people = [np.sqrt(np.mean(np.square(each), axis=0)) for each in of_person.values()]
        for title, each in (("recordings", recordings), ("people", people)):
            rms = np.sqrt(np.mean(np.square(each), axis=0))
            name = f"rms, {len(each)} {title} of {which} or more"
            lines.append(f"{name:44s} " + " ".join(f"{value:7.1f}" for value in rms))
    return "\n".join(lines)
