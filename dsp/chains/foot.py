"""Processing chain of a shoe sensor, with or without a gyro: contacts and toe-offs. Its placement gives the side."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from dsp.detectors.foot import EventKind, FootContactParams, FootContacts, FootEvent
from dsp.detectors.foot_moves import FootMove, FootMoveParams, FootMoves
from dsp.detectors.push_off import PushOff, PushOffParams, Stance
from dsp.detectors.shoe import ShoeContactParams, ShoeContacts
from dsp.detectors.touch_down import TouchDownParams, TouchDowns, first_jolt_s
from dsp.gait.foot_stride import FootStrides, foot_stays
from dsp.gait.sightings import Contact, Reading, Release, Sighting
from dsp.metrics.dead_axes import dead_axes
from dsp.orientation.pitch_axis import PitchAxis
from dsp.orientation.vectors import dot
from dsp.placements import SIDE_OF
from dsp.samples.dead_axes import WINDOW_S
from dsp.samples.filters import LowPass2
from dsp.samples.intake import Intake
from dsp.samples.stage import JOIN_S
from dsp.samples.trace import Trace
from dsp.signals import NEVER_S, Placement, SampleBlock, Vector


@dataclass(frozen=True, slots=True)
class FootParams:
    """Parameters of the chain of one shoe sensor.

    quiet_s           no event is emitted this long after a start, so that sensors which start together come in order
    learn_s           samples kept until the pitch axis is known, to be searched for events then
    smooth_hz         low-pass of the pitch rate for toe-off (sources 9)
    running_stride_s  longest stride that can be running (below 133 steps/min people walk)
    shoe_strides      without a gyro: consecutive running strides before any contact is emitted,
    max_stride_ratio  and the largest ratio between two of them in a row
    min_axis_cosine   below this cosine between the old pitch axis and the new one, what was learned with it is void
    running_stance_s  after a running stance, a stance up to this long, to the end of push-off, still counts as running
    contact, shoe, push_off, move, touch_down   of these detectors
    """

    quiet_s: float = 0.75
    learn_s: float = 6.0
    smooth_hz: float = 12.0
    running_stride_s: float = 0.95
    shoe_strides: int = 3
    max_stride_ratio: float = 1.25
    min_axis_cosine: float = 0.5
    running_stance_s: float = 0.52
    contact: FootContactParams = field(default_factory=FootContactParams)
    shoe: ShoeContactParams = field(default_factory=ShoeContactParams)
    push_off: PushOffParams = field(default_factory=PushOffParams)
    move: FootMoveParams = field(default_factory=FootMoveParams)
    touch_down: TouchDownParams = field(default_factory=TouchDownParams)


class FootChain:
    """Turns the blocks of one shoe sensor into sightings.

    latest_s  time of the newest sample processed
    """

    def __init__(self, placement: Placement, params: FootParams | None = None) -> None:
        self._p = params or FootParams()
        self._placement = placement
        self._side = SIDE_OF.get(placement)
        self._trace = Trace()
        self._intake = Intake(self._trace)
        self._axis: Vector | None = None
        self._strides = FootStrides()
        self._moves = FootMoves(self._p.move)
        self._touch_downs = TouchDowns(self._p.touch_down)
        self._push_off = PushOff(self._p.push_off)
        self._rate: list[float] = []
        self._smooth: list[float] = []
        self._is_set_up = False
        self._with_gyro = False
        self._processed = 0  # samples of the trace
        self._checked = 0  # of those, checked for dead axes
        self._last_contact_s = NEVER_S
        self._stride_s = 0.0
        self._regular_strides = 0  # consecutive running strides of similar length
        self._is_released = True  # whether toe-off has followed the last contact
        self._ran = False  # whether the last stance was a running one
        self._started_s = 0.0
        self.latest_s = float("-inf")

    def put(self, block: SampleBlock) -> bool:
        """Buffer the samples of `block`; return whether `work` has something to do."""
        return self._intake.put(block)

    def finish(self) -> list[Sighting]:
        """Process what is buffered, whole chunk or not, and return its sightings: no more data will come."""
        self._intake.end()
        out = self.work()
        self._emit_held(out)
        return out

    def work(self) -> list[Sighting]:
        """Process whole buffered chunks; return their sightings in the order in which they were decided."""
        out: list[Sighting] = []
        for ready in self._intake.take():
            if ready == "restart":
                self._emit_held(out)
                self._restart()
                if self._side and (count := self._intake.take_dead_count()) is not None:
                    now_s = max(self.latest_s, self._intake.joined_s + JOIN_S)
                    out.append(Reading(now_s, dead_axes(now_s, count, self._side)))
                continue
            if not self._processed and self._trace.t_s:
                self._started_s = self._trace.t_s[0]
            chunk = self._intake.chunk
            while len(self._trace.t_s) - self._processed >= chunk:
                self._advance(self._processed, self._processed + chunk, out)
                self._processed += chunk
                self._learn_axis(out)
                self._apply_learned()
        return out

    def _set_up(self) -> None:
        """Set up what depends on the sensor's rate, and on whether it has a gyro."""
        self._with_gyro = self._intake.has_gyro
        rate = 1.0 / self._intake.period_s
        self._pitch = PitchAxis(self._intake.period_s * self._intake.chunk)
        cutoff = self._p.smooth_hz if self._intake.has_gyro else self._p.shoe.cutoff_hz
        self._lowpass = LowPass2(cutoff, rate)
        self._detector = FootContacts(self._lowpass.delay_s, self._p.contact)
        self._shoe = ShoeContacts(self._lowpass.delay_s, self._p.shoe)
        self._keep = int(self._p.learn_s / self._intake.period_s)
        self._window = round(WINDOW_S / self._intake.period_s)
        self._is_set_up = True

    def _restart(self) -> None:
        """Reset everything but what was learned of the shoe: the trace has restarted."""
        if not self._is_set_up or self._with_gyro is not self._intake.has_gyro:
            self._set_up()
        self._processed = self._checked = 0
        self._rate, self._smooth = [], []
        self._lowpass.reset()
        self._detector.reset()
        self._moves.reset()
        self._shoe.reset()
        self._strides.reset()
        self._intake.stride_s = self._stride_s = 0.0
        self._regular_strides = 0
        self._is_released = True

    def _advance(self, start: int, stop: int, out: list[Sighting]) -> None:
        """Run the per-sample stages on samples `start` to `stop`."""
        self.latest_s = self._trace.t_s[stop - 1]
        if not self._intake.has_gyro:
            t_s = self._trace.t_s[start:stop]
            x, y, z = (axis[start:stop] for axis in self._trace.axes[:3])
            size = [math.sqrt(a * a + b * b + c * c) for a, b, c in zip(x, y, z, strict=True)]
            for event in self._shoe.run(t_s, self._lowpass.run(size)):
                self._emit(event, out)
            return
        share = 1.0 / (stop - start)
        chunk = [axis[start:stop] for axis in self._trace.axes]
        self._pitch.update([share * sum(axis) for axis in chunk])
        if self._axis is not None:
            self._read(self._trace.t_s[start:stop], chunk, out)

    def _read(self, t_s: list[float], chunk: list[list[float]], out: list[Sighting]) -> None:
        """Detect events in a chunk of the trace: its times and six axes."""
        x, y, z = self._axis or (0.0, 0.0, 0.0)
        rate = [x * p + y * q + z * r for p, q, r in zip(*chunk[3:], strict=True)]
        smooth = self._lowpass.run(rate)
        self._rate += rate
        self._smooth += smooth
        for event in self._detector.run(t_s, rate, smooth):
            self._emit_or_hold(event, event.t_s, out)
        jolted = self._touch_downs.take_jolted(self._trace, t_s[-1])
        if jolted is not None:
            self._detector.contact_s = jolted.t_s
            self._emit(jolted, out)
        move = self._moves.update(t_s[0], chunk)
        if move is not None and self._detector.contact_s < move.start_s:
            self._add_moved_step(move, out)

    def _add_moved_step(self, move: FootMove, out: list[Sighting]) -> None:
        """Take a movement without a contact: it was a step if the foot lies elsewhere now."""
        p = self._p.move
        if self._strides.distance_m(self._trace, move.start_s, move.end_s) < p.min_length_m:
            return
        when = first_jolt_s(self._trace, max(move.start_s, move.end_s - p.landing_s), move.end_s, self._p.touch_down)
        if when - self._detector.contact_s < self._p.contact.shortest_stride_s:
            return
        self._detector.start_stance(when)
        self._emit_or_hold(FootEvent(EventKind.INITIAL_CONTACT, when, when, 0.0), move.end_s, out)

    def _emit_or_hold(self, event: FootEvent, down_s: float, out: list[Sighting]) -> None:
        """Emit an event at once, unless it is a walker's contact that is not clear; the foot is down at `down_s`."""
        self._emit_held(out)
        contact = event.kind is EventKind.INITIAL_CONTACT
        walks = contact and event.t_s - self._last_contact_s > self._p.running_stride_s
        if not (walks and self._touch_downs.hold(event, down_s)):
            self._emit(event, out)

    def _emit_held(self, out: list[Sighting]) -> None:
        """Emit the contact that is held back, if any: something else comes next."""
        held = self._touch_downs.release()
        if held is not None:
            self._emit(held, out)

    def _apply_learned(self) -> None:
        """Check for dead axes, and apply what was learned: it takes effect with the next sample. Trim the trace."""
        if self._processed - self._checked >= self._window:
            self._intake.check_axes(self._checked, self._processed)
            self._checked = self._processed
        running = 0.0 < self._stride_s < self._p.running_stride_s
        self._intake.stride_s = self._stride_s if running else 0.0
        if len(self._trace.t_s) > 2 * self._keep:
            cut = self._trace.trim(self._keep)
            self._processed -= cut
            self._checked -= cut
            del self._rate[:cut]
            del self._smooth[:cut]

    def _learn_axis(self, out: list[Sighting]) -> None:
        """Take a new pitch axis; with the first one, detect events in the samples kept so far."""
        axis = self._pitch.axis
        if axis is None or axis == self._axis:
            return
        old, self._axis = self._axis, axis
        if old is None:
            chunk = self._intake.chunk
            first = max(0, self._processed - self._keep)
            self._rate, self._smooth = [0.0] * first, [0.0] * first
            for start in range(first, self._processed, chunk):
                held = slice(start, min(start + chunk, self._processed))
                self._read(self._trace.t_s[held], [axis[held] for axis in self._trace.axes], out)
        elif dot(old, axis) < self._p.min_axis_cosine:
            self._lowpass.reset()
            self._detector = FootContacts(self._lowpass.delay_s, self._p.contact)
            self._push_off = PushOff(self._p.push_off)

    def _emit(self, event: FootEvent, out: list[Sighting]) -> None:
        """Append what an event results in, as decided now."""
        if self.latest_s - self._started_s < self._p.quiet_s:
            return
        decided_s = max(self.latest_s, self._intake.joined_s + JOIN_S)
        gyro, side, placement = self._intake.has_gyro, self._side, self._placement
        if event.kind is EventKind.INITIAL_CONTACT:
            before, self._stride_s = self._stride_s, event.t_s - self._last_contact_s
            self._last_contact_s = event.t_s
            running = self._stride_s < self._p.running_stride_s
            ratio = self._p.max_stride_ratio
            similar = before > 0.0 and 1.0 / ratio < self._stride_s / before < ratio
            self._regular_strides = self._regular_strides + 1 if running and similar else 0
            if gyro or self._regular_strides >= self._p.shoe_strides:
                if gyro and not self._is_released:
                    out.append(foot_stays(decided_s, event.t_s, side))
                self._is_released = False
                confidence = 0.95 if gyro else 0.6
                out.append(Contact(decided_s, event.t_s, placement, side, running=running, confidence=confidence))
        elif gyro:
            self._is_released = True
            released_s = self._released_s(event)
            out.append(Release(decided_s, event.contact_s, released_s, placement, side, None, 0.95))
            if self._axis is not None:
                stride = self._strides.stance(self._trace, self._axis, event.contact_s, released_s)
                unknown = foot_stays(decided_s, released_s, side)
                out += stride.readings(decided_s, released_s, side) if stride else [unknown]

    def _released_s(self, event: FootEvent) -> float:
        """Return the time of toe-off: of a runner by how the foot rolled, of a walker the end of the push-off."""
        longest_s = self._p.running_stance_s if self._ran else self._p.contact.running_stance_s
        self._ran = event.t_s - event.contact_s <= longest_s
        if not self._ran:
            return event.t_s
        first, end = self._trace.first_at(event.contact_s), len(self._rate)
        bias = self._strides.bias_about(self._axis) if self._axis else 0.0
        rate, smooth = ([x - bias for x in row[first:end]] for row in (self._rate, self._smooth))
        stance = Stance(self._trace.t_s[first:end], rate, smooth, self._lowpass.delay_s)
        found = self._push_off.toe_off_s(stance, event.contact_s, event.size)
        return event.t_s if found is None else found
