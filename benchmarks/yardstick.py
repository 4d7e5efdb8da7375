"""The unit of cost: CPU time of one Python float multiply-add in a loop, in the same run. Standard library only.

There are two. Ours is `x = x * a + b`, all of it floats. The design's, in which its goals and its 0.055 us are stated,
is `s += i * 0.5` with a loop counter `i` (sources 9): it also converts an integer, and takes 1.3 to 1.4 times as long.
"""

from __future__ import annotations

import time
from collections.abc import Callable

LOOPS, TIMES = 100_000, 30


def _multiply_adds() -> float:
    x, a, b = 1.0, 0.999999, 1e-6
    for _ in range(LOOPS):
        x = x * a + b
    return x


def _design_multiply_adds() -> float:
    s = 0.0
    for i in range(LOOPS):
        s += i * 0.5
    return s


def _each_us(loop: Callable[[], float]) -> float:
    """Return the CPU time of one pass in us, the shortest of several loops: other work only adds to it."""
    best = float("inf")
    for _ in range(TIMES):
        start = time.process_time()
        loop()
        best = min(best, time.process_time() - start)
    return 1e6 * best / LOOPS


def multiply_add_us() -> float:
    """Return the CPU time of one multiply-add in us."""
    return _each_us(_multiply_adds)


def design_multiply_add_us() -> float:
    """Return the same for the design's multiply-add."""
    return _each_us(_design_multiply_adds)


class Yardstick:
    """The shortest multiply-adds so far, measured again next to every figure: a busy machine has slow minutes."""

    def __init__(self) -> None:
        self._best_us = self._design_best_us = float("inf")

    def unit_s(self) -> float:
        """Measure again and return the shortest time so far in s."""
        self._best_us = min(self._best_us, multiply_add_us())
        return 1e-6 * self._best_us

    def design_unit_s(self) -> float:
        """Return the same for the design's multiply-add."""
        self._design_best_us = min(self._design_best_us, design_multiply_add_us())
        return 1e-6 * self._design_best_us
