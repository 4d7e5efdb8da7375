"""Style of the pictures: a colour-blind safe palette (Okabe and Ito 2008) and a marker for each runner as well."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.accuracy_plots.gather import PEOPLE, Pair

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#7F7F7F")
MARKS = ("o", "s", "^", "D", "v", "P", "X", "*")
NAMES = list(dict.fromkeys(PEOPLE.values()))

mpl.rcParams.update(
    {
        "font.size": 10.0,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 10.5,
        "axes.titlelocation": "left",
        "legend.frameon": False,
        "legend.fontsize": 8.5,
        "savefig.dpi": 110,
    }
)


def style(person: str) -> tuple[str, str]:
    """Return colour and marker of a runner, the same in every picture."""
    k = NAMES.index(person) % len(COLOURS) if person in NAMES else len(COLOURS) - 1
    return COLOURS[k], MARKS[k]


def people(pairs: list[Pair]) -> list[str]:
    """Return the runners that occur in the pairs, in the order of `PEOPLE`."""
    there = {pair.person for pair in pairs}
    return [name for name in NAMES if name in there]


def counted(pairs: list[Pair], what: str = "steps") -> str:
    """Format the number of comparisons and of runners."""
    who = len({pair.person for pair in pairs})
    return f"{len(pairs)} {what}, {who} runner{'s' if who != 1 else ''}"


def panels(count: int, height: float = 4.1) -> tuple[Figure, list[Axes]]:
    """Return a figure with `count` panels side by side."""
    figure = Figure(figsize=(4.6 * count, height), layout="constrained")
    return figure, list(figure.subplots(1, count, squeeze=False)[0])


def save(figure: Figure, path: Path) -> None:
    """Save the figure with one legend for all panels below them."""
    entries: dict[str, Artist] = {}
    for axes in figure.axes:
        handles, labels = axes.get_legend_handles_labels()
        entries |= dict(zip(labels, handles, strict=True))
    names = [name for name in NAMES if name in entries]
    columns = min(len(names), 4 if len(figure.axes) < 3 else 7)
    figure.legend(
        [entries[n] for n in names],
        names,
        loc="outside lower center",
        ncols=columns,
        markerscale=1.5,
        columnspacing=1.2,
    )
    figure.savefig(path)
    print(f"{path} {path.stat().st_size / 1e3:.0f} kB")
