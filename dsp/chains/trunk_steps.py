"""From the vertical force of a trunk sensor to its stances, and what is read off each of its strides."""

from __future__ import annotations

from dsp.chains.trunk_level import TrunkLevel
from dsp.detectors.trunk import TrunkContactParams, TrunkContacts
from dsp.gait.drop_trust import of_rate
from dsp.gait.pelvis_stride import pelvis_stride
from dsp.gait.sightings import Sighting
from dsp.gait.stances import StanceParams, Stances
from dsp.orientation.mount import Mount
from dsp.samples.filters import LowPass2
from dsp.samples.trace import Trace
from dsp.signals import Placement

STRIDE_S = (0.38, 1.2)
"""Between these lie a runner's strides."""


class TrunkSteps:
    """Owns the low-pass, the contact detector and the `stances`; works in whole chunks."""

    def __init__(
        self,
        placement: Placement,
        period_s: float,
        confidence: float,
        rate_hz: float,
        contact: TrunkContactParams,
        stance: StanceParams,
    ) -> None:
        self._placement = placement
        self._lowpass = LowPass2(contact.cutoff_hz, 1.0 / period_s)
        self._detector = TrunkContacts(self._lowpass.delay_s, contact)
        self.stances = Stances(placement, confidence, stance)
        self._rate_trust = of_rate(rate_hz)
        self._new = False
        self._decided_s = (0.0, 0.0)
        self._read_s = float("-inf")

    def reset(self) -> None:
        """After a gap, or with another level."""
        self._lowpass.reset()
        self._detector.reset()
        self.stances.reset()
        self._new = False

    def run(
        self, t_s: list[float], vertical: list[float], trace: Trace, level: TrunkLevel, mount: Mount | None
    ) -> list[Sighting]:
        """Advance over samples at `t_s` with this vertical force, m/s2; low-passed it goes to the trace."""
        out: list[Sighting] = []
        felt = self._lowpass.run(vertical)
        trace.force += felt
        stances, levelled, now_s = self.stances, level.has_lean, t_s[-1]
        for event in self._detector.run(t_s, felt):
            out += stances.see(event, trace, mount, levelled=levelled)
            if event.contact:
                self._new = True
                self._decided_s = self._decided_s[1], event.decided_s
        if self._new and levelled and stances.running:
            self._read_stride(now_s, trace, level, mount, out)
        if stances.overdue(now_s):
            out += stances.close_late(now_s, trace, mount, levelled=levelled)
        return out

    def _read_stride(
        self, now_s: float, trace: Trace, level: TrunkLevel, mount: Mount | None, out: list[Sighting]
    ) -> None:
        """What the newest stride tells, if it began no earlier than the one before ended."""
        contacts_s = self._stride()
        if contacts_s is None or contacts_s[0] < self._read_s:
            return
        self._read_s = contacts_s[2]
        stride = pelvis_stride(trace, mount, level.bias, contacts_s)
        if stride is not None:
            level.turn_radps = stride.turn_radps
            out += stride.readings(now_s, contacts_s[2], self._placement, self.stances.drop_trust)

    def _stride(self) -> tuple[float, float, float] | None:
        """The three newest contacts, if they are a stride."""
        c = self.stances.contacts_s
        low, high = STRIDE_S
        return (c[-3], c[-2], c[-1]) if len(c) > 2 and low < c[-1] - c[-3] < high else None

    def trust_level(self, trust: float) -> None:
        """How far levelling is what it reckons to be, 0-1, from now on."""
        self.stances.drop_trust = trust * self._rate_trust

    def take_stride(self) -> tuple[float, float, float] | None:
        """The three newest contacts, if the last of them is new and they are a stride; asked between chunks."""
        if not self._new:
            return None
        self._new = False
        self._detector.usual_step_s = self.stances.step_s if self.stances.running else 0.0
        return self._stride()

    def due_s(self, stride_s: float) -> float:
        """When the next contact will be known: a stride after the one before the last was."""
        return self._decided_s[0] + stride_s
