"""Earlier runs of this runner, as far as the core uses them."""

from __future__ import annotations

from dataclasses import dataclass

from dsp.records import Side


@dataclass(frozen=True, slots=True)
class PastRun:
    """One earlier run; None where a value was not measured or not reported.

    drop_excursion_*_deg   mean drop excursion in left and right stance
    cadence_spm            as in the run's summary
    contact_difference_ms  mean, left minus right
    speed_mps              mean while running
    duration_s             running time
    distance_m             distance
    exposure_m             flat-equivalent metres (`dsp.runner.exposure`)
    descent_m              height lost
    onset_m                flat-equivalent metres at the first pain; None: no pain was reported in this run
    onset_distance_m       the same place as plain distance; None: not known
    days_ago               days between that run and this one
    worse                  whether the pain was worse the next morning; None: not stated
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
        """Distance at the first pain, as a runner's watch shows it; flat-equivalent in older runs without it."""
        return self.onset_m if self.onset_distance_m is None else self.onset_distance_m

    def drop_excursion_deg(self, side: Side) -> float | None:
        """Return the mean drop excursion of one leg, deg."""
        return self.drop_excursion_left_deg if side is Side.LEFT else self.drop_excursion_right_deg
