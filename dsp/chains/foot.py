"""One sensor on a shoe: pitch axis, contacts, toe-offs. The side is known from where it is worn."""

from __future__ import annotations

from dataclasses import dataclass, field

from dsp.detectors.foot import FootContactParams, FootContacts, FootEvent
from dsp.filters import LowPass2
from dsp.intake import Intake, Run
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
        self._pitch = PitchAxis()
        self._count = 0
        self._chunk: list[list[float]] = [[], [], []]
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
            t_s = run.t_s[start:stop]
            rates = [axis[start:stop] for axis in run.axes[3:]]
            self._advance(t_s, rates, out)
            self._count += stop - start
            if stop - start == room:
                self._pitch.update(self._chunk, self._intake.period_s)
                self._chunk = [[], [], []]
            start = stop

    def _advance(self, t_s: list[float], rates: list[list[float]], out: list[Sighting]) -> None:
        for kept, rate in zip(self._chunk, rates, strict=True):
            kept.extend(rate)
        self.latest_s = t_s[-1]
        if self._pitch.axis is None:
            return
        x, y, z = self._pitch.axis
        pitch = [x * a + y * b + z * c for a, b, c in zip(*rates, strict=True)]
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
