"""Lists of floats to arrays: per-sample work uses lists, per-stride work uses arrays."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from struct import Struct

import numpy as np

from dsp.packed import Array


def array_of(*rows: Iterable[float]) -> Array:
    """Return k rows of n floats each as a (k, n) array, read-only.

    Packed into bytes first: numpy checks the type of every number in a list, which takes three times as long.
    """
    flat: list[float] = []
    for row in rows:
        flat += row
    return np.frombuffer(_floats(len(flat)).pack(*flat)).reshape(len(rows), -1)


@lru_cache(maxsize=512)
def _floats(count: int) -> Struct:
    return Struct(f"{count}d")
