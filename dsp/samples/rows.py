"""Plain floats into an array: work on single samples has lists, work on a whole stride wants arrays."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from struct import Struct

import numpy as np

from dsp.packed import Array


def array_of(*rows: Iterable[float]) -> Array:
    """(k, n) of k rows of n floats each, not to be written to.

    By way of bytes: numpy asks each number of a list what it is, which takes three times as long.
    """
    flat: list[float] = []
    for row in rows:
        flat += row
    return np.frombuffer(_floats(len(flat)).pack(*flat)).reshape(len(rows), -1)


@lru_cache(maxsize=512)
def _floats(count: int) -> Struct:
    return Struct(f"{count}d")
