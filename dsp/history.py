"""What the core knows of this runner's earlier runs."""

from __future__ import annotations

from dataclasses import dataclass

from dsp.records import Side


@dataclass(frozen=True, slots=True)
class PastRun:
    """Means of one earlier run; None where it was not measured."""

    drop_excursion_left_deg: float | None = None
    drop_excursion_right_deg: float | None = None
    cadence_spm: float | None = None

    def drop_excursion_deg(self, side: Side) -> float | None:
        """The mean drop excursion of one leg."""
        return self.drop_excursion_left_deg if side is Side.LEFT else self.drop_excursion_right_deg
