"""Sensor-to-segment alignment of a trunk sensor: found from the strides, refined all run, and found to have moved."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dsp.orientation.mount import Mount, MountFinder, MountFinderParams
from dsp.orientation.moved import MovedSensor
from dsp.orientation.stillness import Stood
from dsp.orientation.turned import TurnedSensor
from dsp.orientation.unevenness import Unevenness
from dsp.placements import PELVIS
from dsp.samples.trace import Trace
from dsp.signals import Placement

LATERAL = frozenset({Placement.LEFT_HIP, Placement.RIGHT_HIP})
"""Where a sensor feels the pelvis turn and roll as forces of its own: only of its rates can the mount be read."""


@dataclass(frozen=True, slots=True)
class SeatParams:
    """How often the mount is refined, and what is done about a moved sensor.

    quick_strides  the mount is refined every stride at first, then
    every, for_strides  every so many of that many, then
    slow_every     every so many
    lately_strides  the mount of the last few strides is compared with that of the run (`dsp.orientation.turned`)
    doubt          share of the usual confidence while its heading is doubted, and while a moved sensor is calibrated
                   again, until
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
    """Owns the `mount`, None while it is not known, and how far it is to be trusted: `trust`, 0-1.

    One that was found from a runner who is not symmetric says so in its `heading_trust`: steps do not rest on that.
    """

    def __init__(self, placement: Placement, given: Mount | None, params: SeatParams | None = None) -> None:
        self._p = params or SeatParams()
        self._given = given
        self._on_pelvis = placement in PELVIS
        self._moved = MovedSensor()
        self._finding = MountFinderParams(force_weight=0.0) if placement in LATERAL else MountFinderParams()
        self.mount = given
        self.trust = 1.0
        self._seek()

    def _seek(self) -> None:
        self._finder = MountFinder(self._finding)
        self._lately = MountFinder(replace(self._finding, memory_strides=self._p.lately_strides))
        self._turned = TurnedSensor()
        self._uneven = Unevenness()
        self._strides = 0

    def forget(self) -> None:
        """The sensor has moved: nothing that was learned holds, an explicit mount and the zero least."""
        self.mount = self._given = None
        self.trust = self._p.doubt
        self._seek()

    def reset(self) -> None:
        """After a gap, or a move: what is usual is learned anew."""
        self._moved.reset()
        self._turned.reset()
        self._uneven.reset()

    def stride(self, contacts_s: tuple[float, float, float], trace: Trace, *, running: bool) -> bool:
        """Learn from the stride between three contacts, if it is its turn. True when the sensor has moved."""
        self._strides += 1
        if not running or contacts_s[0] <= trace.t_s[0] or (self._given is not None and not self._on_pelvis):
            return False
        return (self._strides % self._every() == 0 or self._turned.suspects) and self._refine(contacts_s, trace)

    def _every(self) -> int:
        n, p = self._strides, self._p
        if self._given is not None:
            return p.slow_every
        return 1 if n <= p.quick_strides else p.every if n <= p.for_strides else p.slow_every

    def _refine(self, contacts_s: tuple[float, float, float], trace: Trace) -> bool:
        """Show the mount finder the two steps between three contacts. True when the sensor has moved."""
        signs = self._finder.stride(trace.steps(contacts_s, self._finder.phases))
        self._uneven.stride(contacts_s)
        found = self._found()
        if self._given is None:
            self.mount = found
        if not self._on_pelvis:
            return False
        self._lately.take(signs)
        if self._finder.strides < self._p.sure_strides:
            return False
        self.trust = 1.0
        lately = self._lately.left()
        if found is None or lately is None:
            return False
        turned = self._turned.plane(found.left, lately, found.up, self._uneven.allowed_rad)
        if self._turned.doubts:
            self.trust = self._p.doubt
        return turned

    def _found(self) -> Mount | None:
        return self._finder.mount(self._uneven.quality)

    def slipped(self, force: list[list[float]]) -> bool:
        """Look at the force of half a second (three lists, m/s2). True when the sensor has moved."""
        return self._on_pelvis and self._moved.look(force)

    def stand(self, stood: Stood) -> None:
        """Take standing for the zero of the angles: at once, they are told while standing."""
        standing, given = self._finder.standing, self._given
        standing.add(stood.force, stood.seconds, fresh=stood.fresh)
        if given is None:
            self.mount = self._found()
        else:
            # Such a mount says how the sensor is fixed, not how the runner holds the pelvis.
            zero = standing.zero(given.up, given.left, self._finding.level_rad, running=False)
            self.mount = self.mount if zero is None else given.levelled(zero)
