"""When the metronome beats: after a cue for quicker steps, while cadence is below the target.

Only a cue that was actually given starts it, so it stays silent in the plan's silent probes, when muted, and when the
schedule's budget is used up (sources 4: quiet is good).
"""

from __future__ import annotations

from dsp.records import Cue, Earcon, Metric, Record
from dsp.signals import NS_PER_S

BAND_SPM = 3.0
"""A cadence within this range of the target is on target (sources 3)."""
HELD_S = 4.0
"""On target for this long, it fades out; below for this long again, it comes back."""
MAX_S = 120.0
"""Maximum time after a cue; then another cue is needed."""
CADENCE = "cadence_spm"
TARGETS = ("cadence_target_spm", "cadence_baseline_spm")
"""Target in the evidence of a cue; the target takes precedence over the runner's own cadence."""


class Pacing:
    """Derives the metronome's rate from records in order; `rate_spm` is None while it should be silent."""

    def __init__(self) -> None:
        self.rate_spm: float | None = None
        self._target_spm = 0.0
        self._until_ns = 0
        self._since_ns: int | None = None  # since when cadence calls for the opposite of the present state

    def update(self, record: Record) -> None:
        """Update the rate with a record."""
        if isinstance(record, Cue) and record.earcon is Earcon.BELOW:
            self._asked(record)
        elif isinstance(record, Metric) and record.key == CADENCE:
            self._cadence(record)
        elif isinstance(record, Metric) and record.key == "running" and record.value < 0.5:
            self.stop()

    def stop(self) -> None:
        """Be silent until the next cue."""
        self.rate_spm, self._until_ns, self._since_ns = None, 0, None

    def _asked(self, cue: Cue) -> None:
        found = {each.key: each.value for each in cue.because if isinstance(each, Metric)}
        target = next((found[key] for key in TARGETS if key in found), None)
        if target is None:
            return
        self._until_ns = cue.t_ns + round(MAX_S * NS_PER_S)
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
