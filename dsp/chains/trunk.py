"""One sensor on the trunk or in a pocket: level, contacts, running or not, mount, side, drop."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dsp.attitude import AttitudeStage
from dsp.detectors.trunk import TrunkContactParams, TrunkContacts, TrunkEvent
from dsp.drop import drop_of
from dsp.filters import LowPass2
from dsp.gate import GateParams, RunningGate
from dsp.intake import Intake, Run
from dsp.mount import Mount, MountFinder
from dsp.orientation import Leveller, LevelParams, MeanDirection, Strapdown, Vector
from dsp.records import EventKind, Side
from dsp.side import SideFinder, SideParams
from dsp.sightings import Contact, Drop, Posture, Release, Sighting
from dsp.signals import Placement, SampleBlock
from dsp.stage import SETTLE_SAMPLES
from dsp.stillness import Stillness
from dsp.trace import Trace

_DROP_PLACEMENTS = frozenset({Placement.SACRUM, Placement.WAIST_FRONT, Placement.LEFT_HIP, Placement.RIGHT_HIP})


@dataclass(frozen=True, slots=True)
class TrunkParams:
    """hold_s: samples held at a start, to align with their mean force (about two steps); trace_s: how far back events
    look; quick_strides, slow_every: the mount is refined every stride at first, then every so many.
    """

    hold_s: float = 0.75
    trace_s: float = 1.6
    quick_strides: int = 60
    slow_every: int = 4
    contact: TrunkContactParams = field(default_factory=TrunkContactParams)
    gate: GateParams = field(default_factory=GateParams)
    side: SideParams = field(default_factory=SideParams)
    level: LevelParams = field(default_factory=LevelParams)


class TrunkChain:
    """Blocks of one trunk sensor to sightings; `latest_s` is the newest sample worked off."""

    def __init__(
        self,
        placement: Placement,
        mount: Mount | None = None,
        params: TrunkParams | None = None,
        *,
        signals: bool = False,
    ) -> None:
        self._p = params or TrunkParams()
        self._placement = placement
        self._given = mount
        self._signals = signals
        self._intake = Intake()
        self._strapdown = Strapdown()
        self._leveller = Leveller(self._strapdown, self._p.level)
        self._mean_direction = MeanDirection()
        self._gate = RunningGate(self._p.gate)
        self._finder = MountFinder()
        self._side = SideFinder(self._p.side)
        self._still = Stillness()
        self._attitude = AttitudeStage()
        self._mount = mount
        self.latest_s = float("-inf")
        self._started = False
        self._hold_t: list[float] = []
        self._hold: list[list[float]] = [[] for _ in range(6)]
        self._count = 0
        self._contacts: list[float] = []
        self._new_contacts = 0
        self._strides = 0
        self._step_s = 0.0
        self._side_contact_s = -9.0
        self._last_side: Side | None = None
        self._corrected_s = 0.0
        self._look_from = 0
        self._row: list[Sighting] = []
        self._open_contact: Contact | None = None
        self._open_release: float | None = None

    def update(self, block: SampleBlock) -> list[Sighting]:
        """Sightings in `block`, in the order in which the sensor became sure of them."""
        out: list[Sighting] = []
        for run in self._intake.update(block):
            if run.restart:
                self._restart()
            if not self._started:
                held = self._held(run)
                if held is None:
                    continue
                run = held
            if run.filled and self._intake.has_gyro:
                self._leveller.disturb(run.t_s[-1] - run.t_s[0] + 2.0 * self._intake.period_s)
            self._work(run, out)
        return out

    def _restart(self) -> None:
        """Nothing before is worth continuing but the mount and the gyro's bias."""
        self._started = False
        self._hold_t, self._hold = [], [[] for _ in range(6)]
        self._gate.reset()
        self._side.reset()
        self._still.reset()
        self._contacts, self._new_contacts, self._step_s = [], 0, 0.0
        self._row, self._open_contact, self._open_release = [], None, None
        self._last_side = None

    def _held(self, run: Run) -> Run | None:
        """Hold the first samples; once there are enough, start with their mean force and give them back."""
        for k in range(len(run.t_s)):
            self._hold_t.append(run.t_s[k])
            for held, axis in zip(self._hold, run.axes, strict=True):
                held.append(axis[k])
            if self._hold_t[-1] - self._hold_t[0] >= self._p.hold_s:
                break
        else:
            return None
        t_s, axes = self._hold_t, self._hold
        rest = [axis[k + 1 :] for axis in run.axes]
        self._hold_t, self._hold = [], [[] for _ in range(6)]
        self._start(t_s, axes)
        return Run(t_s + run.t_s[k + 1 :], [a + r for a, r in zip(axes, rest, strict=True)], restart=False)

    def _start(self, t_s: list[float], axes: list[list[float]]) -> None:
        n = len(t_s)
        mean = [sum(a) / n for a in axes]
        period = self._intake.period_s
        first_time = self._count == 0
        if first_time:
            self._trace = Trace(int(self._p.trace_s / period))
            self._lowpass = LowPass2(self._p.contact.cutoff_hz, 1.0 / period)
            self._detector = TrunkContacts(self._lowpass.delay_s, self._p.contact)
            self._look_samples = SETTLE_SAMPLES * max(1, round(self._still.params.window_s / period / SETTLE_SAMPLES))
        self._trace.clear()
        self._lowpass.reset()
        self._detector.reset()
        self._strapdown.align(t_s[0] - period, (mean[0], mean[1], mean[2]), (axes[3][0], axes[4][0], axes[5][0]))
        self._leveller.start(t_s[0], keep_bias=not first_time)
        self._mean_direction.align(t_s[0] - period, (mean[0], mean[1], mean[2]))
        self._corrected_s = t_s[0]
        self._look_from = self._count
        self._started = True

    def _work(self, run: Run, out: list[Sighting]) -> None:
        t_s, axes = run.t_s, run.axes
        n = len(t_s)
        start = 0
        while start < n:
            room = SETTLE_SAMPLES - self._count % SETTLE_SAMPLES
            stop = min(n, start + room)
            if stop - start == n:
                self._advance(t_s, axes, out)
            else:
                self._advance(t_s[start:stop], [a[start:stop] for a in axes], out)
            self._count += stop - start
            if stop - start == room:
                self._settle()
            start = stop

    def _advance(self, t_s: list[float], axes: list[list[float]], out: list[Sighting]) -> None:
        """Per-sample work: no decisions that reach back into the samples before."""
        trace = self._trace
        first = len(trace.t_s)
        if self._intake.has_gyro:
            force, vx, vy = self._strapdown.run(t_s, axes, trace.up)
            trace.vx.extend(vx)
            trace.vy.extend(vy)
        else:
            force = self._mean_direction.run(t_s, axes, trace.up)
        trace.t_s.extend(t_s)
        for kept, axis in zip(trace.axes, axes, strict=True):
            kept.extend(axis)
        trace.force.extend(force)
        self.latest_s = t_s[-1]
        for event in self._detector.run(t_s, self._lowpass.run(force)):
            self._release_due(event.decided_s, out)
            if event.kind is EventKind.INITIAL_CONTACT:
                self._contact(event, out)
            elif self._open_contact is not None:
                self._open_release = event.t_s
        self._release_due(self.latest_s, out)
        if self._signals:
            bias = self._strapdown.bias
            out.extend(Posture(k.t_ns * 1e-9, k) for k in self._attitude.run(trace, first, self._mount, bias))

    def _contact(self, event: TrunkEvent, out: list[Sighting]) -> None:
        continues = self._gate.contact(event.t_s, event.depth_g)
        if not continues:
            self._row = []
        step = event.t_s - self._contacts[-1] if self._contacts else 0.0
        if continues:
            self._step_s += (0.25 if self._step_s else 1.0) * (step - self._step_s)
        self._contacts.append(event.t_s)
        del self._contacts[:-4]
        self._new_contacts += 1
        side = None
        if self._last_side is not None and self._beats(event.t_s) == 1:
            side = self._last_side.other
        contact = Contact(event.decided_s, event.t_s, self._placement, side, True, self._confidence())
        self._open_contact, self._open_release = contact, None
        self._let_out(contact, event.decided_s, out)

    def _release_due(self, now_s: float, out: list[Sighting]) -> None:
        """Judge the stance that ended, once the samples up to its end are there."""
        contact, release_s = self._open_contact, self._open_release
        if contact is None or release_s is None:
            return
        k = self._trace.first_at(release_s) + 1
        if k >= len(self._trace.t_s) or self._trace.t_s[k] > now_s:
            return
        decided_s = self._trace.t_s[k]
        self._open_contact = self._open_release = None
        self._side.step(self._beats(contact.t_s), self._early_force(contact.t_s, release_s))
        self._side_contact_s = contact.t_s
        side, drop = None, None
        if self._mount is not None:
            side = self._side.side(self._mount.left)
        if side is not None:
            drop = self._drop(side, contact.t_s, release_s)
        self._last_side = side
        release = Release(decided_s, contact.t_s, release_s, self._placement, side, drop, self._confidence())
        self._let_out(release, decided_s, out)

    def _drop(self, side: Side, contact_s: float, release_s: float) -> Drop | None:
        if self._placement not in _DROP_PLACEMENTS or not self._intake.has_gyro or self._mount is None:
            return None
        return drop_of(self._trace, self._mount, side, contact_s, release_s)

    def _let_out(self, sighting: Contact | Release, decided_s: float, out: list[Sighting]) -> None:
        """Hold what was seen until the row is running; then everything in it is."""
        self._row.append(sighting)
        if not self._gate.open:
            return
        for held in self._row:
            if isinstance(held, Contact):
                out.append(Contact(decided_s, held.t_s, held.placement, held.side, True, held.confidence))
            elif isinstance(held, Release):
                out.append(
                    Release(decided_s, held.contact_s, held.t_s, held.placement, held.side, held.drop, held.confidence)
                )
        self._row = []

    def _beats(self, contact_s: float) -> int:
        """How many step times after the last judged stance this one began."""
        if self._step_s <= 0.0:
            return 1
        return max(1, round((contact_s - self._side_contact_s) / self._step_s))

    def _confidence(self) -> float:
        return 0.9 if self._intake.has_gyro else 0.7

    def _early_force(self, contact_s: float, release_s: float) -> Vector:
        """Mean force, sensor axes, in the early part of a stance, m/s2."""
        trace, p = self._trace, self._p.side
        a = trace.first_at(contact_s + p.from_s)
        b = max(a + 1, trace.first_at(min(contact_s + p.to_s, release_s)))
        n = min(b, len(trace.t_s)) - a
        if n < 1:
            return 0.0, 0.0, 0.0
        x, y, z = (sum(axis[a : a + n]) / n for axis in trace.axes[:3])
        return x, y, z

    def _settle(self) -> None:
        """Per-stride work: levelling, mount, standing. Its feedback begins with the next sample."""
        if self._new_contacts:
            self._new_contacts = 0
            self._stride()
        now = self.latest_s
        if self._count - self._look_from >= self._look_samples:
            self._look_from = self._count
            self._look(now)
        self._trace.trim()

    def _stride(self) -> None:
        """Every second contact of a steady row closes a stride."""
        c = self._contacts
        if len(c) < 3 or not 0.38 < c[-1] - c[-3] < 1.2:
            return
        self._intake.stride_s = c[-1] - c[-3]
        self._strides += 1
        if self._strides % 2:
            return
        trace = self._trace
        if self._intake.has_gyro and c[-2] > self._corrected_s:
            middle = 0.5 * (c[-2] + c[-1])
            vx = 0.5 * (trace.at(trace.vx, c[-2]) + trace.at(trace.vx, c[-1]))
            vy = 0.5 * (trace.at(trace.vy, c[-2]) + trace.at(trace.vy, c[-1]))
            self._leveller.stride(middle, (vx, vy))
            self._corrected_s = self.latest_s
        if self._gate.open and c[-3] > trace.t_s[0]:
            strides = self._strides // 2
            if strides <= self._p.quick_strides or strides % self._p.slow_every == 0:
                self._refine(c[-3], c[-2], c[-1])

    def _refine(self, one_s: float, two_s: float, three_s: float) -> None:
        if self._given is not None:
            return
        trace = self._trace
        first, end = trace.first_at(one_s), trace.first_at(three_s)
        t = np.array(trace.t_s[first - 1 : end + 1])
        axes = np.array([axis[first - 1 : end + 1] for axis in trace.axes])
        phases = np.arange(self._finder.phases) / self._finder.phases
        steps: list[npt.NDArray[np.float64]] = []
        for a, b in ((one_s, two_s), (two_s, three_s)):
            at = a + (b - a) * phases
            steps.append(np.stack([np.interp(at, t, axis) for axis in axes], axis=1))
        self._finder.stride(steps[0], steps[1])
        self._mount = self._finder.mount()

    def _look(self, now: float) -> None:
        """One window without regard to steps: standing, or moving in a way that is not known."""
        trace = self._trace
        n = min(self._look_samples, len(trace.t_s))
        window = [axis[-n:] for axis in trace.axes]
        look = self._still.look(window)
        if look is not None and self._intake.has_gyro:
            b = self._strapdown.bias
            rate = (look.rate[0] - b[0], look.rate[1] - b[1], look.rate[2] - b[2])
            self._leveller.still(now, self._strapdown.v, rate)
            self._corrected_s = now
        elif self._intake.has_gyro and (not self._contacts or now - self._contacts[-1] > 1.0):
            self._leveller.free(now, self._strapdown.v)
            self._corrected_s = now
        standing = self._still.standing_force
        if standing is not None:
            self._stand(standing)

    def _stand(self, force: Vector) -> None:
        self._finder.stand(force)
