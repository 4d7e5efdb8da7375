"""Noise of a measurement method, from several that measured the same: contacts (n,) in ms, or any other quantity.

Each estimate is a variance and the mean over steps of a product, so that all can be bootstrapped in the same way:

itself   minus that of neighbouring step times: a late contact makes one step longer and the next shorter
two      half of step time x (step time - the other's): what both have in common is the runner
three    (its contact - the second's) x (its contact - the third's): the three-cornered hat

`two` and `three` are those of Grubbs (1948), J Am Stat Assoc 43:243. All assume that the methods err independently, and
`itself` that the runner's own step times do not alternate. The mean of each side is removed first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

BLOCK_STEPS = 10
"""Neighbours are resampled together: their errors are not quite independent, and windows of ten steps overlap."""


@dataclass(frozen=True)
class Noise:
    """A standard deviation and its 95 % interval; negative where the variance is."""

    sd: float
    low: float
    high: float


def root(variance: float) -> float:
    """Return the signed square root."""
    return math.copysign(math.sqrt(abs(variance)), variance)


def noise(products: Array, draws: int = 2000) -> Noise:
    """Return the SD whose square is the mean of `products`, one per step, with a circular block bootstrap (seed 1)."""
    n = len(products)
    starts = np.random.default_rng(1).integers(0, n, size=(draws, math.ceil(n / BLOCK_STEPS), 1))
    means = products[(starts + np.arange(BLOCK_STEPS)) % n].mean(axis=(1, 2))
    low, high = np.percentile(means, [2.5, 97.5])
    return Noise(root(float(products.mean())), root(float(low)), root(float(high)))


def less_means(values: Array, left: Flags) -> Array:
    """Return the values minus the mean of their side."""
    means: Array = np.where(left, values[left].mean(), values[~left].mean())
    return values - means


def by_itself(contacts: Array, left: Flags) -> Array:
    """Return the products (n - 2,) of `contacts` alone."""
    steps = less_means(np.diff(contacts), left[1:])
    return -steps[1:] * steps[:-1]


def by_two(one: Array, other: Array, left: Flags) -> Array:
    """Return the products (n - 1,) for `one` from one other method."""
    steps, others = (less_means(np.diff(contacts), left[1:]) for contacts in (one, other))
    return 0.5 * steps * (steps - others)


def by_three(one: Array, second: Array, third: Array, left: Flags) -> Array:
    """Return the products (n,) for `one` from two other methods; of any values, one per step."""
    return less_means(one - second, left) * less_means(one - third, left)
