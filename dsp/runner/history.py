"""What the core knows of this runner's earlier runs."""

from __future__ import annotations

from dataclasses import dataclass

from dsp.records import Side


@dataclass(frozen=True, slots=True)
class PastRun:
    """One earlier run; None where it was not measured or not said.

    drop_*_deg, cadence_spm, contact_difference_ms  means (contact: left minus right)
    speed_mps    mean while running          duration_s  running time
    distance_m   metres                      exposure_m  flat-equivalent metres (`dsp.runner.exposure`)
    descent_m    metres lost in height
    onset_m      flat-equivalent metres at the first pain; None: no pain was reported in this run
    onset_distance_m  the same place in metres as they were run; None: not known
    days_ago     days between that run and this one
    worse        whether it was worse the next morning; None: not said
    """

    drop_excursion_left_deg: float | None = None
    drop_excursion_right_deg: float | None = None
    cadence_spm: float | None = None
    contact_difference_ms: float | None = None
    speed_mps: float | None = None
    duration_s: float | None = None
    distance_m: float | None = None
    exposure_m: float | None = None
    descent_m: float | None = None
    onset_m: float | None = None
    onset_distance_m: float | None = None
    days_ago: float = 0.0
    worse: bool | None = None

    @property
    def began_at_m(self) -> float | None:
        """Where the first pain was, as a runner's watch has it; an older run knows flat-equivalent metres only."""
        return self.onset_m if self.onset_distance_m is None else self.onset_distance_m

    def drop_excursion_deg(self, side: Side) -> float | None:
        """The mean drop excursion of one leg."""
        return self.drop_excursion_left_deg if side is Side.LEFT else self.drop_excursion_right_deg
