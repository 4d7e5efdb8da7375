"""One sensor on a shoe, with or without a gyro: contacts and toe-offs. The side is known from where it is worn."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from dsp.detectors.foot import FootContactParams, FootContacts, FootEvent
from dsp.detectors.shoe import ShoeContactParams, ShoeContacts
from dsp.filters import LowPass2
from dsp.foot_stride import FootStrides
from dsp.intake import Intake, Ready
from dsp.orientation import Vector
from dsp.pitch_axis import PitchAxis
from dsp.records import EventKind, Side
from dsp.sightings import Contact, Release, Sighting
from dsp.signals import Placement, SampleBlock
from dsp.trace import Trace

SIDE_OF = {Placement.LEFT_FOOT: Side.LEFT, Placement.RIGHT_FOOT: Side.RIGHT}


@dataclass(frozen=True, slots=True)
class FootParams:
    """How one shoe sensor is read.

    quiet_s           nothing is said this long after a start, so that sensors which start together are told in order
    learn_s           samples kept while the pitch axis is being found, to read them afterwards
    smooth_hz         low-pass of the pitch rate for toe-off (dsp findings 2.3)
    running_stride_s  longest stride that can be running (below 133 steps a minute people walk)
    shoe_row          without a gyro, running strides in a row before anything is said,
    unlike            and the largest ratio between them
    """

    quiet_s: float = 0.75
    learn_s: float = 4.0
    smooth_hz: float = 12.0
    running_stride_s: float = 0.95
    shoe_row: int = 3
    unlike: float = 1.25
    contact: FootContactParams = field(default_factory=FootContactParams)
    shoe: ShoeContactParams = field(default_factory=ShoeContactParams)


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
        self._begun = False
        self._done = 0
        self._last_contact_s = -9.0
        self._stride_s = 0.0
        self._row = 0
        self._started_s = 0.0
        self.latest_s = float("-inf")

    def put(self, block: SampleBlock) -> bool:
        """Hold the samples of `block`; True when `work` has something to do."""
        return self._intake.put(block)

    def finish(self) -> list[Sighting]:
        """Work off what is held, whole chunk or not: no more data will come."""
        self._intake.end()
        return self.work()

    def work(self) -> list[Sighting]:
        """Sightings in what was held, in the order in which the sensor became sure of them."""
        out: list[Sighting] = []
        for ready in self._intake.take():
            if not self._begun:
                self._begin()
            if ready is Ready.RESTART:
                self._restart()
                continue
            if not self._done and self._trace.t_s:
                self._started_s = self._trace.t_s[0]
            chunk = self._intake.chunk
            while len(self._trace.t_s) - self._done >= chunk:
                self._advance(self._done, self._done + chunk, out)
                self._done += chunk
                self._settle(out)
        return out

    def _begin(self) -> None:
        rate = 1.0 / self._intake.period_s
        self._pitch = PitchAxis(self._intake.period_s)
        cutoff = self._p.smooth_hz if self._intake.has_gyro else self._p.shoe.cutoff_hz
        self._lowpass = LowPass2(cutoff, rate)
        self._detector = FootContacts(self._lowpass.delay_s, self._p.contact)
        self._shoe = ShoeContacts(self._lowpass.delay_s, self._p.shoe)
        self._keep = int(self._p.learn_s / self._intake.period_s)
        self._begun = True

    def _restart(self) -> None:
        self._done = 0
        self._lowpass.reset()
        self._detector.reset()
        self._shoe.reset()
        self._strides.reset()
        self._intake.stride_s = self._stride_s = 0.0
        self._row = 0

    def _advance(self, start: int, stop: int, out: list[Sighting]) -> None:
        t_s = self._trace.t_s[start:stop]
        axes = [axis[start:stop] for axis in self._trace.axes]
        self.latest_s = t_s[-1]
        if not self._intake.has_gyro:
            size = [math.sqrt(x * x + y * y + z * z) for x, y, z in zip(axes[0], axes[1], axes[2], strict=True)]
            for event in self._shoe.run(t_s, self._lowpass.run(size)):
                self._see(event, event.decided_s, out)
            return
        self._pitch.update(axes)
        if self._axis is not None:
            for event in self._read(t_s, axes[3:], self._axis):
                self._see(event, event.decided_s, out)

    def _read(self, t_s: list[float], rates: list[list[float]], axis: Vector) -> list[FootEvent]:
        x, y, z = axis
        pitch = [x * a + y * b + z * c for a, b, c in zip(*rates, strict=True)]
        return self._detector.run(t_s, pitch, self._lowpass.run(pitch))

    def _settle(self, out: list[Sighting]) -> None:
        """Take over what was learned; its effect begins with the next sample."""
        running = 0.0 < self._stride_s < self._p.running_stride_s
        self._intake.stride_s = self._stride_s if running else 0.0
        if len(self._trace.t_s) > 2 * self._keep:
            self._done -= self._trace.trim(self._keep)
        axis = self._pitch.axis
        if axis is None or axis == self._axis:
            return
        old, self._axis = self._axis, axis
        if old is None:
            first = max(0, self._done - self._keep)
            rates = [channel[first : self._done] for channel in self._trace.axes[3:]]
            for event in self._read(self._trace.t_s[first : self._done], rates, axis):
                self._see(event, self.latest_s, out)
        elif old[0] * axis[0] + old[1] * axis[1] + old[2] * axis[2] < 0.0:
            self._lowpass.reset()
            self._detector.reset()

    def _see(self, event: FootEvent, decided_s: float, out: list[Sighting]) -> None:
        if decided_s - self._started_s < self._p.quiet_s:
            return
        gyro, side, place = self._intake.has_gyro, self._side, self._placement
        if event.kind is EventKind.INITIAL_CONTACT:
            before, self._stride_s = self._stride_s, event.t_s - self._last_contact_s
            self._last_contact_s = event.t_s
            running = self._stride_s < self._p.running_stride_s
            alike = before > 0.0 and 1.0 / self._p.unlike < self._stride_s / before < self._p.unlike
            self._row = self._row + 1 if running and alike else 0
            if gyro or self._row >= self._p.shoe_row:
                trust = 0.95 if gyro else 0.6
                out.append(Contact(decided_s, event.t_s, place, side, running=running, confidence=trust))
        elif gyro:
            out.append(Release(decided_s, event.contact_s, event.t_s, place, side, None, 0.95))
            if self._axis is not None:
                stride = self._strides.stance(self._trace, self._axis, event.contact_s, event.t_s)
                out += stride.readings(decided_s, event.t_s, side) if stride else []
