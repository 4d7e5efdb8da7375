"""The unit of cost: CPU time of one Python float multiply-add in a loop, in the same run. Standard library only."""

from __future__ import annotations

import time

LOOPS, TIMES = 200_000, 15


def multiply_add_us() -> float:
    """Return the CPU time of one multiply-add in us, the shortest of several loops: other work only adds to it."""
    best = float("inf")
    for _ in range(TIMES):
        start = time.process_time()
        x, a, b = 1.0, 0.999999, 1e-6
        for _ in range(LOOPS):
            x = x * a + b
        best = min(best, time.process_time() - start)
    return 1e6 * best / LOOPS


class Yardstick:
    """The shortest multiply-add so far, measured again next to every figure: a busy machine has slow minutes."""

    def __init__(self) -> None:
        self._best_us = float("inf")

    def unit_s(self) -> float:
        """Measure again and return the shortest time so far in s."""
        self._best_us = min(self._best_us, multiply_add_us())
        return 1e-6 * self._best_us
