"""One sensor on the trunk or in a pocket: level, contacts, mount, standing, and the stances read from them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from dsp.detectors.trunk import TrunkContactParams, TrunkContacts
from dsp.gait.attitude import AttitudeStage
from dsp.gait.drop import BEFORE_CONTACT_S
from dsp.gait.pelvis_stride import pelvis_stride
from dsp.gait.sightings import Posture, Reading, Sighting, Tapped
from dsp.gait.stances import DROP_PLACEMENTS, StanceParams, Stances
from dsp.metrics.sensor_moved import KEY as MOVED_KEY
from dsp.orientation.bend import Bend, Pace
from dsp.orientation.lean import mean_up, tilt_since
from dsp.orientation.leveller import Leveller, LevelParams
from dsp.orientation.mean_direction import MeanDirection
from dsp.orientation.mount import Mount, MountFinder, MountFinderParams
from dsp.orientation.moved import MovedSensor
from dsp.orientation.stillness import Stillness
from dsp.orientation.strapdown import Strapdown
from dsp.records import Metric
from dsp.samples.filters import LowPass2
from dsp.samples.intake import Intake, IntakeParams, Ready
from dsp.samples.stage import LEAST_TRUNK_RATE_HZ, LONGEST_CHUNK_S, TRUNK_CHUNK_S
from dsp.samples.trace import Trace
from dsp.signals import NS_PER_S, Placement, SampleBlock
from dsp.taps import HIP, ThreeTaps


@dataclass(frozen=True, slots=True)
class TrunkParams:
    """How one trunk sensor is read.

    hold_s         samples held at a start, to align with their mean force (about two steps)
    trace_s        how far back events look
    quick_strides  the mount is refined every stride at first, then
    every, for_strides  every so many of that many, then
    slow_every     every so many
    lately_strides  the mount of the last few strides is compared with that of the run
    doubt          share of the usual confidence while a moved sensor is calibrated again, until
    sure_strides   so many strides have been seen
    """

    hold_s: float = 0.75
    trace_s: float = 2.4
    quick_strides: int = 24
    every: int = 4
    for_strides: int = 60
    slow_every: int = 8
    lately_strides: float = 4.0
    doubt: float = 0.5
    sure_strides: int = 12
    contact: TrunkContactParams = field(default_factory=TrunkContactParams)
    stance: StanceParams = field(default_factory=StanceParams)
    level: LevelParams = field(default_factory=LevelParams)


LATERAL = frozenset({Placement.LEFT_HIP, Placement.RIGHT_HIP})
"""Where a sensor feels the pelvis turn and roll as forces of its own: only of its rates can the mount be read."""

LATE_CHUNK = 2
"""Samples looked at together while a contact is overdue."""


class TrunkChain:
    """Blocks of one trunk sensor to sightings; `latest_s` is the newest sample worked off."""

    def __init__(
        self,
        placement: Placement,
        mount: Mount | None = None,
        params: TrunkParams | None = None,
        *,
        signals: bool = False,
        pace: Pace | None = None,
    ) -> None:
        self._p = params or TrunkParams()
        self._placement = placement
        self._given = mount
        self._signals = signals
        self._trace = Trace()
        self._intake = Intake(
            self._trace,
            IntakeParams(least_rate_hz=LEAST_TRUNK_RATE_HZ, chunk_s=TRUNK_CHUNK_S, turns=True, raw=placement in HIP),
        )
        self._taps: ThreeTaps | None = None
        self._strapdown = Strapdown()
        self._leveller = Leveller(self._strapdown, self._p.level)
        self._bend = Bend(pace or Pace())
        self._turn_radps = 0.0  # of a stride read since levelling last asked for it
        self._mean_direction = MeanDirection()
        self._moved = MovedSensor() if placement in DROP_PLACEMENTS else None
        self._seek_mount()
        self._still = Stillness()
        self._attitude = AttitudeStage()
        self._mount = mount
        self.latest_s = float("-inf")
        self._known = False
        self._bias_known = False
        self._started = False
        self._done = 0
        self._new_contacts = 0
        self._known_s = (0.0, 0.0)
        self._strides = 0
        self._usual_stride_s = 0.0
        self._corrected_s = 0.0
        self._held_until_s = float("-inf")  # nothing of the samples held for a start is known before this one
        self._unlooked = 0
        self._read_s = float("-inf")

    def put(self, block: SampleBlock) -> bool:
        """Hold the samples of `block`; True when `work` has something to do."""
        if self._signals:
            self._attitude.take(block.t_ns.tolist())
        return self._intake.put(block)

    def finish(self) -> list[Sighting]:
        """Work off what is held, whole chunk or not: no more data will come."""
        self._intake.end()
        return self.work() + self._tapped() + [Posture(k.t_ns * 1e-9, k) for k in self._attitude.finish()]

    def work(self) -> list[Sighting]:
        """Sightings in what was held, in the order in which the sensor became sure of them."""
        out: list[Sighting] = []
        for ready in self._intake.take():
            if ready is Ready.RESTART:
                self._restart()
                continue
            if ready is Ready.FILLED and self._started and self._intake.has_gyro:
                self._leveller.disturb(self._intake.gap_s)
            if self._started or self._start():
                told, sure_s = len(out), self._held_until_s
                self._work(out)
                if told < len(out) and out[told].decided_s < sure_s:
                    out[told:] = [s if s.decided_s >= sure_s else replace(s, decided_s=sure_s) for s in out[told:]]
        return out

    def _restart(self) -> None:
        """Nothing before is worth continuing but the mount and the gyro's bias."""
        self._started = False
        self._done = 0
        self._unlooked = 0
        self._new_contacts = 0
        self._intake.stride_s = 0.0
        self._intake.raw()
        self._bend.reset()
        self._turn_radps = 0.0
        if self._known:
            self._intake.chunk = self._usual
        self._still.reset()
        if self._moved is not None:
            self._moved.reset()
        if self._known:
            self._stances.reset()

    def _seek_mount(self) -> None:
        params = MountFinderParams(force_weight=0.0) if self._placement in LATERAL else MountFinderParams()
        self._finder = MountFinder(params)
        self._lately = MountFinder(replace(params, memory_strides=self._p.lately_strides))

    def _start_over(self, out: list[Sighting]) -> None:
        """The sensor has moved: nothing that was learned about its axes holds, an explicit mount and the zero least."""
        out.append(Reading(self.latest_s, Metric(round(self.latest_s * NS_PER_S), MOVED_KEY, 1.0, None, 1.0)))
        self._seek_mount()
        self._mount = self._given = None
        self._bias_known = False  # before it was noticed, the turn was taken for bias
        self._strides = 0
        self._stances.trust = self._p.doubt
        self._trace.forget(self._done)
        self._restart()

    def _start(self) -> bool:
        """Once there are enough samples, align with their mean force."""
        trace, period = self._trace, self._intake.period_s
        if not trace.t_s:
            return False
        until = trace.first_at(trace.t_s[0] + (self._usual_stride_s or self._p.hold_s))
        if until == len(trace.t_s):
            return False
        if not self._known:
            self._lowpass = LowPass2(self._p.contact.cutoff_hz, 1.0 / period)
            self._detector = TrunkContacts(self._lowpass.delay_s, self._p.contact)
            self._stances = Stances(self._placement, 0.9 if self._intake.has_gyro else 0.7, self._p.stance)
            self._look_samples = round(self._still.params.window_s / period)
            if self._placement in HIP:
                self._taps = ThreeTaps(self._intake.group / period)
            self._keep = int(self._p.trace_s / period)
            self._usual, self._longest = self._intake.chunk, int(LONGEST_CHUNK_S / period)
        self._lowpass.reset()
        self._detector.reset()
        force = [axis[: until + 1] for axis in trace.axes[:3]]
        if self._intake.has_gyro:
            turns = [axis[: until + 1] for axis in trace.turns]
            self._strapdown.align_over(trace.t_s[0] - period, trace.t_s[: until + 1], force, turns)
        x, y, z = (sum(axis) / (until + 1) for axis in force)
        self._leveller.start(trace.t_s[0], keep_bias=self._bias_known)
        self._mean_direction.align(trace.t_s[0] - period, (x, y, z))
        self._corrected_s = trace.t_s[0]
        self._held_until_s = trace.t_s[until]
        self._known = self._started = self._bias_known = True
        return True

    def _work(self, out: list[Sighting]) -> None:
        """Work off what is new in the trace: a chunk, or more after a start or a gap, which are cut into usual ones."""
        end = len(self._trace.t_s)
        while self._started and self._done < end:
            stop = end if end - self._done <= self._longest else self._done + self._usual
            self._advance(self._done, stop, out)
            self._unlooked += stop - self._done
            self._done = stop
            self._settle(out)
            end = len(self._trace.t_s)

    def _advance(self, start: int, stop: int, out: list[Sighting]) -> None:
        """Per-sample work on samples start to stop."""
        trace, levelled = self._trace, self._intake.has_gyro
        t_s = trace.t_s[start:stop]
        force = [axis[start:stop] for axis in trace.axes[:3]]
        if levelled:
            turns = [axis[start:stop] for axis in trace.turns]
            vertical = self._strapdown.run(t_s, force, turns, trace)
        else:
            vertical = self._mean_direction.run(t_s, force, trace)
        felt = self._lowpass.run(vertical)
        trace.force += felt
        self.latest_s = t_s[-1]
        stances, mount, told = self._stances, self._mount, len(out)
        for event in self._detector.run(t_s, felt):
            out.extend(stances.see(event, trace, mount, levelled=levelled))
            if event.contact:
                self._new_contacts += 1
                self._known_s = self._known_s[1], event.decided_s
        if self._new_contacts and levelled and stances.running:
            self._read_stride(out)
        if stances.overdue(self.latest_s):
            out.extend(stances.close_late(self.latest_s, trace, mount, levelled=levelled))
        if self._signals:
            # Gravity alone says nothing of how the pelvis leans within a stride.
            found = self._attitude.run(trace, start, stop, mount if levelled else None, self._strapdown.bias)
            out[told:] = sorted([Posture(k.t_ns * 1e-9, k) for k in found] + out[told:], key=lambda s: s.decided_s)

    def _read_stride(self, out: list[Sighting]) -> None:
        """What the newest stride tells, if it began no earlier than the one before ended."""
        c = self._stances.contacts_s
        if len(c) < 3 or not 0.38 < c[-1] - c[-3] < 1.2 or c[-3] < self._read_s:
            return
        self._read_s = c[-1]
        stride = pelvis_stride(self._trace, self._mount, self._strapdown.bias, (c[-3], c[-2], c[-1]))
        if stride is not None:
            self._turn_radps = stride.turn_radps
            out.extend(stride.readings(self.latest_s, c[-1], self._placement))

    def _settle(self, out: list[Sighting]) -> None:
        """Per-stride work: levelling, mount, standing. Its feedback begins with the next sample."""
        moved = False
        if self._new_contacts:
            self._new_contacts = 0
            self._detector.usual_step_s = self._stances.step_s if self._stances.running else 0.0
            moved = self._stride()
        if self._unlooked >= self._look_samples:
            moved = self._look(self.latest_s) or moved
            self._unlooked = 0
            out.extend(self._tapped())
        if moved:
            self._start_over(out)
            self._start()
        elif self._done > 2 * self._keep:
            self._done -= self._trace.trim(self._keep)
        self._intake.chunk = self._next_chunk()

    def _tapped(self) -> list[Sighting]:
        """Three taps in the samples since the last look."""
        return [Tapped(self.latest_s, t_s) for t_s in self._taps.look(*self._intake.raw())] if self._taps else []

    def _next_chunk(self) -> int:
        """Samples up to where the next contact will be known, or an even part of them: told soon, and in few chunks."""
        stride_s = self._intake.stride_s
        if not stride_s or not self._stances.running:
            return self._usual
        due = math.ceil((self._known_s[0] + stride_s - self.latest_s) / self._intake.period_s)
        if due <= 0:
            return LATE_CHUNK
        return math.ceil(due / math.ceil(due / self._longest))

    def _stride(self) -> bool:
        """Close a stride: every second contact of a steady row does. True when the sensor has moved."""
        c = self._stances.contacts_s
        if len(c) < 3 or not 0.38 < c[-1] - c[-3] < 1.2:
            return False
        self._intake.stride_s = self._usual_stride_s = c[-1] - c[-3]
        self._strides += 1
        if self._strides % 2:
            return False
        trace = self._trace
        if self._intake.has_gyro and c[-2] > self._corrected_s:
            vx = 0.5 * (trace.at(trace.vx, c[-2]) + trace.at(trace.vx, c[-1]))
            vy = 0.5 * (trace.at(trace.vy, c[-2]) + trace.at(trace.vy, c[-1]))
            mid_s = 0.5 * (c[-2] + c[-1])
            turn, self._turn_radps = self._turn_radps, 0.0
            self._leveller.up = mean_up(trace, c[-3], c[-1])
            bend = self._bend.change(mid_s, turn, self._strapdown, self._leveller, self._mount)
            before = self._strapdown.up()
            self._leveller.stride(mid_s, (vx, vy), *bend)
            x, y, z = (b - a for a, b in zip(before, self._strapdown.up(), strict=True))
            tilt_since(trace, c[-1] - BEFORE_CONTACT_S - self._intake.period_s, (x, y, z))
            self._corrected_s = self.latest_s
        if self._given is None and self._stances.running and c[-3] > trace.t_s[0]:
            strides, p = self._strides // 2, self._p
            every = 1 if strides <= p.quick_strides else p.every if strides <= p.for_strides else p.slow_every
            if strides % every == 0 or (self._moved is not None and self._moved.suspects):
                return self._refine(c[-3], c[-2], c[-1])
        return False

    def _refine(self, one_s: float, two_s: float, three_s: float) -> bool:
        """Show the mount finder the two steps between three contacts. True when the sensor has moved."""
        phases = np.arange(self._finder.phases) / self._finder.phases
        at = np.concatenate([one_s + (two_s - one_s) * phases, two_s + (three_s - two_s) * phases])
        signs = self._finder.stride(self._trace.axes_at(at))
        self._mount = self._finder.mount()
        if self._moved is None:
            return False
        self._lately.take(signs)
        if self._finder.strides < self._p.sure_strides:
            return False
        self._stances.trust = 1.0
        lately = self._lately.left()
        return bool(self._mount and lately and self._moved.plane(self._mount.left, lately))

    def _look(self, now_s: float) -> bool:
        """Look at one window without regard to steps: standing, moving in a way that is not known, sensor moved."""
        contacts, trace = self._stances.contacts_s, self._trace
        first, end = max(0, self._done - self._unlooked), self._done
        if self._moved is not None and self._moved.look([axis[first:end] for axis in trace.axes[:3]]):
            return True
        if contacts and now_s - contacts[-1] < 1.0:
            self._still.reset()
            return False
        levelled = self._intake.has_gyro
        look = self._still.look([axis[first:end] for axis in trace.axes])
        if levelled:
            if look is None:
                self._leveller.free(now_s, self._strapdown.v)
            else:
                b = self._strapdown.bias
                rate = (look.rate[0] - b[0], look.rate[1] - b[1], look.rate[2] - b[2])
                self._leveller.still(now_s, self._strapdown.v, rate)
            self._corrected_s = now_s
        standing = self._still.standing_force
        if standing is not None:
            self._finder.stand(standing)
            if self._given is not None:
                self._mount = self._given.levelled(standing)
        return False
