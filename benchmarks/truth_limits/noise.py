"""What a measurer's own noise is, from several that saw the same: contacts in a row (n,), ms, or anything else.

Each estimate is a variance and the mean over steps of a product, so that all can be bootstrapped alike:

itself   minus that of neighbouring step times: a contact seen late makes one step longer and the next shorter
two      half of step time x (step time - the other's): what both see alike is the runner
three    (its contact - the second's) x (its contact - the third's): the three-cornered hat

`two` and `three` are those of Grubbs (1948), J Am Stat Assoc 43:243. All suppose that measurers err independently, and
`itself` that the runner's own step times do not alternate. Each side's mean is taken off first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

BLOCK_STEPS = 10
"""Neighbours are drawn together: their errors are not quite independent, and windows of ten steps overlap."""


@dataclass(frozen=True)
class Noise:
    """A standard deviation and its 95 % interval; below zero where the variance came out negative."""

    sd: float
    low: float
    high: float


def root(variance: float) -> float:
    """Signed square root."""
    return math.copysign(math.sqrt(abs(variance)), variance)


def noise(products: Array, draws: int = 2000) -> Noise:
    """The SD whose square is the mean of `products`, one a step; circular blocks of steps are drawn anew (seed 1)."""
    n = len(products)
    starts = np.random.default_rng(1).integers(0, n, size=(draws, math.ceil(n / BLOCK_STEPS), 1))
    means = products[(starts + np.arange(BLOCK_STEPS)) % n].mean(axis=(1, 2))
    low, high = np.percentile(means, [2.5, 97.5])
    return Noise(root(float(products.mean())), root(float(low)), root(float(high)))


def less_means(values: Array, left: Flags) -> Array:
    """Each side less its own mean."""
    means: Array = np.where(left, values[left].mean(), values[~left].mean())
    return values - means


def by_itself(contacts: Array, left: Flags) -> Array:
    """(n - 2,) products of `contacts` alone."""
    steps = less_means(np.diff(contacts), left[1:])
    return -steps[1:] * steps[:-1]


def by_two(one: Array, other: Array, left: Flags) -> Array:
    """(n - 1,) products for `one` beside one other."""
    steps, others = (less_means(np.diff(contacts), left[1:]) for contacts in (one, other))
    return 0.5 * steps * (steps - others)


def by_three(one: Array, second: Array, third: Array, left: Flags) -> Array:
    """(n,) products for `one` beside two others; of any values, one a step."""
    return less_means(one - second, left) * less_means(one - third, left)
