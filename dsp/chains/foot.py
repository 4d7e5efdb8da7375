"""One sensor on a shoe: pitch axis, contacts, toe-offs. The side is known from where it is worn."""

from __future__ import annotations

from dataclasses import dataclass, field

from dsp.detectors.foot import FootContactParams, FootContacts, FootEvent
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
    """hold_s: samples held at a start; smooth_hz: low-pass of the pitch rate for toe-off (dsp findings 2.3);
    running_stride_s: longest stride that can be running (below 133 steps a minute people walk).
    """

    hold_s: float = 0.75
    smooth_hz: float = 12.0
    running_stride_s: float = 0.95
    contact: FootContactParams = field(default_factory=FootContactParams)


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
        self._running = False
        self._started_s = 0.0
        self.latest_s = float("-inf")

    def update(self, block: SampleBlock) -> list[Sighting]:
        """Sightings in `block`, in the order in which the sensor became sure of them."""
        out: list[Sighting] = []
        for run in self._intake.update(block):
            if not self._begun:
                rate = 1.0 / self._intake.period_s
                self._pitch = PitchAxis(self._intake.period_s)
                self._lowpass = LowPass2(self._p.smooth_hz, rate)
                self._detector = FootContacts(self._lowpass.delay_s, self._p.contact)
                self._begun = True
            if run.restart:
                self._lowpass.reset()
                self._detector.reset()
                self._started_s = run.t_s[0]
            self._work(run, out)
        return out

    def _work(self, run: Run, out: list[Sighting]) -> None:
        if not self._intake.has_gyro:
            self.latest_s = run.t_s[-1]
            return
        start, n = 0, len(run.t_s)
        while start < n:
            room = SETTLE_SAMPLES - self._count % SETTLE_SAMPLES
            stop = min(n, start + room)
            axes = [axis[start:stop] for axis in run.axes]
            self._advance(run.t_s[start:stop], axes, out)
            self._count += stop - start
            if stop - start == room and self._pitch.axis != self._axis:
                self._turn(self._pitch.axis)
            start = stop

    def _turn(self, axis: Vector | None) -> None:
        """Take a new pitch axis; if it points the other way, what was seen so far was upside down."""
        old, self._axis = self._axis, axis
        if old is not None and axis is not None and old[0] * axis[0] + old[1] * axis[1] + old[2] * axis[2] < 0.0:
            self._lowpass.reset()
            self._detector.reset()

    def _advance(self, t_s: list[float], axes: list[list[float]], out: list[Sighting]) -> None:
        self._pitch.update(axes)
        self.latest_s = t_s[-1]
        if self._axis is None:
            return
        x, y, z = self._axis
        pitch = [x * a + y * b + z * c for a, b, c in zip(axes[3], axes[4], axes[5], strict=True)]
        for event in self._detector.run(t_s, pitch, self._lowpass.run(pitch)):
            if event.decided_s - self._started_s > self._p.hold_s:
                self._see(event, out)

    def _see(self, event: FootEvent, out: list[Sighting]) -> None:
        if event.kind is EventKind.INITIAL_CONTACT:
            stride = event.t_s - self._last_contact_s
            self._last_contact_s = event.t_s
            self._running = stride < self._p.running_stride_s
            out.append(Contact(event.decided_s, event.t_s, self._placement, self._side, self._running, 0.95))
        else:
            out.append(Release(event.decided_s, event.contact_s, event.t_s, self._placement, self._side, None, 0.95))
