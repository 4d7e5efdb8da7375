"""Sensor-to-segment alignment of a trunk sensor: estimated from strides, refined all run; detects a moved sensor."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dsp.orientation.mount import SIGNS, Mount, MountFinder, MountFinderParams
from dsp.orientation.moved import MovedSensor
from dsp.orientation.stillness import Standing
from dsp.orientation.turned import HalfTurn, TurnedSensor
from dsp.orientation.unevenness import Unevenness
from dsp.placements import PELVIS
from dsp.samples.trace import Trace
from dsp.signals import Placement

LATERAL = frozenset({Placement.LEFT_HIP, Placement.RIGHT_HIP})
"""Off the midline, turning and rolling of the pelvis adds forces: the mount is estimated from the gyro alone."""


@dataclass(frozen=True, slots=True)
class AlignmentParams:
    """How often the mount is refined, and what follows from a moved sensor.

    quick_strides   up to this stride the mount is refined with every stride,
    medium_strides  up to this one with every `medium_every`-th,
    slow_every      and later with every `slow_every`-th
    recent_strides  memory of the mount of the last strides, which is compared with that of the run
                    (`dsp.orientation.turned`)
    doubtful_trust  trust while the heading is doubted, and while a moved sensor is calibrated again, until
    sure_strides    this many strides were used
    """

    quick_strides: int = 24
    medium_every: int = 4
    medium_strides: int = 60
    slow_every: int = 8
    recent_strides: float = 4.0
    doubtful_trust: float = 0.5
    sure_strides: int = 12


class TrunkAlignment:
    """Estimates the mount of one trunk sensor, and detects that the sensor has moved.

    mount  None while unknown. If the runner is not symmetric, its `heading_trust` is low; steps do not depend on that
    trust  how far the mount can be trusted, 0-1
    """

    def __init__(self, placement: Placement, given: Mount | None, params: AlignmentParams | None = None) -> None:
        self._p = params or AlignmentParams()
        self._given = given
        self._on_pelvis = placement in PELVIS
        self._moved = MovedSensor()
        self._finder_params = MountFinderParams(force_weight=0.0) if placement in LATERAL else MountFinderParams()
        self.mount = given
        self.trust = 1.0
        self._restart()

    def _restart(self) -> None:
        """Start the estimate from nothing."""
        self._finder = MountFinder(self._finder_params)
        self._recent = MountFinder(replace(self._finder_params, memory_strides=self._p.recent_strides))
        self._turned = TurnedSensor()
        self._half_turn = HalfTurn()
        self._unevenness = Unevenness()
        self._strides = 0

    def forget(self) -> None:
        """Discard everything, also an explicit mount and the zero: the sensor has moved."""
        self.mount = self._given = None
        self.trust = self._p.doubtful_trust
        self._restart()

    def reset(self) -> None:
        """Learn again what is usual, after a gap or a move; the mount is kept."""
        self._moved.reset()
        self._turned.reset()
        self._half_turn.reset()
        self._unevenness.reset()

    def stride(self, contacts_s: tuple[float, float, float], trace: Trace, *, running: bool) -> bool:
        """Learn from the stride between three contacts, if one is due; return whether the sensor has moved."""
        self._strides += 1
        if not running or contacts_s[0] <= trace.t_s[0] or (self._given is not None and not self._on_pelvis):
            return False
        is_due = self._strides % self._interval() == 0 or self._turned.suspected or self._half_turn.suspected
        return is_due and self._refine(contacts_s, trace)

    def _interval(self) -> int:
        n, p = self._strides, self._p
        if self._given is not None:
            return p.slow_every
        return 1 if n <= p.quick_strides else p.medium_every if n <= p.medium_strides else p.slow_every

    def _refine(self, contacts_s: tuple[float, float, float], trace: Trace) -> bool:
        """Refine the mount with the two steps between three contacts; return whether the sensor has moved."""
        evidence = self._finder.stride(trace.steps(contacts_s, self._finder.phases))
        self._unevenness.stride(contacts_s)
        found = self._found()
        if self._given is None:
            self.mount = found
        if not self._on_pelvis:
            return False
        self._recent.take(evidence)
        if self._finder.strides < self._p.sure_strides:
            return False
        is_reversed = self._half_turn.stride(self._finder.signs, evidence[SIGNS].tolist())
        is_turned = self._has_turned(found)
        self.trust = self._p.doubtful_trust if self._turned.doubted or self._half_turn.doubted else 1.0
        return is_turned or is_reversed

    def _has_turned(self, found: Mount | None) -> bool:
        """Compare the plane of the last strides with that of the run, `found`; return whether the sensor has turned."""
        recent = self._recent.left()
        if found is None or recent is None:
            return False
        return self._turned.plane(found.left, recent, found.up, self._unevenness.allowed_rad)

    def _found(self) -> Mount | None:
        return self._finder.mount(self._unevenness.quality)

    def detect_move(self, force: list[list[float]]) -> bool:
        """Check the force of half a second (three lists, m/s2); return whether the sensor has moved."""
        return self._on_pelvis and self._moved.check(force)

    def take_standing(self, stood: Standing) -> None:
        """Take standing as the zero of the angles, at once: they are reported while standing."""
        standing, given = self._finder.standing, self._given
        standing.add(stood.force, stood.seconds, fresh=stood.fresh)
        if given is None:
            self.mount = self._found()
        else:
            # An explicit mount states how the sensor is fixed, not how the runner holds the pelvis.
            zero = standing.zero(given.up, given.left, self._finder_params.level_rad, running=False)
            self.mount = self.mount if zero is None else given.levelled(zero)
