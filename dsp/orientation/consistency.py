"""Whether levelling's innovations are as large as its model predicts: a test of normalised innovations squared.

The innovation of a stride, whitened by its own covariance and squared, is chi-square with as many degrees of freedom as
it has components, two (Bar-Shalom, Li and Kirubarajan 2001, Estimation with Applications to Tracking and Navigation,
5.4), if the filter's model holds: a bias that wanders by no more than `LevelParams` states, a runner who repeats the
stride before. The sum over several strides tests that. A gyroscope bias that drifts or has jumped is outside the model:
levelling is sure of it, follows slowly, and every stride contradicts it in the same way.

Means of eight strides: 0.1-1.7 in the recorded runs, 8 at most in the same soon after walking or a stop. While the bias
was not doubted: 9-60 under a drift of 0.03 deg/s2, 100 and more after a jump of 2 deg/s. With their mean in place of
what five of them exceed, 7.3, a turn round a cone left obliquity off by 2.9-3.2 deg instead of 1.9-2.0.
"""

from __future__ import annotations

from collections import deque

STRIDES = 8
"""Strides that are tested: about six seconds, within which a runner has sped up or rounded a corner."""

EXCEEDING = 5
"""Number of them that must exceed the bound."""

EXPECTED = 2.0
"""Mean of one, also the initial value of strides that are still missing: less than the bound."""

BOUND = 7.13
"""Bound that five of eight exceed once in a million by chance: one does with exp(-7.13 / 2) = 0.0283; 56 * 0.0283^5 =
1e-6."""

MEAN_BOUND = 60.0
"""A mean of eight that no runner causes: a turn round a cone, 3 to 1.3 m/s and back, has single strides of 70, of 170
where bends are not known. A jump of 20 deg/s, which loses steps, exceeds it with the second stride."""


class Consistency:
    """Takes normalised innovations squared and tests whether chance explains them.

    trust         share of them that chance explains, 0-1: the true variances are larger by its inverse
    contradicted  whether that is below 1, and the bias was not doubted in the last `STRIDES` strides
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Start again, without any innovations."""
        self._squares: deque[float] = deque([EXPECTED] * STRIDES, maxlen=STRIDES)
        self._settling = 0
        self.trust = 1.0
        self.contradicted = False
        self.pause()

    def pause(self) -> None:
        """Note that nobody runs: the first strides afterwards speed up, and are ignored."""
        self._starting = STRIDES

    def bias_doubted(self) -> None:
        """Note that the bias was doubted, which takes time to have an effect."""
        self._settling = STRIDES
        self.contradicted = False

    def add(self, square: float) -> None:
        """Take the normalised innovation squared of a stride."""
        if self._starting:
            self._starting -= 1
            return
        self._squares.append(square)
        surprise = max(sorted(self._squares)[STRIDES - EXCEEDING], sum(self._squares) / STRIDES * (BOUND / MEAN_BOUND))
        self.trust = BOUND / surprise if surprise > BOUND else 1.0
        self._settling = max(0, self._settling - 1)
        self.contradicted = surprise > BOUND and not self._settling
