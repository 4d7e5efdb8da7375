"""Stances of a trunk sensor: turns loads and unloads of the trunk into sightings with side, contact time and drop."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from dsp.detectors.trunk import TrunkEvent
from dsp.gait.contact_time import ContactTimeParams, contact_time_s
from dsp.gait.drop import drop_of
from dsp.gait.gate import LONGEST_S, POCKET, GateParams, RunningGate
from dsp.gait.side import SideFinder, SideParams
from dsp.gait.sightings import Contact, Drop, Release, Sighting
from dsp.orientation.mount import Mount
from dsp.placements import PELVIS
from dsp.records import Side
from dsp.samples.trace import Trace
from dsp.signals import NEVER_S, Placement, Vector

AHEAD_M = {Placement.WAIST_FRONT: 0.2, Placement.LEFT_HIP: 0.1, Placement.RIGHT_HIP: 0.1}
"""How far ahead of the sacrum a sensor on the belt is, roughly: a pelvis is some 0.2 m deep."""

BOUNCING_SHARE = 0.3
"""Share of the usual confidence while feet do not alternate: too little for any cue (cues require 0.6)."""

MAX_WAITING = 60
"""Maximum number of stances that wait for a mount: as many as the side finder averages."""

_ZERO: Vector = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class StanceParams:
    """Parameters of the stances; `last_s`: a stance without a next contact is closed this long after its own."""

    last_s: float = 0.7
    gate: GateParams = field(default_factory=GateParams)
    side: SideParams = field(default_factory=SideParams)
    time: ContactTimeParams = field(default_factory=ContactTimeParams)


@dataclass(slots=True)
class _OpenStance:
    """The current stance."""

    contact_s: float
    crossing_s: float
    unload_s: float | None = None


class Stances:
    """Follows the steps of one trunk sensor.

    `contacts_s` are the newest contacts, `step_s` is the usual step time. Set by the owner: `trust` scales the
    confidence, `drop_trust` in addition that of the drop; `has_gyro` is whether the trace has rates.
    """

    def __init__(self, placement: Placement, confidence: float, params: StanceParams | None = None) -> None:
        self._p = params or StanceParams()
        self._placement = placement
        self._ahead_m = AHEAD_M.get(placement, 0.0)
        self._confidence = confidence
        self.trust = self.drop_trust = 1.0
        self.has_gyro = True
        self._gate = RunningGate(POCKET if placement is Placement.POCKET else self._p.gate)
        self._side = SideFinder(self._p.side)
        self.reset()

    def reset(self) -> None:
        """Restart after a gap: the side of the next stance is unknown again."""
        self._gate.reset()
        self._side.reset()
        self.contacts_s: list[float] = []
        self.step_s = 0.0
        self._open: _OpenStance | None = None
        self._judged_s = NEVER_S
        self._last_side: Side | None = None
        self._alternate = True
        self._row: list[Contact | Release] = []
        self._waiting: deque[tuple[int, Vector, Vector]] = deque(maxlen=MAX_WAITING)

    @property
    def running(self) -> bool:
        """Whether the newest contact belongs to a running row."""
        return self._gate.open

    @property
    def _confidence_now(self) -> float:
        """Confidence of what is seen now, 0-1."""
        return self._confidence * self.trust * (1.0 if self._alternate else BOUNCING_SHARE)

    def take(self, event: TrunkEvent, trace: Trace, mount: Mount | None, *, levelled: bool) -> list[Sighting]:
        """Take a load or an unload; `levelled`: the trace's up direction follows the pelvis within a stride."""
        out = self.close_late(event.decided_s, trace, mount, levelled=levelled)
        if not event.contact:
            if self._open is not None:
                self._open.unload_s = event.t_s
            return out
        step = event.t_s - self.contacts_s[-1] if self.contacts_s else 0.0
        if step > LONGEST_S:
            self._side.reset()
            self._waiting.clear()
            self._last_side = None
        before = self._gate.open
        continues = self._gate.contact(event.crossing_s, event.depth_g, event.rise_gps, trace)
        if self._open is not None:
            stance = self._open
            release_s = stance.unload_s
            if continues:
                release_s = stance.contact_s + contact_time_s(trace, stance.crossing_s, event.crossing_s, self._p.time)
            release = self._close(stance, release_s, event.decided_s, trace, mount, levelled=levelled)
            out += self._emit(release, event.decided_s, running=before or self._gate.open)
        if continues:
            self.step_s += (0.25 if self.step_s else 1.0) * (step - self.step_s)
        else:
            self._row = []
        self.contacts_s.append(event.t_s)
        del self.contacts_s[:-4]
        self._open = _OpenStance(event.t_s, event.crossing_s)
        side = self._last_side.other if self._last_side and self._beats(event.t_s) == 1 else None
        contact = Contact(
            event.decided_s, event.t_s, self._placement, side, running=True, confidence=self._confidence_now
        )
        return out + self._emit(contact, event.decided_s, running=self._gate.open)

    def overdue(self, now_s: float) -> bool:
        """Return whether the current stance has waited long enough for a next contact."""
        return self._open is not None and now_s > self._open.contact_s + self._p.last_s

    def close_late(self, now_s: float, trace: Trace, mount: Mount | None, *, levelled: bool) -> list[Sighting]:
        """Close the current stance if it is overdue."""
        stance = self._open
        if stance is None or not self.overdue(now_s):
            return []
        decided_s = trace.t_s[min(trace.first_at(stance.contact_s + self._p.last_s), len(trace.force) - 1)]
        release = self._close(stance, stance.unload_s, decided_s, trace, mount, levelled=levelled)
        return self._emit(release, decided_s, running=self._gate.open)

    def _close(
        self,
        stance: _OpenStance,
        release_s: float | None,
        decided_s: float,
        trace: Trace,
        mount: Mount | None,
        *,
        levelled: bool,
    ) -> Release:
        """Close a stance: determine its side and measure its drop."""
        self._open = None
        side: Side | None = None
        pushed: Side | None = None  # the side that the trunk is pushed to, by the leg or by its own turning
        drop: Drop | None = None
        if release_s is not None:
            self._waiting.append(
                (self._beats(stance.contact_s), *self._early_force(trace, stance.contact_s, release_s))
            )
            self._judged_s = stance.contact_s
            if mount or not self._ahead_m:
                self._judge(mount)
            pushed = self._side.side(mount.left) if mount else None
            side = pushed if self.has_gyro or not self._ahead_m else None
            if side and mount and levelled and self._placement in PELVIS:
                drop = drop_of(trace, mount, side, stance.contact_s, release_s, self.drop_trust * self.trust)
        self._last_side = side
        self._alternate = pushed is not None or self._placement not in PELVIS or self._side.feet_alternate()
        return Release(decided_s, stance.contact_s, release_s, self._placement, side, drop, self._confidence_now)

    def _beats(self, contact_s: float) -> int:
        """Return how many step times after the last judged stance this one began."""
        if self.step_s <= 0.0 or self._judged_s == NEVER_S:
            return 1
        return max(1, round((contact_s - self._judged_s) / self.step_s))

    def _early_force(self, trace: Trace, contact_s: float, release_s: float) -> tuple[Vector, Vector]:
        """Return early in a stance, sensor axes: the mean force, m/s2, and the angular acceleration, rad/s2."""
        p = self._p.side
        a = trace.first_at(contact_s + p.from_s)
        b = max(a + 1, trace.first_at(min(contact_s + p.to_s, release_s)))
        n = min(b, len(trace.force)) - a
        if n < 1:
            return _ZERO, _ZERO
        end, (ax, ay, az, gx, gy, gz) = a + n, trace.axes
        force = sum(ax[a:end]) / n, sum(ay[a:end]) / n, sum(az[a:end]) / n
        if not self._ahead_m:
            return force, _ZERO
        over_s = trace.t_s[end - 1] - trace.t_s[a] or 1.0
        u, v, w = ((axis[end - 1] - axis[a]) / over_s for axis in (gx, gy, gz))
        return force, (u, v, w)

    def _judge(self, mount: Mount | None) -> None:
        """Pass the waiting stances to the side finder.

        The angular acceleration of the pelvis pushes a sensor ahead of the sacrum sideways: such stances wait for the
        mount. Without a gyro it is unknown, and may exceed what the leg does: then no side is named.
        """
        left, forward = (mount.left, mount.forward) if mount else (None, None)
        fx, fy, fz = forward or _ZERO
        m = self._ahead_m
        for beats, force, (u, v, w) in self._waiting:
            x, y, z = force
            if m:
                force = x - m * (v * fz - w * fy), y - m * (w * fx - u * fz), z - m * (u * fy - v * fx)
            self._side.step(beats, force, left, forward)
        self._waiting.clear()

    def _emit(self, sighting: Contact | Release, decided_s: float, *, running: bool) -> list[Sighting]:
        """Hold a sighting until the row is running; then return all of the row."""
        self._row.append(sighting)
        if not running:
            return []
        row, self._row = self._row, []
        return [_decided(held, decided_s) for held in row]


def _decided(held: Contact | Release, decided_s: float) -> Contact | Release:
    """Return the sighting with this time of decision."""
    return held if held.decided_s == decided_s else replace(held, decided_s=decided_s)
