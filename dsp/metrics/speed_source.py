"""Who says how fast the runner is: 3 a treadmill, 2 a pod, 1 a shoe's strides. No unit; quality 1: it is a fact.

Speeds are never averaged over sources: the best that speaks is passed on, and this says when it changed.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from dsp.metrics.passed_on import PassedOn
from dsp.metrics.recent import Recent
from dsp.records import Metric, Side, Step
from dsp.signals import Placement, Quantity

KEY = "speed_source"

TREADMILL_SPEED = "treadmill_speed_mps"
FOOT_SPEED = "foot_speed_mps"
"""Readings on their way to here; what comes out is `speed_mps`."""

FOOT_STRIDES = 5
"""Strides of a foot that its speed is the median of: single ones scatter by 1-2 %, five by 0.4 % (`speed_mps`)."""


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


class Speeds:
    """The newest speed of every source."""

    def __init__(self) -> None:
        self._given = {Source.TREADMILL: PassedOn(TREADMILL_SPEED), Source.POD: PassedOn(Quantity.SPEED_MPS.value)}
        self._feet: dict[Side | None, Recent] = {side: Recent(FOOT_STRIDES) for side in (*Side, None)}

    def reading(self, metric: Metric) -> None:
        """Remember a speed."""
        for given in self._given.values():
            given.reading(metric)
        if metric.key == FOOT_SPEED:
            self._feet[metric.side].add(metric.t_ns, metric.value, metric.quality)

    def now(self, t_ns: int) -> Speed | None:
        """The speed of the best source that speaks; both feet count alike."""
        for source, given in self._given.items():
            for metric in given.report(t_ns):
                return Speed(metric.value, metric.quality, source)
        feet = [m for recent in self._feet.values() for m in recent.report(t_ns, FOOT_SPEED, None)]
        if not feet:
            return None
        mean = sum(m.value for m in feet) / len(feet)
        return Speed(mean, round(sum(m.quality for m in feet) / len(feet), 3), Source.FOOT)


class Stage:
    """The source's number, while there is a speed."""

    def __init__(self) -> None:
        self._speeds = Speeds()

    def step(self, step: Step) -> None:
        """Steps do not matter."""

    def reading(self, metric: Metric) -> None:
        """Remember a speed."""
        self._speeds.reading(metric)

    def report(self, t_ns: int) -> list[Metric]:
        """Who speaks now."""
        speed = self._speeds.now(t_ns)
        return [] if speed is None else [Metric(t_ns, KEY, float(speed.source), None, 1.0)]
