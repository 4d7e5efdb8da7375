"""The loop of every worker: read recordings, run and time each method on each, write the detected contacts.

Needs only numpy and the standard library: it runs in every library's environment.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import numpy as np

G = 9.80665
SENSORS = ("hip", "left_foot", "right_foot")


@dataclass(frozen=True)
class Feed:
    """One recording as a library gets it: regular samples, no gaps, body axes.

    sensors   (n, 6): m/s2 and rad/s, x forward, y left, z up; `hip`, `left_foot`, `right_foot` where worn
    aligned   False: feet are in the sensor's own axes and need the library's own alignment
    stances   true (contact s, toe-off s, side) for methods that cannot find strides themselves; marked in the table
    raw_t_s, raw   the samples as received, in the sensor's own axes and with losses
    """

    group: str
    t_s: np.ndarray
    rate_hz: float
    sensors: dict[str, np.ndarray]
    aligned: bool
    stances: list[tuple[float, float, str]]
    raw_t_s: np.ndarray
    raw: dict[str, np.ndarray]
    raw_rate_hz: float


Method = Callable[[Feed], list[float]]


@dataclass(frozen=True)
class Entry:
    """A method and the groups it applies to: those whose name contains one of `groups`."""

    run: Method
    groups: tuple[str, ...]


class Found(TypedDict):
    """Contacts that one method found in feed number `feed`, and the time it took; `error` is empty unless it failed."""

    method: str
    feed: int
    contacts: list[float]
    error: str
    seconds: float


def read(path: Path) -> list[Feed]:
    """Return all recordings of the file, in the order of `benchmarks.peers.feeds.prepare`."""
    data = np.load(path)
    facts = json.loads(str(data["facts"]))
    return [
        Feed(
            group=fact["group"],
            t_s=data[f"{i}/t_s"],
            rate_hz=fact["rate_hz"],
            sensors={s: data[f"{i}/{s}"] for s in SENSORS if f"{i}/{s}" in data},
            aligned=fact["aligned"],
            stances=[(c, r, side) for c, r, side in fact["stances"]],
            raw_t_s=data[f"{i}/raw_t_s"],
            raw={s: data[f"{i}/raw_{s}"] for s in SENSORS if f"{i}/raw_{s}" in data},
            raw_rate_hz=fact["raw_rate_hz"],
        )
        for i, fact in enumerate(facts)
    ]


def answer(methods: Mapping[str, Entry]) -> None:
    """Run all methods: `python -m benchmarks.peers.workers.<name> feeds.npz contacts.json`."""
    warnings.simplefilter("ignore")
    feeds = read(Path(sys.argv[1]))
    out: list[Found] = []
    for name, entry in methods.items():
        warm = False
        for number, feed in enumerate(feeds):
            if not any(group in feed.group for group in entry.groups):
                continue
            if not warm:
                attempt(entry.run, feed)
                warm = True
            contacts, error, seconds = attempt(entry.run, feed)
            out.append({"method": name, "feed": number, "contacts": contacts, "error": error, "seconds": seconds})
    Path(sys.argv[2]).write_text(json.dumps(out))


def attempt(run: Method, feed: Feed) -> tuple[list[float], str, float]:
    """Return the contacts, the error if the method failed, and its time in s: a failure is a result, not a crash."""
    start = time.perf_counter()
    try:
        contacts = sorted(float(t) for t in run(feed))
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        return [], f"{type(error).__name__}: {error}"[:200], time.perf_counter() - start
    return contacts, "", time.perf_counter() - start
