"""One sensor on a shoe, with or without a gyro: contacts and toe-offs. The side is known from where it is worn."""

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
from dsp.samples.intake import Intake, Ready
from dsp.samples.stage import JOIN_S
from dsp.samples.trace import Trace
from dsp.signals import NEVER_S, Placement, SampleBlock, Vector


@dataclass(frozen=True, slots=True)
class FootParams:
    """How one shoe sensor is read.

    quiet_s           nothing is said this long after a start, so that sensors which start together are told in order
    learn_s           samples kept while the pitch axis is being found, to read them afterwards
    smooth_hz         low-pass of the pitch rate for toe-off (sources 9)
    running_stride_s  longest stride that can be running (below 133 steps a minute people walk)
    shoe_row          without a gyro, running strides in a row before anything is said,
    unlike            and the largest ratio between them
    slipped           cosine between the old pitch axis and the new one below which what was learned about it is void
    running_stance_s  who has run so far still runs where the push-off is over by then
    """

    quiet_s: float = 0.75
    learn_s: float = 6.0
    smooth_hz: float = 12.0
    running_stride_s: float = 0.95
    shoe_row: int = 3
    unlike: float = 1.25
    slipped: float = 0.5
    running_stance_s: float = 0.52
    contact: FootContactParams = field(default_factory=FootContactParams)
    shoe: ShoeContactParams = field(default_factory=ShoeContactParams)
    push_off: PushOffParams = field(default_factory=PushOffParams)
    move: FootMoveParams = field(default_factory=FootMoveParams)
    touch_down: TouchDownParams = field(default_factory=TouchDownParams)


class FootChain:
    """Blocks of one foot sensor to sightings; `latest_s` is the newest sample worked off."""

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
        self._begun = False
        self._with_gyro = False
        self._dead_count = 0  # axes reported last
        self._done = 0
        self._checked = 0  # samples of the trace that were checked for dead axes
        self._last_contact_s = NEVER_S
        self._stride_s = 0.0
        self._row = 0
        self._lifted = True
        self._ran = False
        self._started_s = 0.0
        self.latest_s = float("-inf")

    def put(self, block: SampleBlock) -> bool:
        """Hold the samples of `block`; True when `work` has something to do."""
        return self._intake.put(block)

    def finish(self) -> list[Sighting]:
        """Work off what is held, whole chunk or not: no more data will come."""
        self._intake.end()
        out = self.work()
        self._let_go(out)
        return out

    def work(self) -> list[Sighting]:
        """Sightings in what was held, in the order in which the sensor became sure of them."""
        out: list[Sighting] = []
        for ready in self._intake.take():
            if ready is Ready.RESTART:
                self._let_go(out)
                self._restart()
                if self._side and self._intake.dead_count != self._dead_count:
                    self._dead_count = self._intake.dead_count
                    now_s = max(self.latest_s, self._intake.joined_s + JOIN_S)
                    out.append(Reading(now_s, dead_axes(now_s, self._dead_count, self._side)))
                continue
            if not self._done and self._trace.t_s:
                self._started_s = self._trace.t_s[0]
            chunk = self._intake.chunk
            while len(self._trace.t_s) - self._done >= chunk:
                self._advance(self._done, self._done + chunk, out)
                self._done += chunk
                self._learn_axis(out)
                self._settle()
        return out

    def _begin(self) -> None:
        self._with_gyro = self._intake.has_gyro
        rate = 1.0 / self._intake.period_s
        self._pitch = PitchAxis(self._intake.period_s * self._intake.chunk)
        cutoff = self._p.smooth_hz if self._intake.has_gyro else self._p.shoe.cutoff_hz
        self._lowpass = LowPass2(cutoff, rate)
        self._detector = FootContacts(self._lowpass.delay_s, self._p.contact)
        self._shoe = ShoeContacts(self._lowpass.delay_s, self._p.shoe)
        self._keep = int(self._p.learn_s / self._intake.period_s)
        self._window = round(WINDOW_S / self._intake.period_s)
        self._begun = True

    def _restart(self) -> None:
        if not self._begun or self._with_gyro is not self._intake.has_gyro:
            self._begin()
        self._done = self._checked = 0
        self._rate, self._smooth = [], []
        self._lowpass.reset()
        self._detector.reset()
        self._moves.reset()
        self._shoe.reset()
        self._strides.reset()
        self._intake.stride_s = self._stride_s = 0.0
        self._row = 0
        self._lifted = True

    def _advance(self, start: int, stop: int, out: list[Sighting]) -> None:
        self.latest_s = self._trace.t_s[stop - 1]
        if not self._intake.has_gyro:
            t_s = self._trace.t_s[start:stop]
            x, y, z = (axis[start:stop] for axis in self._trace.axes[:3])
            size = [math.sqrt(a * a + b * b + c * c) for a, b, c in zip(x, y, z, strict=True)]
            for event in self._shoe.run(t_s, self._lowpass.run(size)):
                self._see(event, out)
            return
        share = 1.0 / (stop - start)
        chunk = [axis[start:stop] for axis in self._trace.axes]
        self._pitch.update([share * sum(axis) for axis in chunk])
        if self._axis is not None:
            self._read(self._trace.t_s[start:stop], chunk, out)

    def _read(self, t_s: list[float], chunk: list[list[float]], out: list[Sighting]) -> None:
        """Look for events in samples of the trace: their times and six axes."""
        x, y, z = self._axis or (0.0, 0.0, 0.0)
        rate = [x * p + y * q + z * r for p, q, r in zip(*chunk[3:], strict=True)]
        smooth = self._lowpass.run(rate)
        self._rate += rate
        self._smooth += smooth
        for event in self._detector.run(t_s, rate, smooth):
            self._meet(event, event.t_s, out)
        jolted = self._touch_downs.take_jolted(self._trace, t_s[-1])
        if jolted is not None:
            self._detector.contact_s = jolted.t_s
            self._see(jolted, out)
        move = self._moves.update(t_s[0], chunk)
        if move is not None and self._detector.contact_s < move.start_s:
            self._moved(move, out)

    def _moved(self, move: FootMove, out: list[Sighting]) -> None:
        """A move in which no contact was seen: a step if the foot lies elsewhere now."""
        p = self._p.move
        if self._strides.way_m(self._trace, move.start_s, move.end_s) < p.least_m:
            return
        when = first_jolt_s(self._trace, max(move.start_s, move.end_s - p.landing_s), move.end_s, self._p.touch_down)
        if when - self._detector.contact_s < self._p.contact.shortest_stride_s:
            return
        self._detector.landed(when)
        self._meet(FootEvent(EventKind.INITIAL_CONTACT, when, when, 0.0), move.end_s, out)

    def _meet(self, event: FootEvent, down_s: float, out: list[Sighting]) -> None:
        """Tell an event at once, unless it is a walker's contact that is not clear; the foot is down at `down_s`."""
        self._let_go(out)
        contact = event.kind is EventKind.INITIAL_CONTACT
        walks = contact and event.t_s - self._last_contact_s > self._p.running_stride_s
        if not (walks and self._touch_downs.hold(event, down_s)):
            self._see(event, out)

    def _let_go(self, out: list[Sighting]) -> None:
        """Tell the contact that is held before something else."""
        held = self._touch_downs.let_go()
        if held is not None:
            self._see(held, out)

    def _settle(self) -> None:
        """Take over what was learned; its effect begins with the next sample."""
        if self._done - self._checked >= self._window:
            self._intake.check_axes(self._checked, self._done)
            self._checked = self._done
        running = 0.0 < self._stride_s < self._p.running_stride_s
        self._intake.stride_s = self._stride_s if running else 0.0
        if len(self._trace.t_s) > 2 * self._keep:
            cut = self._trace.trim(self._keep)
            self._done -= cut
            self._checked -= cut
            del self._rate[:cut]
            del self._smooth[:cut]

    def _learn_axis(self, out: list[Sighting]) -> None:
        axis = self._pitch.axis
        if axis is None or axis == self._axis:
            return
        old, self._axis = self._axis, axis
        if old is None:
            chunk = self._intake.chunk
            first = max(0, self._done - self._keep)
            self._rate, self._smooth = [0.0] * first, [0.0] * first
            for start in range(first, self._done, chunk):
                held = slice(start, min(start + chunk, self._done))
                self._read(self._trace.t_s[held], [axis[held] for axis in self._trace.axes], out)
        elif dot(old, axis) < self._p.slipped:
            self._lowpass.reset()
            self._detector = FootContacts(self._lowpass.delay_s, self._p.contact)
            self._push_off = PushOff(self._p.push_off)

    def _see(self, event: FootEvent, out: list[Sighting]) -> None:
        if self.latest_s - self._started_s < self._p.quiet_s:
            return
        decided_s = max(self.latest_s, self._intake.joined_s + JOIN_S)
        gyro, side, place = self._intake.has_gyro, self._side, self._placement
        if event.kind is EventKind.INITIAL_CONTACT:
            before, self._stride_s = self._stride_s, event.t_s - self._last_contact_s
            self._last_contact_s = event.t_s
            running = self._stride_s < self._p.running_stride_s
            alike = before > 0.0 and 1.0 / self._p.unlike < self._stride_s / before < self._p.unlike
            self._row = self._row + 1 if running and alike else 0
            if gyro or self._row >= self._p.shoe_row:
                if gyro and not self._lifted:
                    out.append(foot_stays(decided_s, event.t_s, side))
                self._lifted = False
                trust = 0.95 if gyro else 0.6
                out.append(Contact(decided_s, event.t_s, place, side, running=running, confidence=trust))
        elif gyro:
            self._lifted = True
            released_s = self._released_s(event)
            out.append(Release(decided_s, event.contact_s, released_s, place, side, None, 0.95))
            if self._axis is not None:
                stride = self._strides.stance(self._trace, self._axis, event.contact_s, released_s)
                unknown = foot_stays(decided_s, released_s, side)
                out += stride.readings(decided_s, released_s, side) if stride else [unknown]

    def _released_s(self, event: FootEvent) -> float:
        """Of a runner by how the foot rolled, of a walker when the push-off was over."""
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
