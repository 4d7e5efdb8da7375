"""What is known about a stream's clock, for people and for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from drivers.timing.delay_spread import TRAP_S

ClockKind: TypeAlias = Literal["device", "counter", "arrival"]


@dataclass(frozen=True, slots=True)
class ClockState:
    """How the times of one stream are obtained.

    kind           device: its own timestamps; counter: it numbers its samples; arrival: the hub counts what arrives
    drift_ppm      device: how much faster the hub's clock runs; else how much longer than nominal the sample period is
    uncertainty_s  95 % bound of the error against the hub's clock, apart from a constant delay; None: not known yet
    phase_gap_s    phase of the connection interval that no packet meets; from TRAP_S on, aliasing (`delay_spread`)
    is_settled     enough packets have arrived that a gap is not due to chance
    """

    kind: ClockKind
    drift_ppm: float
    uncertainty_s: float | None
    phase_gap_s: float
    is_settled: bool

    @property
    def is_trapped(self) -> bool:
        """Whether packets keep their phase to the radio's connection events, which hides the true delay."""
        return self.phase_gap_s >= TRAP_S

    @property
    def words(self) -> str:
        """What the user should know; empty when all is well, and while that is not known yet."""
        if not (self.is_trapped and self.is_settled):
            return ""
        late_ms = self.phase_gap_s * 1e3
        return f"times may be up to {late_ms:.0f} ms late; if this stays, choose another sample rate on the sensor"
