"""Who says how fast the runner is: 3 a treadmill, 2 a pod, 1 a shoe's strides. No unit; quality 1: it is a fact.

Speeds are never averaged over sources: the best that speaks is passed on, and this says when it changed. But while a
treadmill or a pod speaks, each shoe's constant against it is learned (1-3 % on the laces, `speed_mps`), and kept for
when it falls silent. `speed_mps` reports it.
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
"""Readings on their way to here; what comes out is `speed_mps`."""

FOOT_STRIDES = 5
"""Strides of a foot that its speed is the median of: single ones scatter by 1-2 %, five by 0.4 % (`speed_mps`)."""


CALIBRATED = 15
"""Seconds beside a better source that make a shoe's constant known: five-stride speeds scatter by 0.5 %."""

MEMORY = 60.0
"""Seconds that it is the mean of."""

FAR = 0.15
"""A constant is never this far from 1; a belt that changes its speed is."""

CALIBRATED_QUALITY = 0.9


class Source(IntEnum):
    """Who is believed, the higher the more."""

    FOOT = 1
    POD = 2
    TREADMILL = 3


class Speed(NamedTuple):
    """m/s, quality 0-1, and whose it is."""

    mps: float
    quality: float
    source: Source


def key_of(quantity: Quantity, placement: Placement) -> str:
    """Name of a ready-made value on its way to the metrics: a treadmill's speed is told from a pod's."""
    belt = quantity is Quantity.SPEED_MPS and placement is Placement.TREADMILL
    return TREADMILL_SPEED if belt else quantity.value


class _Shoe:
    """Newest strides of one shoe, and its constant."""

    def __init__(self) -> None:
        self.strides = Recent(FOOT_STRIDES)
        self._scale = 1.0
        self._seconds = 0

    def compare(self, mps: float, given_mps: float) -> None:
        """Learn from a second beside a better source."""
        ratio = given_mps / mps if mps > 0.0 else 0.0
        if abs(ratio - 1.0) < FAR:
            self._seconds += 1
            self._scale += (ratio - self._scale) / min(float(self._seconds), MEMORY)

    def corrected(self, metric: Metric) -> tuple[float, float]:
        """Speed and quality, with the constant taken out where it is known."""
        if self._seconds < CALIBRATED:
            return metric.value, metric.quality
        return metric.value * self._scale, max(metric.quality, CALIBRATED_QUALITY)


class Speeds:
    """The newest speed of every source."""

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
        """The speed of the best source that speaks; both feet count alike. Asked once a second."""
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
        said = [shoe.corrected(metric) for shoe, metric in feet]
        mean = sum(mps for mps, _ in said) / len(said)
        return Speed(mean, round(sum(quality for _, quality in said) / len(said), 3), Source.FOOT)
