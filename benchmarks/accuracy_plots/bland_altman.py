"""Difference against mean, with bias and 95 % limits of agreement (Bland and Altman 1986)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from benchmarks.accuracy_plots.drawing import counted, panels, people, save, style
from benchmarks.accuracy_plots.gather import Pair


def draw(axes: Axes, pairs: list[Pair], title: str, quantity: str, unit: str, what: str = "steps") -> None:
    """Draw one panel."""
    for person in people(pairs):
        of = [p for p in pairs if p.person == person]
        colour, mark = style(person)
        mean = [0.5 * (p.true + p.found) for p in of]
        axes.plot(mean, [p.found - p.true for p in of], mark, color=colour, ms=3.5, alpha=0.45, mew=0.0, label=person)
    error = np.array([p.found - p.true for p in pairs])
    bias, spread = float(error.mean()), 1.96 * float(error.std(ddof=1))
    axes.axhline(0.0, color="0.75", lw=0.8)
    form = "+.0f" if spread > 5.0 else "+.2f"
    for at, line, name in ((bias, "-", "bias"), (bias + spread, "--", "+1.96 SD"), (bias - spread, "--", "-1.96 SD")):
        axes.axhline(at, color="0.2", ls=line, lw=1.1)
        label, where = f"{name}\n{at:{form}} {unit}", ("axes fraction", "data")
        axes.annotate(label, (1.01, at), xycoords=where, va="center", fontsize=8.5, annotation_clip=False)
    reach = max(1.6 * (spread + abs(bias)), 1.05 * float(np.abs(error).max()))
    axes.set_ylim(-reach, reach)
    axes.set_title(f"{title}\n{counted(pairs, what)}")
    axes.set_xlabel(f"mean of both, {quantity}, {unit}")
    axes.set_ylabel(f"found minus true, {unit}")


def contact_time(pairs: list[Pair], folder: Path) -> None:
    """Draw contact time of hip and shoes, against force plates only."""
    figure, (hip, shoes) = panels(2)
    there = [p for p in pairs if p.quantity == "contact_ms" and p.force]
    draw(hip, [p for p in there if p.worn == "hip"], "hip sensor against force plates", "contact time", "ms")
    draw(shoes, [p for p in there if p.worn == "shoes"], "shoe sensors against force plates", "contact time", "ms")
    save(figure, folder / "contact-time.png")


def cadence(pairs: list[Pair], folder: Path) -> None:
    """Draw cadence over ten steps, clean and cheap hip sensor."""
    figure, (clean, cheap) = panels(2)
    there = [p for p in pairs if p.quantity == "cadence_spm"]
    rows = "series of ten steps"
    draw(clean, [p for p in there if p.worn == "hip"], "hip sensor", "cadence", "spm", rows)
    draw(
        cheap,
        [p for p in there if p.worn == "cheap hip"],
        "cheap hip sensor, any mounting",
        "cadence",
        "spm",
        rows,
    )
    save(figure, folder / "cadence.png")


def drop(pairs: list[Pair], folder: Path) -> None:
    """Draw drop excursion per step, clean and cheap hip sensor."""
    figure, (clean, cheap) = panels(2)
    there = [p for p in pairs if p.quantity == "drop_deg"]
    draw(clean, [p for p in there if p.worn == "hip"], "hip sensor without errors", "drop excursion", "deg")
    draw(cheap, [p for p in there if p.worn == "cheap hip"], "cheap hip sensor, any mounting", "drop excursion", "deg")
    save(figure, folder / "drop-excursion.png")


def peak_force(pairs: list[Pair], folder: Path) -> None:
    """Draw peak force of the stance."""
    figure, (hip,) = panels(1)
    there = [p for p in pairs if p.quantity == "peak_bw" and p.worn == "hip"]
    draw(hip, there, "hip sensor against a force plate", "peak force", "BW")
    save(figure, folder / "peak-force.png")
