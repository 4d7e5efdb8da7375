"""One sensor on the trunk or in a pocket: level, contacts, mount, standing, and the stances read from them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dsp.attitude import AttitudeStage
from dsp.detectors.trunk import TrunkContactParams, TrunkContacts
from dsp.filters import LowPass2
from dsp.intake import Intake, Run
from dsp.mount import Mount, MountFinder
from dsp.orientation import Leveller, LevelParams, MeanDirection, Strapdown
from dsp.sightings import Posture, Sighting
from dsp.signals import Placement, SampleBlock
from dsp.stage import SETTLE_SAMPLES
from dsp.stances import StanceParams, Stances
from dsp.stillness import Stillness
from dsp.trace import Trace


@dataclass(frozen=True, slots=True)
class TrunkParams:
    """How one trunk sensor is read.

    hold_s         samples held at a start, to align with their mean force (about two steps)
    trace_s        how far back events look
    quick_strides  the mount is refined every stride at first,
    slow_every     then every so many
    """

    hold_s: float = 0.75
    trace_s: float = 2.0
    quick_strides: int = 60
    slow_every: int = 4
    contact: TrunkContactParams = field(default_factory=TrunkContactParams)
    stance: StanceParams = field(default_factory=StanceParams)
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
        self._finder = MountFinder()
        self._still = Stillness()
        self._attitude = AttitudeStage()
        self._mount = mount
        self.latest_s = float("-inf")
        self._started = False
        self._hold_t: list[float] = []
        self._hold: list[list[float]] = [[] for _ in range(6)]
        self._count = 0
        self._new_contacts = 0
        self._strides = 0
        self._corrected_s = 0.0
        self._look_from = 0

    def update(self, block: SampleBlock) -> list[Sighting]:
        """Sightings in `block`, in the order in which the sensor became sure of them."""
        out: list[Sighting] = []
        for run in self._intake.update(block):
            if run.restart:
                self._restart()
            ready = run if self._started else self._held(run)
            if ready is None:
                continue
            if run.filled and self._intake.has_gyro:
                self._leveller.disturb(run.t_s[-1] - run.t_s[0] + 2.0 * self._intake.period_s)
            self._work(ready, out)
        return out

    def _restart(self) -> None:
        """Nothing before is worth continuing but the mount and the gyro's bias."""
        self._started = False
        self._hold_t, self._hold = [], [[] for _ in range(6)]
        self._still.reset()
        self._new_contacts = 0
        self._intake.stride_s = 0.0
        if self._count:
            self._stances.reset()

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
            self._stances = Stances(self._placement, 0.9 if self._intake.has_gyro else 0.7, self._p.stance)
            self._look_samples = SETTLE_SAMPLES * max(1, round(self._still.params.window_s / period / SETTLE_SAMPLES))
        self._trace.clear()
        self._lowpass.reset()
        self._detector.reset()
        force = (mean[0], mean[1], mean[2])
        self._strapdown.align(t_s[0] - period, force, (axes[3][0], axes[4][0], axes[5][0]))
        self._leveller.start(t_s[0], keep_bias=not first_time)
        self._mean_direction.align(t_s[0] - period, force)
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
        """Per-sample work."""
        trace, levelled = self._trace, self._intake.has_gyro
        first = len(trace.t_s)
        if levelled:
            vertical, vx, vy = self._strapdown.run(t_s, axes, trace.up)
            trace.vx.extend(vx)
            trace.vy.extend(vy)
        else:
            vertical = self._mean_direction.run(t_s, axes, trace.up)
        force = self._lowpass.run(vertical)
        trace.t_s.extend(t_s)
        for kept, axis in zip(trace.axes, axes, strict=True):
            kept.extend(axis)
        trace.force.extend(force)
        self.latest_s = t_s[-1]
        for event in self._detector.run(t_s, force):
            out.extend(self._stances.see(event, trace, self._mount, levelled=levelled))
            self._new_contacts += event.contact
        out.extend(self._stances.close_late(self.latest_s, trace, self._mount, levelled=levelled))
        if self._signals:
            bias = self._strapdown.bias
            out.extend(Posture(k.t_ns * 1e-9, k) for k in self._attitude.run(trace, first, self._mount, bias))

    def _settle(self) -> None:
        """Per-stride work: levelling, mount, standing. Its feedback begins with the next sample."""
        if self._new_contacts:
            self._new_contacts = 0
            self._detector.usual_step_s = self._stances.step_s if self._stances.running else 0.0
            self._stride()
        if self._count - self._look_from >= self._look_samples:
            self._look_from = self._count
            self._look(self.latest_s)
        self._trace.trim()

    def _stride(self) -> None:
        """Every second contact of a steady row closes a stride."""
        c = self._stances.contacts_s
        if len(c) < 3 or not 0.38 < c[-1] - c[-3] < 1.2:
            return
        self._intake.stride_s = c[-1] - c[-3]
        self._strides += 1
        if self._strides % 2:
            return
        trace = self._trace
        if self._intake.has_gyro and c[-2] > self._corrected_s:
            vx = 0.5 * (trace.at(trace.vx, c[-2]) + trace.at(trace.vx, c[-1]))
            vy = 0.5 * (trace.at(trace.vy, c[-2]) + trace.at(trace.vy, c[-1]))
            self._leveller.stride(0.5 * (c[-2] + c[-1]), (vx, vy))
            self._corrected_s = self.latest_s
        if self._given is None and self._stances.running and c[-3] > trace.t_s[0]:
            strides = self._strides // 2
            if strides <= self._p.quick_strides or strides % self._p.slow_every == 0:
                self._refine(c[-3], c[-2], c[-1])

    def _refine(self, one_s: float, two_s: float, three_s: float) -> None:
        """Show the mount finder the two steps between three contacts."""
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

    def _look(self, now_s: float) -> None:
        """One window without regard to steps: standing, or moving in a way that is not known."""
        trace, levelled = self._trace, self._intake.has_gyro
        n = min(self._look_samples, len(trace.t_s))
        look = self._still.look([axis[-n:] for axis in trace.axes])
        contacts = self._stances.contacts_s
        if look is not None and levelled:
            b = self._strapdown.bias
            rate = (look.rate[0] - b[0], look.rate[1] - b[1], look.rate[2] - b[2])
            self._leveller.still(now_s, self._strapdown.v, rate)
            self._corrected_s = now_s
        elif levelled and (not contacts or now_s - contacts[-1] > 1.0):
            self._leveller.free(now_s, self._strapdown.v)
            self._corrected_s = now_s
        standing = self._still.standing_force
        if standing is not None:
            self._finder.stand(standing)
            if self._given is not None:
                self._mount = self._given.levelled(standing)
