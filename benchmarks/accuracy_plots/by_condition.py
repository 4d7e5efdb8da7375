"""Errors by speed and by slope: one marker per recording, its mean error, with a bar of one SD to each side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from benchmarks.accuracy_plots.drawing import counted, panels, save, style
from benchmarks.accuracy_plots.gather import Pair


def draw(
    axes: Axes, pairs: list[Pair], at: Callable[[Pair], float], title: str, unit: str, what: str = "steps"
) -> None:
    """Draw one panel; recordings at the same place are drawn side by side."""
    names = sorted({p.recording for p in pairs}, key=lambda n: (at(next(p for p in pairs if p.recording == n)), n))
    places = [at(next(p for p in pairs if p.recording == n)) for n in names]
    width = 0.012 * (max(places) - min(places) or 1.0)
    labelled: set[str] = set()
    for k, name in enumerate(names):
        of = [p for p in pairs if p.recording == name]
        error = np.array([p.found - p.true for p in of])
        same = [j for j, place in enumerate(places) if abs(place - places[k]) < 1e-6]
        x = places[k] + 2.0 * width * (same.index(k) - 0.5 * (len(same) - 1))
        colour, mark = style(of[0].person)
        label = None if of[0].person in labelled else of[0].person
        labelled.add(of[0].person)
        axes.errorbar(
            x, error.mean(), error.std(), fmt=mark, color=colour, ms=5.0, lw=1.0, capsize=0.0, alpha=0.9, label=label
        )
    axes.axhline(0.0, color="0.6", lw=0.8)
    reach = 1.05 * max(abs(v) for v in axes.get_ylim())
    axes.set_ylim(-reach, reach)
    axes.set_title(f"{title}\n{counted(pairs, what)}, {len(names)} recordings")
    axes.set_ylabel(f"found minus true, {unit}")


def speed(pairs: list[Pair], folder: Path) -> None:
    """Draw contact time (force plates), cadence and drop by running speed, level ground."""
    figure, (contact, cadence, drop) = panels(3)
    level = [p for p in pairs if abs(p.slope_deg) < 0.5 and p.speed_mps == p.speed_mps]

    def at(p: Pair) -> float:
        return p.speed_mps

    draw(
        contact,
        [p for p in level if p.quantity == "contact_ms" and p.force and p.worn == "hip"],
        at,
        "contact time, hip, force plates",
        "ms",
    )
    draw(
        cadence,
        [p for p in level if p.quantity == "cadence_spm" and p.worn == "hip"],
        at,
        "cadence over ten steps, hip",
        "spm",
        "series of ten",
    )
    draw(
        drop,
        [p for p in level if p.quantity == "drop_deg" and p.worn == "cheap hip"],
        at,
        "drop excursion, cheap hip sensor",
        "deg",
    )
    for axes in (contact, cadence, drop):
        axes.set_xlabel("speed, m/s")
    save(figure, folder / "by-speed.png")


def slope(pairs: list[Pair], folder: Path) -> None:
    """Draw contact time, moment of contact and peak force by slope: one runner on a force treadmill."""
    figure, (contact, peak, moment) = panels(3)
    there = [p for p in pairs if "alcantara" in p.recording and p.worn == "hip"]

    def at(p: Pair) -> float:
        return p.slope_deg

    draw(contact, [p for p in there if p.quantity == "contact_ms"], at, "contact time, hip, force plate", "ms")
    draw(peak, [p for p in there if p.quantity == "peak_bw"], at, "peak force, hip, force plate", "BW")
    draw(moment, [p for p in there if p.quantity == "moment_ms"], at, "moment of contact, hip, force plate", "ms")
    for axes in (contact, peak, moment):
        axes.set_xlabel("slope, deg (trials of one slope side by side)")
        axes.set_xticks(sorted({p.slope_deg for p in there}))
    save(figure, folder / "by-slope.png")
