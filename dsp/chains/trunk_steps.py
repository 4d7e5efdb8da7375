"""Detects the stances of a trunk sensor in its vertical force, and measures each of its strides."""

from __future__ import annotations

from dsp.chains.trunk_level import TrunkLevel
from dsp.detectors.trunk import TrunkContactParams, TrunkContacts
from dsp.gait.drop_trust import rate_trust
from dsp.gait.pelvis_stride import pelvis_stride
from dsp.gait.sightings import Sighting
from dsp.gait.stances import StanceParams, Stances
from dsp.orientation.mount import Mount
from dsp.samples.filters import LowPass2
from dsp.samples.trace import Trace
from dsp.signals import Placement

STRIDE_S = (0.38, 1.2)
"""Shortest and longest stride of a runner."""


class TrunkSteps:
    """Low-pass, contact detector and `stances` of one trunk sensor; works in whole chunks.

    confidence  of its contacts, 0-1
    rate_hz     raw sampling rate: the drop is trusted less at a low one
    """

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
        self._rate_trust = rate_trust(rate_hz)
        self._has_new_contact = False
        self._decided_s = (0.0, 0.0)
        self._read_until_s = float("-inf")

    def reset(self) -> None:
        """Start again, after a gap or with another level."""
        self._lowpass.reset()
        self._detector.reset()
        self.stances.reset()
        self._has_new_contact = False

    def run(
        self, t_s: list[float], vertical: list[float], trace: Trace, level: TrunkLevel, mount: Mount | None
    ) -> list[Sighting]:
        """Detect steps in samples at `t_s` with this vertical force, m/s2; add it, low-passed, to the trace."""
        out: list[Sighting] = []
        smooth = self._lowpass.run(vertical)
        trace.force += smooth
        stances, levelled, now_s = self.stances, level.has_lean, t_s[-1]
        stances.has_gyro = level.levelled
        for event in self._detector.run(t_s, smooth):
            out += stances.take(event, trace, mount, levelled=levelled)
            if event.contact:
                self._has_new_contact = True
                self._decided_s = self._decided_s[1], event.decided_s
        if self._has_new_contact and levelled and stances.running:
            self._read_stride(now_s, trace, level, mount, out)
        if stances.overdue(now_s):
            out += stances.close_late(now_s, trace, mount, levelled=levelled)
        return out

    def _read_stride(
        self, now_s: float, trace: Trace, level: TrunkLevel, mount: Mount | None, out: list[Sighting]
    ) -> None:
        """Append the readings of the newest stride, unless it overlaps the one read before."""
        contacts_s = self._newest_stride()
        if contacts_s is None or contacts_s[0] < self._read_until_s:
            return
        self._read_until_s = contacts_s[2]
        stride = pelvis_stride(trace, mount, level.bias, contacts_s)
        if stride is not None:
            level.turn_radps = stride.turn_radps
            out += stride.readings(now_s, contacts_s[2], self._placement, self.stances.drop_trust)

    def _newest_stride(self) -> tuple[float, float, float] | None:
        """Return the three newest contacts if they are a stride."""
        c = self.stances.contacts_s
        low, high = STRIDE_S
        return (c[-3], c[-2], c[-1]) if len(c) > 2 and low < c[-1] - c[-3] < high else None

    def set_level_trust(self, trust: float) -> None:
        """Set how far levelling can be trusted, 0-1, from now on."""
        self.stances.drop_trust = trust * self._rate_trust

    def take_stride(self) -> tuple[float, float, float] | None:
        """Return the three newest contacts if the last is new and they are a stride; called between chunks."""
        if not self._has_new_contact:
            return None
        self._has_new_contact = False
        self._detector.usual_step_s = self.stances.step_s if self.stances.running else 0.0
        return self._newest_stride()

    def due_s(self, stride_s: float) -> float:
        """Return when the next contact will be decided: a stride after the one before the last was."""
        return self._decided_s[0] + stride_s
