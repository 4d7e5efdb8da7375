"""Sensor-to-segment alignment of a trunk sensor: found from the strides, refined all run, and found to have moved."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dsp.orientation.mount import Mount, MountFinder, MountFinderParams
from dsp.orientation.moved import MovedSensor
from dsp.placements import PELVIS
from dsp.samples.trace import Trace
from dsp.signals import Placement, Vector

LATERAL = frozenset({Placement.LEFT_HIP, Placement.RIGHT_HIP})
"""Where a sensor feels the pelvis turn and roll as forces of its own: only of its rates can the mount be read."""


@dataclass(frozen=True, slots=True)
class SeatParams:
    """How often the mount is refined, and what is done about a moved sensor.

    quick_strides  the mount is refined every stride at first, then
    every, for_strides  every so many of that many, then
    slow_every     every so many
    lately_strides  the mount of the last few strides is compared with that of the run
    doubt          share of the usual confidence while a moved sensor is calibrated again, until
    sure_strides   so many strides have been seen
    """

    quick_strides: int = 24
    every: int = 4
    for_strides: int = 60
    slow_every: int = 8
    lately_strides: float = 4.0
    doubt: float = 0.5
    sure_strides: int = 12


class TrunkSeat:
    """Owns the `mount`, None while it is not known, and how far it is to be trusted: `trust`, 0-1."""

    def __init__(self, placement: Placement, given: Mount | None, params: SeatParams | None = None) -> None:
        self._p = params or SeatParams()
        self._given = given
        self._moved = MovedSensor() if placement in PELVIS else None
        self._finding = MountFinderParams(force_weight=0.0) if placement in LATERAL else MountFinderParams()
        self.mount = given
        self.trust = 1.0
        self._seek()

    def _seek(self) -> None:
        self._finder = MountFinder(self._finding)
        self._lately = MountFinder(replace(self._finding, memory_strides=self._p.lately_strides))
        self._strides = 0

    def forget(self) -> None:
        """The sensor has moved: nothing that was learned holds, an explicit mount and the zero least."""
        self.mount = self._given = None
        self.trust = self._p.doubt
        self._seek()

    def reset(self) -> None:
        """After a gap, or a move: what is usual is learned anew."""
        if self._moved is not None:
            self._moved.reset()

    def stride(self, contacts_s: tuple[float, float, float], trace: Trace, *, running: bool) -> bool:
        """Learn from the stride between three contacts, if it is its turn. True when the sensor has moved."""
        self._strides += 1
        if self._given is not None or not running or contacts_s[0] <= trace.t_s[0]:
            return False
        n, p = self._strides, self._p
        every = 1 if n <= p.quick_strides else p.every if n <= p.for_strides else p.slow_every
        suspects = self._moved is not None and self._moved.suspects
        return (n % every == 0 or suspects) and self._refine(contacts_s, trace)

    def _refine(self, contacts_s: tuple[float, float, float], trace: Trace) -> bool:
        """Show the mount finder the two steps between three contacts. True when the sensor has moved."""
        signs = self._finder.stride(trace.steps(contacts_s, self._finder.phases))
        self.mount = self._finder.mount()
        if self._moved is None:
            return False
        self._lately.take(signs)
        if self._finder.strides < self._p.sure_strides:
            return False
        self.trust = 1.0
        lately = self._lately.left()
        return bool(self.mount and lately and self._moved.plane(self.mount.left, lately))

    def slipped(self, force: list[list[float]]) -> bool:
        """Look at the force of half a second (three lists, m/s2). True when the sensor has moved."""
        return self._moved is not None and self._moved.look(force)

    def stand(self, force: Vector) -> None:
        """Take the mean force of standing, m/s2, for the zero of the angles: at once, they are told while standing."""
        self._finder.stand(force)
        if self._given is None:
            self.mount = self._finder.mount()
        else:
            self.mount = self._given.levelled(force, self._finding.level_rad) or self.mount
