"""The unit of cost: CPU time of one Python float multiply-add in a loop, in the same run. Standard library only.

There are two. Ours is `x = x * a + b`, all of it floats. The design's, in which its goals and its 0.055 us are stated,
is `s += i * 0.5` with a loop counter `i` (sources 9): it also converts an integer, and takes 1.3 to 1.4 times as long.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

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


def _took_us(job: Callable[[], object]) -> float:
    """Return the CPU time of a job in us."""
    start = time.process_time()
    job()
    return 1e6 * (time.process_time() - start)


def multiply_add_us() -> float:
    """Return the CPU time of one multiply-add in us, the shortest of several loops: other work only adds to it."""
    return min(_took_us(_multiply_adds) for _ in range(TIMES)) / LOOPS


class Cost(NamedTuple):
    """CPU time of a job in us, the shortest of all rounds, and in our and the design's multiply-adds, medians."""

    us: float
    multiply_adds: float
    design_multiply_adds: float

    def times(self, share: float) -> Cost:
        """Return the cost of a share of the job."""
        return Cost(share * self.us, share * self.multiply_adds, share * self.design_multiply_adds)


def cost_of(job: Callable[[], object], rounds: int = 25) -> Cost:
    """Time a job and both loops in turn: whatever slows the machine for a while slows all three."""
    took_us: list[float] = []
    ratios: list[tuple[float, float]] = []
    for _ in range(rounds):
        ours_us, design_us, job_us = _took_us(_multiply_adds), _took_us(_design_multiply_adds), _took_us(job)
        took_us.append(job_us)
        ratios.append((LOOPS * job_us / ours_us, LOOPS * job_us / design_us))
    ours, design = zip(*ratios, strict=True)
    return Cost(min(took_us), median(ours), median(design))


class Yardstick:
    """The shortest multiply-add so far, measured again next to every figure: a busy machine has slow minutes."""

    def __init__(self) -> None:
        self._best_us = float("inf")

    def unit_s(self) -> float:
        """Measure again and return the shortest time so far in s."""
        self._best_us = min(self._best_us, multiply_add_us())
        return 1e-6 * self._best_us
