"""When the metronome beats: after a cue has asked for quicker steps, while cadence is below the target, else not.

It begins with a cue that was let through, never by itself: so it keeps quiet in the silent probes of the plan, when
muted, and when the schedule's budget is used up (sources 4: quiet is good).
"""

from __future__ import annotations

from dsp.records import Cue, Earcon, Metric, Record
from dsp.signals import NS_PER_S

BAND_SPM = 3.0
"""Within this of the target is on target (sources 3)."""
HELD_S = 4.0
"""On target for so long: fade out. Below it again for so long: come back."""
LONGEST_S = 120.0
"""After a cue; then the next cue has to ask again."""
CADENCE = "cadence_spm"
TARGETS = ("cadence_target_spm", "cadence_baseline_spm")
"""In the evidence of a cue: what to aim at; the goal goes before the runner's own."""


class Pacing:
    """Feed it records in order; `rate_spm` is what the metronome should beat, None for nothing."""

    def __init__(self) -> None:
        self.rate_spm: float | None = None
        self._target_spm = 0.0
        self._until_ns = 0
        self._since_ns: int | None = None  # since when cadence asks for the opposite of what is being done

    def update(self, record: Record) -> None:
        """Take a record in."""
        if isinstance(record, Cue) and record.earcon is Earcon.BELOW:
            self._asked(record)
        elif isinstance(record, Metric) and record.key == CADENCE:
            self._cadence(record)
        elif isinstance(record, Metric) and record.key == "running" and record.value < 0.5:
            self.stop()

    def stop(self) -> None:
        """Beat no more until the next cue."""
        self.rate_spm, self._until_ns, self._since_ns = None, 0, None

    def _asked(self, cue: Cue) -> None:
        found = {each.key: each.value for each in cue.because if isinstance(each, Metric)}
        target = next((found[key] for key in TARGETS if key in found), None)
        if target is None:
            return
        self._until_ns = cue.t_ns + round(LONGEST_S * NS_PER_S)
        self._target_spm = self.rate_spm = target
        self._since_ns = None

    def _cadence(self, cadence: Metric) -> None:
        if cadence.t_ns >= self._until_ns:
            self.rate_spm = None
            return
        below = cadence.value < self._target_spm - BAND_SPM
        if below == (self.rate_spm is not None):
            self._since_ns = None
        elif self._since_ns is None:
            self._since_ns = cadence.t_ns
        elif cadence.t_ns - self._since_ns >= HELD_S * NS_PER_S:
            self.rate_spm, self._since_ns = (self._target_spm if below else None), None
