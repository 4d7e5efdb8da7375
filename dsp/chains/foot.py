"""One sensor on a shoe, with or without a gyro: contacts and toe-offs. The side is known from where it is worn."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from dsp.detectors.foot import FootContactParams, FootContacts, FootEvent
from dsp.detectors.shoe import ShoeContactParams, ShoeContacts
from dsp.filters import LowPass2
from dsp.intake import Intake, Run
from dsp.orientation import Vector
from dsp.pitch_axis import PitchAxis
from dsp.records import EventKind, Side
from dsp.sightings import Contact, Release, Sighting
from dsp.signals import Placement, SampleBlock
from dsp.stage import SETTLE_SAMPLES

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
        self._intake = Intake()
        self._axis: Vector | None = None
        self._count = 0
        self._begun = False
        self._last_contact_s = -9.0
        self._stride_s = 0.0
        self._row = 0
        self._started_s = 0.0
        self._early_t: list[float] = []
        self._early: list[list[float]] = [[], [], []]
        self.latest_s = float("-inf")

    def update(self, block: SampleBlock) -> list[Sighting]:
        """Sightings in `block`, in the order in which the sensor became sure of them."""
        out: list[Sighting] = []
        for run in self._intake.update(block):
            if not self._begun:
                self._begin()
            if run.restart:
                self._restart(run.t_s[0])
            self._work(run, out)
        return out

    def _begin(self) -> None:
        rate = 1.0 / self._intake.period_s
        self._pitch = PitchAxis(self._intake.period_s)
        cutoff = self._p.smooth_hz if self._intake.has_gyro else self._p.shoe.cutoff_hz
        self._lowpass = LowPass2(cutoff, rate)
        self._detector = FootContacts(self._lowpass.delay_s, self._p.contact)
        self._shoe = ShoeContacts(self._lowpass.delay_s, self._p.shoe)
        self._begun = True

    def _restart(self, t_s: float) -> None:
        self._lowpass.reset()
        self._detector.reset()
        self._shoe.reset()
        self._intake.stride_s = 0.0
        self._started_s = t_s
        self._early_t, self._early = [], [[], [], []]

    def _work(self, run: Run, out: list[Sighting]) -> None:
        start, n = 0, len(run.t_s)
        while start < n:
            room = SETTLE_SAMPLES - self._count % SETTLE_SAMPLES
            stop = min(n, start + room)
            axes = [axis[start:stop] for axis in run.axes]
            self._advance(run.t_s[start:stop], axes, out)
            self._count += stop - start
            if stop - start == room:
                self._settle(out)
            start = stop

    def _advance(self, t_s: list[float], axes: list[list[float]], out: list[Sighting]) -> None:
        self.latest_s = t_s[-1]
        if not self._intake.has_gyro:
            size = [math.sqrt(x * x + y * y + z * z) for x, y, z in zip(axes[0], axes[1], axes[2], strict=True)]
            for event in self._shoe.run(t_s, self._lowpass.run(size)):
                self._see(event, event.decided_s, out)
            return
        self._pitch.update(axes)
        if self._axis is None:
            self._early_t.extend(t_s)
            for kept, axis in zip(self._early, axes[3:], strict=True):
                kept.extend(axis)
        else:
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
        keep = int(self._p.learn_s / self._intake.period_s)
        if len(self._early_t) > 2 * keep:
            del self._early_t[:-keep]
            for kept in self._early:
                del kept[:-keep]
        old, axis = self._axis, self._pitch.axis if self._intake.has_gyro else None
        if axis is None or axis == old:
            return
        self._axis = axis
        if old is None:
            for event in self._read(self._early_t, self._early, axis):
                self._see(event, self.latest_s, out)
            self._early_t, self._early = [], [[], [], []]
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
