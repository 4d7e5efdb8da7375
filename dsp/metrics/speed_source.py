"""Source of the reported speed: 3 a treadmill, 2 a pod, 1 the shoes' strides. No unit; quality is always 1.

Speeds of different sources are never averaged: the best active source is passed on, and this metric shows when it
changes. While a treadmill or a pod is active, each shoe's scale factor against it is learned (1-3 % on the laces,
`speed_mps`) and kept for when that source falls silent. `speed_mps` reports this metric.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from dsp.metrics.passed_on import PassedOn
from dsp.metrics.recent import Recent
from dsp.records import Metric, Side
from dsp.signals import Placement, Quantity

KEY = "speed_source"

TREADMILL_SPEED = "treadmill_speed_mps"
FOOT_SPEED = "foot_speed_mps"
"""Readings of speed; the metric made from them is `speed_mps`."""

FOOT_STRIDES = 5
"""A foot's speed is the median of this many strides: single ones scatter by 1-2 %, five by 0.4 % (`speed_mps`)."""

CALIBRATED = 15
"""Seconds alongside a better source after which a shoe's scale factor is known: five-stride speeds scatter by 0.5 %."""

MEMORY = 60.0
"""Seconds that the scale factor is averaged over."""

FAR = 0.15
"""A scale factor never differs from 1 by this much; the ratio does while a treadmill changes its speed."""

CALIBRATED_QUALITY = 0.9


class Source(IntEnum):
    """A source of speed; a higher one takes precedence."""

    FOOT = 1
    POD = 2
    TREADMILL = 3


class Speed(NamedTuple):
    """A speed in m/s, its quality (0-1) and its source."""

    mps: float
    quality: float
    source: Source


def key_of(quantity: Quantity, placement: Placement) -> str:
    """Return the reading key of a ready-made quantity; a treadmill's speed has a key of its own, unlike a pod's."""
    belt = quantity is Quantity.SPEED_MPS and placement is Placement.TREADMILL
    return TREADMILL_SPEED if belt else quantity.value


class _Shoe:
    """Newest strides of one shoe, and its scale factor."""

    def __init__(self) -> None:
        self.strides = Recent(FOOT_STRIDES)
        self._scale = 1.0
        self._seconds = 0

    def compare(self, mps: float, given_mps: float) -> None:
        """Learn the scale factor from this shoe's speed and that of a better source; called once a second."""
        ratio = given_mps / mps if mps > 0.0 else 0.0
        if abs(ratio - 1.0) < FAR:
            self._seconds += 1
            self._scale += (ratio - self._scale) / min(float(self._seconds), MEMORY)

    def corrected(self, metric: Metric) -> tuple[float, float]:
        """Return speed and quality, scaled once the factor is known."""
        if self._seconds < CALIBRATED:
            return metric.value, metric.quality
        return metric.value * self._scale, max(metric.quality, CALIBRATED_QUALITY)


class Speeds:
    """The newest speed of every source, and the choice between them."""

    reads = (TREADMILL_SPEED, Quantity.SPEED_MPS.value, FOOT_SPEED)

    def __init__(self) -> None:
        self._given = {Source.TREADMILL: PassedOn(TREADMILL_SPEED), Source.POD: PassedOn(Quantity.SPEED_MPS.value)}
        self._shoes: dict[Side | None, _Shoe] = {side: _Shoe() for side in (*Side, None)}

    def reading(self, metric: Metric) -> None:
        """Remember a speed."""
        for given in self._given.values():
            given.reading(metric)
        if metric.key == FOOT_SPEED:
            self._shoes[metric.side].strides.add(metric.t_ns, metric.value, metric.quality)

    def now(self, t_ns: int) -> Speed | None:
        """Return the speed of the best active source, None without one; feet are averaged. Call it once a second."""
        feet = [
            (shoe, metric) for shoe in self._shoes.values() for metric in shoe.strides.report(t_ns, FOOT_SPEED, None)
        ]
        for source, given in self._given.items():
            for metric in given.report(t_ns):
                for shoe, own in feet:
                    shoe.compare(own.value, metric.value)
                return Speed(metric.value, metric.quality, source)
        if not feet:
            return None
        speeds = [shoe.corrected(metric) for shoe, metric in feet]
        mean = sum(mps for mps, _ in speeds) / len(speeds)
        return Speed(mean, round(sum(quality for _, quality in speeds) / len(speeds), 3), Source.FOOT)
