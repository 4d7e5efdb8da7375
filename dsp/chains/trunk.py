"""One sensor on the trunk or in a pocket: the order in which its samples are worked off and learned from.

Sample by sample, in chunks: up and vertical force (`trunk_level`), contacts and stances (`trunk_steps`), angles.
Between chunks, so that it takes effect with the next sample: what a stride teaches of the level and of the mount
(`trunk_seat`), and what half a second does, whether there are steps or not: standing, taps, a moved sensor.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from dsp.chains.trunk_level import TrunkLevel
from dsp.chains.trunk_seat import SeatParams, TrunkSeat
from dsp.chains.trunk_steps import TrunkSteps
from dsp.detectors.trunk import TrunkContactParams
from dsp.gait.attitude import AttitudeStage
from dsp.gait.sightings import Posture, Reading, Sighting, Tapped
from dsp.gait.stances import StanceParams
from dsp.metrics.dead_axes import dead_axes
from dsp.metrics.sensor_moved import KEY as MOVED_KEY
from dsp.orientation.bend import Pace
from dsp.orientation.hole import Hole
from dsp.orientation.leveller import LevelParams
from dsp.orientation.lever import BESIDE_M, Lever
from dsp.orientation.mount import Mount
from dsp.orientation.stillness import Stillness
from dsp.placements import PELVIS
from dsp.records import Metric
from dsp.samples.intake import Intake, IntakeParams, Ready
from dsp.samples.stage import JOIN_S, LONGEST_CHUNK_S, MIN_TRUNK_RATE_HZ, TRUNK_CHUNK_S
from dsp.samples.trace import Trace
from dsp.signals import NS_PER_S, Placement, SampleBlock
from dsp.taps import ThreeTaps


@dataclass(frozen=True, slots=True)
class TrunkParams:
    """How one trunk sensor is read.

    hold_s   samples held at a start, to align with their mean force (about two steps)
    trace_s  how far back events look
    """

    hold_s: float = 0.75
    trace_s: float = 3.8
    contact: TrunkContactParams = field(default_factory=TrunkContactParams)
    stance: StanceParams = field(default_factory=StanceParams)
    level: LevelParams = field(default_factory=LevelParams)
    seat: SeatParams = field(default_factory=SeatParams)


LATE_CHUNK = 2
"""Samples looked at together while a contact is overdue."""

NO_STEPS_S = 1.0
"""After so long without a contact it is looked whether the runner stands."""


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
        self._trace = Trace()
        taken = IntakeParams(
            min_rate_hz=MIN_TRUNK_RATE_HZ,
            chunk_s=TRUNK_CHUNK_S,
            turns=True,
            each_axis=True,
            raw=placement in PELVIS,
        )
        self._intake = Intake(self._trace, taken)
        self._level = TrunkLevel(pace or Pace(), self._p.level)
        self._seat = TrunkSeat(placement, mount, self._p.seat)
        self._lever = Lever(BESIDE_M[placement]) if placement in BESIDE_M else None
        self._still = Stillness()
        self._attitude = AttitudeStage(taken.alone_s) if signals else None
        self._taps: ThreeTaps | None = None
        self.latest_s = float("-inf")
        self._known = False  # what sort of sensor it is
        self._with_gyro = False
        self._dead_count = 0  # axes reported last
        self._started = False
        self._done = 0  # samples of the trace that are worked off
        self._unlooked = 0  # and of those, the newest that were not looked at for standing and taps
        self._closed = 0  # strides that ended; at each contact one does
        self._usual_stride_s = 0.0
        self._held_until_s = float("-inf")  # nothing of the samples held for a start is known before this one

    def put(self, block: SampleBlock) -> bool:
        """Hold the samples of `block`; True when `work` has something to do."""
        if self._attitude is not None and not self._intake.is_too_slow:
            self._attitude.take(block)
        return self._intake.put(block)

    def finish(self) -> list[Sighting]:
        """Work off what is held, whole chunk or not: no more data will come."""
        self._intake.end()
        out = self.work() + self._tapped()
        if self._attitude is not None and not self._intake.is_too_slow:
            out += [Posture(k.t_ns * 1e-9, k) for k in self._attitude.finish()]
        return out

    def work(self) -> list[Sighting]:
        """Sightings in what was held, in the order in which the sensor became sure of them."""
        out: list[Sighting] = []
        for ready in self._intake.take():
            if ready is Ready.RESTART:
                self._restart()
                if self._intake.dead_count != self._dead_count:
                    self._dead_count = self._intake.dead_count
                    now_s = max(self.latest_s, self._held_until_s)
                    out.append(Reading(now_s, dead_axes(now_s, self._dead_count, None)))
                continue
            if ready is Ready.FILLED and self._started:
                self._level.disturb(Hole(self._intake.gap_s, self._intake.gap_end_s, self._intake.gap_lags_s))
            if self._started or self._start():
                told, sure_s = len(out), self._held_until_s
                self._work(out)
                if told < len(out) and out[told].decided_s < sure_s:
                    out[told:] = [s if s.decided_s >= sure_s else replace(s, decided_s=sure_s) for s in out[told:]]
            elif self._trace.t_s:
                # Nothing will be told of these samples before `_held_until_s`, which is later.
                self.latest_s = max(self.latest_s, self._trace.t_s[-1])
        return out

    def _restart(self) -> None:
        """Nothing before is worth continuing but the mount and the gyro's bias."""
        self._started = False
        self._done = 0
        self._unlooked = 0
        self._known = self._known and self._with_gyro is self._intake.has_gyro
        self._intake.stride_s = 0.0
        self._intake.take_raw()
        self._still.reset()
        self._seat.reset()
        if self._lever is not None:
            self._lever.reset()
        if self._known:
            self._intake.chunk = self._usual
            self._steps.reset()

    def _start(self) -> bool:
        """Once there are enough samples, align with their mean force."""
        trace, intake = self._trace, self._intake
        if not trace.t_s:
            return False
        until = trace.first_at(trace.t_s[0] + (self._usual_stride_s or self._p.hold_s))
        if until == len(trace.t_s):
            return False
        if not self._known:
            self._know()
        self._level.start(trace, until, intake.period_s, levelled=intake.has_gyro, has_lean=intake.is_complete)
        self._steps.trust_level(self._level.trust)
        self._held_until_s = max(trace.t_s[until], intake.joined_s + JOIN_S)
        self._started = True
        return True

    def _know(self) -> None:
        """Set up what depends on the sensor's rate, and on whether it has a gyro."""
        p, intake = self._p, self._intake
        self._with_gyro = intake.has_gyro
        confidence = 0.9 if intake.has_gyro else 0.7
        rate_hz = intake.group / intake.period_s
        self._steps = TrunkSteps(self._placement, intake.period_s, confidence, rate_hz, p.contact, p.stance)
        self._look_samples = round(self._still.params.window_s / intake.period_s)
        self._keep = int(p.trace_s / intake.period_s)
        self._usual, self._longest = intake.chunk, max(1, int(LONGEST_CHUNK_S / intake.period_s))
        if self._placement in PELVIS and self._taps is None:
            self._taps = ThreeTaps(intake.group / intake.period_s)
        self._known = True

    def _work(self, out: list[Sighting]) -> None:
        """Work off what is new in the trace: a chunk, or more after a start or a gap, which are cut into usual ones."""
        end = len(self._trace.t_s)
        while self._started and self._done < end:
            stop = end if end - self._done <= self._longest else min(end, self._done + self._usual)
            self._advance(self._done, stop, out)
            self._unlooked += stop - self._done
            self._done = stop
            self._settle(out)
            end = len(self._trace.t_s)

    def _advance(self, start: int, stop: int, out: list[Sighting]) -> None:
        """Per-sample work on samples start to stop."""
        trace, level, mount = self._trace, self._level, self._seat.mount
        t_s = trace.t_s[start:stop]
        self.latest_s = t_s[-1]
        vertical = level.run(t_s, start, stop, trace)
        if self._lever is not None and mount is not None:
            vertical = self._lever.run(t_s, vertical, [axis[start:stop] for axis in trace.axes[3:]], mount)
        told = self._steps.run(t_s, vertical, trace, level, mount)
        if self._attitude is not None:
            # Gravity alone says nothing of how the pelvis leans within a stride.
            found = self._attitude.run(trace, start, stop, mount if level.has_lean else None, level.bias)
            told = sorted([Posture(k.t_ns * 1e-9, k) for k in found] + told, key=lambda s: s.decided_s)
        out += told

    def _settle(self, out: list[Sighting]) -> None:
        """Learn from a stride, and from half a second. What comes of it begins with the next sample."""
        stride = self._steps.take_stride()
        moved = stride is not None and self._stride(stride)
        if self._unlooked >= self._look_samples:
            moved = self._look() or moved
            self._unlooked = 0
            out += self._tapped()
        if moved:
            self._start_over(out)
        elif self._done > 2 * self._keep:
            self._done -= self._trace.trim(self._keep)
        self._intake.chunk = self._next_chunk()

    def _stride(self, contacts_s: tuple[float, float, float]) -> bool:
        """Level and refine the mount, once a stride: at every second contact. True when the sensor has moved."""
        self._intake.stride_s = self._usual_stride_s = contacts_s[2] - contacts_s[0]
        self._closed += 1
        if self._closed % 2:
            return False
        mount, running = self._seat.mount, self._steps.stances.running
        self._level.stride(contacts_s, self._trace, self._intake.period_s, mount)
        self._steps.trust_level(self._level.trust)
        if self._lever is not None and mount is not None and running:
            self._lever.learn(contacts_s, self._trace, mount)
        moved = self._seat.stride(contacts_s, self._trace, running=running)
        self._steps.stances.trust = self._seat.trust
        return moved

    def _look(self) -> bool:
        """Look at half a second: standing, moving in a way that is not known. True when the sensor has moved."""
        now_s, contacts_s = self.latest_s, self._steps.stances.contacts_s
        new = slice(max(0, self._done - self._unlooked), self._done)
        self._intake.check_axes(new.start, new.stop)
        if self._seat.slipped([axis[new] for axis in self._trace.axes[:3]]):
            return True
        if contacts_s and now_s - contacts_s[-1] < NO_STEPS_S:
            self._still.reset()
            return False
        self._level.look(now_s, self._still.look([axis[new] for axis in self._trace.axes]))
        if self._still.stood is not None:
            self._seat.stand(self._still.stood)
        return False

    def _tapped(self) -> list[Sighting]:
        """Three taps in the samples since the last look."""
        return [Tapped(self.latest_s, t_s) for t_s in self._taps.look(*self._intake.take_raw())] if self._taps else []

    def _start_over(self, out: list[Sighting]) -> None:
        """The sensor has moved: nothing that was learned about its axes holds."""
        out.append(Reading(self.latest_s, Metric(round(self.latest_s * NS_PER_S), MOVED_KEY, 1.0, None, 1.0)))
        self._seat.forget()
        self._level.doubt_bias()
        if self._lever is not None:
            self._lever.forget()
        self._steps.stances.trust = self._seat.trust
        self._closed = 0
        self._trace.forget(self._done)
        self._restart()
        self._start()

    def _next_chunk(self) -> int:
        """Samples up to where the next contact will be known, or an even part of them: told soon, and in few chunks."""
        stride_s = self._intake.stride_s
        if not stride_s or not self._steps.stances.running:
            return self._usual
        due = math.ceil((self._steps.due_s(stride_s) - self.latest_s) / self._intake.period_s)
        if due <= 0:
            return LATE_CHUNK
        return math.ceil(due / math.ceil(due / self._longest))
