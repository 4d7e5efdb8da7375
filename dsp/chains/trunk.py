"""Processing chain of a sensor on the trunk or in a pocket.

Sample by sample, in chunks: up and vertical force (`trunk_level`), contacts and stances (`trunk_steps`), angles.
Between chunks, so that it takes effect with the next sample: level and mount are learned from each stride
(`trunk_alignment`); each half second, with steps or without, is checked for standing, taps and a moved sensor.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from dsp.chains.trunk_alignment import AlignmentParams, TrunkAlignment
from dsp.chains.trunk_level import TrunkLevel
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
from dsp.orientation.lever import HIP_OFFSET_M, Lever
from dsp.orientation.mount import Mount
from dsp.orientation.stillness import Stillness
from dsp.placements import PELVIS
from dsp.records import Metric
from dsp.samples.intake import Intake, IntakeParams
from dsp.samples.stage import JOIN_S, LONGEST_CHUNK_S, MIN_TRUNK_RATE_HZ, TRUNK_CHUNK_S
from dsp.samples.trace import Trace
from dsp.signals import NS_PER_S, Placement, SampleBlock
from dsp.taps import ThreeTaps


@dataclass(frozen=True, slots=True)
class TrunkParams:
    """Parameters of the chain of one trunk sensor.

    hold_s   samples held at a start, to align with their mean force (about two steps)
    trace_s  how much of the past is kept for events that look back
    contact, stance, level, alignment   of these stages
    """

    hold_s: float = 0.75
    trace_s: float = 3.8
    contact: TrunkContactParams = field(default_factory=TrunkContactParams)
    stance: StanceParams = field(default_factory=StanceParams)
    level: LevelParams = field(default_factory=LevelParams)
    alignment: AlignmentParams = field(default_factory=AlignmentParams)


LATE_CHUNK = 2
"""Samples per chunk while a contact is overdue."""

NO_STEPS_S = 1.0
"""After this long without a contact, the runner may be standing: that is checked."""


class TrunkChain:
    """Turns the blocks of one trunk sensor into sightings.

    latest_s  time of the newest sample processed
    """

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
        intake_params = IntakeParams(
            min_rate_hz=MIN_TRUNK_RATE_HZ,
            chunk_s=TRUNK_CHUNK_S,
            turns=True,
            each_axis=True,
            raw=placement in PELVIS,
        )
        self._intake = Intake(self._trace, intake_params)
        self._level = TrunkLevel(pace or Pace(), self._p.level)
        self._alignment = TrunkAlignment(placement, mount, self._p.alignment)
        self._lever = Lever(HIP_OFFSET_M[placement]) if placement in HIP_OFFSET_M else None
        self._still = Stillness()
        self._attitude = AttitudeStage(intake_params.alone_s) if signals else None
        self._taps: ThreeTaps | None = None
        self.latest_s = float("-inf")
        self._is_set_up = False  # whether rate and gyro of the sensor are known
        self._with_gyro = False
        self._started = False
        self._processed = 0  # samples of the trace
        self._unchecked = 0  # of those, the newest, not checked yet for standing and taps
        self._strides_closed = 0  # strides that ended: one with each contact
        self._last_stride_s = 0.0
        self._held_until_s = float("-inf")  # earliest decision on samples held at a start

    def put(self, block: SampleBlock) -> bool:
        """Buffer the samples of `block`; return whether `work` has something to do."""
        if self._attitude is not None and not self._intake.is_too_slow:
            self._attitude.take(block)
        return self._intake.put(block)

    def finish(self) -> list[Sighting]:
        """Process what is buffered, whole chunk or not, and return its sightings: no more data will come."""
        self._intake.end()
        out = self.work() + self._take_taps()
        if self._attitude is not None and not self._intake.is_too_slow:
            out += [Posture(k.t_ns * 1e-9, k) for k in self._attitude.finish()]
        return out

    def work(self) -> list[Sighting]:
        """Process whole buffered chunks; return their sightings in the order in which they were decided."""
        out: list[Sighting] = []
        for ready in self._intake.take():
            if ready == "restart":
                self._restart()
                if (count := self._intake.take_dead_count()) is not None:
                    now_s = max(self.latest_s, self._held_until_s)
                    out.append(Reading(now_s, dead_axes(now_s, count, None)))
                continue
            if ready == "filled" and self._started:
                self._level.disturb(Hole(self._intake.gap_s, self._intake.gap_end_s, self._intake.gap_lags_s))
            if self._started or self._start():
                first, until_s = len(out), self._held_until_s
                self._process(out)
                if first < len(out) and out[first].decided_s < until_s:
                    out[first:] = [s if s.decided_s >= until_s else replace(s, decided_s=until_s) for s in out[first:]]
            elif self._trace.t_s:
                # No sighting of these samples is decided before `_held_until_s`, which is later.
                self.latest_s = max(self.latest_s, self._trace.t_s[-1])
        return out

    def _restart(self) -> None:
        """Discard everything but the mount and the gyro's bias: the trace has restarted."""
        self._started = False
        self._processed = 0
        self._unchecked = 0
        self._is_set_up = self._is_set_up and self._with_gyro is self._intake.has_gyro
        self._intake.stride_s = 0.0
        self._intake.take_raw()
        self._still.reset()
        self._alignment.reset()
        if self._lever is not None:
            self._lever.reset()
        if self._is_set_up:
            self._intake.chunk = self._usual_chunk
            self._steps.reset()

    def _start(self) -> bool:
        """Align with the mean force of the first samples once there are enough; return whether there were."""
        trace, intake = self._trace, self._intake
        if not trace.t_s:
            return False
        until = trace.first_at(trace.t_s[0] + (self._last_stride_s or self._p.hold_s))
        if until == len(trace.t_s):
            return False
        if not self._is_set_up:
            self._set_up()
        self._level.start(trace, until, intake.period_s, levelled=intake.has_gyro, has_lean=intake.is_complete)
        self._steps.set_level_trust(self._level.trust)
        self._held_until_s = max(trace.t_s[until], intake.joined_s + JOIN_S)
        self._started = True
        return True

    def _set_up(self) -> None:
        """Set up what depends on the sensor's rate, and on whether it has a gyro."""
        p, intake = self._p, self._intake
        self._with_gyro = intake.has_gyro
        confidence = 0.9 if intake.has_gyro else 0.7
        rate_hz = intake.group / intake.period_s
        self._steps = TrunkSteps(self._placement, intake.period_s, confidence, rate_hz, p.contact, p.stance)
        self._window = round(self._still.params.window_s / intake.period_s)
        self._keep = int(p.trace_s / intake.period_s)
        self._usual_chunk, self._longest_chunk = intake.chunk, max(1, int(LONGEST_CHUNK_S / intake.period_s))
        if self._placement in PELVIS and self._taps is None:
            self._taps = ThreeTaps(intake.group / intake.period_s)
        self._is_set_up = True

    def _process(self, out: list[Sighting]) -> None:
        """Process what is new in the trace: one chunk, or more after a start or a gap, cut into usual chunks."""
        end = len(self._trace.t_s)
        while self._started and self._processed < end:
            start = self._processed
            stop = end if end - start <= self._longest_chunk else min(end, start + self._usual_chunk)
            self._advance(start, stop, out)
            self._unchecked += stop - start
            self._processed = stop
            self._learn(out)
            end = len(self._trace.t_s)

    def _advance(self, start: int, stop: int, out: list[Sighting]) -> None:
        """Run the per-sample stages on samples `start` to `stop`."""
        trace, level, mount = self._trace, self._level, self._alignment.mount
        t_s = trace.t_s[start:stop]
        self.latest_s = t_s[-1]
        vertical = level.run(t_s, start, stop, trace)
        if self._lever is not None and mount is not None:
            vertical = self._lever.run(t_s, vertical, [axis[start:stop] for axis in trace.axes[3:]], mount)
        sightings = self._steps.run(t_s, vertical, trace, level, mount)
        if self._attitude is not None:
            # Without the gyro or an axis of force the lean of the pelvis within a stride is not measured.
            found = self._attitude.run(trace, start, stop, mount if level.has_lean else None, level.bias)
            sightings = sorted([Posture(k.t_ns * 1e-9, k) for k in found] + sightings, key=lambda s: s.decided_s)
        out += sightings

    def _learn(self, out: list[Sighting]) -> None:
        """Learn from a stride, and from half a second; it takes effect with the next sample."""
        stride = self._steps.take_stride()
        moved = stride is not None and self._learn_from_stride(stride)
        if self._unchecked >= self._window:
            moved = self._check_window() or moved
            self._unchecked = 0
            out += self._take_taps()
        if moved:
            self._start_over(out)
        elif self._processed > 2 * self._keep:
            self._processed -= self._trace.trim(self._keep)
        self._intake.chunk = self._next_chunk()

    def _learn_from_stride(self, contacts_s: tuple[float, float, float]) -> bool:
        """Level and refine the mount once a stride, at every second contact; return whether the sensor has moved."""
        self._intake.stride_s = self._last_stride_s = contacts_s[2] - contacts_s[0]
        self._strides_closed += 1
        if self._strides_closed % 2:
            return False
        mount, running = self._alignment.mount, self._steps.stances.running
        self._level.stride(contacts_s, self._trace, self._intake.period_s, mount)
        self._steps.set_level_trust(self._level.trust)
        if self._lever is not None and mount is not None and running:
            self._lever.learn(contacts_s, self._trace, mount)
        moved = self._alignment.stride(contacts_s, self._trace, running=running)
        self._steps.stances.trust = self._alignment.trust
        return moved

    def _check_window(self) -> bool:
        """Check half a second for dead axes, standing and a moved sensor; return whether the sensor has moved."""
        now_s, contacts_s = self.latest_s, self._steps.stances.contacts_s
        new = slice(max(0, self._processed - self._unchecked), self._processed)
        self._intake.check_axes(new.start, new.stop)
        if self._alignment.detect_move([axis[new] for axis in self._trace.axes[:3]]):
            return True
        if contacts_s and now_s - contacts_s[-1] < NO_STEPS_S:
            self._still.reset()
            return False
        self._level.learn_without_steps(now_s, self._still.check([axis[new] for axis in self._trace.axes]))
        if self._still.standing is not None:
            self._alignment.take_standing(self._still.standing)
        return False

    def _take_taps(self) -> list[Sighting]:
        """Return the three taps completed in the samples since the last call."""
        return [Tapped(self.latest_s, t_s) for t_s in self._taps.look(*self._intake.take_raw())] if self._taps else []

    def _start_over(self, out: list[Sighting]) -> None:
        """Report that the sensor has moved, and discard what was learned about its axes."""
        out.append(Reading(self.latest_s, Metric(round(self.latest_s * NS_PER_S), MOVED_KEY, 1.0, None, 1.0)))
        self._alignment.forget()
        self._level.doubt_bias()
        if self._lever is not None:
            self._lever.forget()
        self._steps.stances.trust = self._alignment.trust
        self._strides_closed = 0
        self._trace.forget(self._processed)
        self._restart()
        self._start()

    def _next_chunk(self) -> int:
        """Return the samples of the next chunk: up to the next contact in as few equal chunks as possible."""
        stride_s = self._intake.stride_s
        if not stride_s or not self._steps.stances.running:
            return self._usual_chunk
        due = math.ceil((self._steps.due_s(stride_s) - self.latest_s) / self._intake.period_s)
        if due <= 0:
            return LATE_CHUNK
        return math.ceil(due / math.ceil(due / self._longest_chunk))
