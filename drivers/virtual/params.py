"""Parameters of a virtual runner: gait, fatigue and sensor errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from drivers.virtual.imu_errors import ImuErrors
from dsp.records import Side
from dsp.signals import Placement

_NO_MOUNTS: Mapping[Placement, tuple[float, float, float]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RunnerParams:
    """Parameters of a virtual runner, which determine it completely.

    seed                      random seed
    standing_s                quiet standing before the run; the first contact is 0.7 s later
    stops_at_s                time at which the runner stands again; None = never
    ramp_s                    duration of a change of speed, including the start
    speed_mps, surges         speed, and later changes of it as (time s, m/s)
    cadence_spm               steps per minute at that speed (both feet)
    contact_s                 ground contact time at that speed; None = typical for speed and cadence
    strike_deg                strike angle, + toes up: 15 heel strike, 0 midfoot
    incline_pct               constant incline of the ground
    treadmill                 True: the belt moves; False: over ground (the runner's body accelerates with speed)
    step_time_cv              coefficient of variation of step time (runners: 1-2 %)
    contact_sd_s              standard deviation of contact time
    step_asymmetry            relative deviation from the mean of step time after a left contact
    drop_excursion_deg        mean contralateral drop excursion of both sides, fresh (runners: 3-7 deg)
    drop_asymmetry_deg        drop excursion, left minus right
    drop_sd_deg               step-to-step standard deviation (seen in 24 runner-sides: 0.3-0.8 deg, white)
    drop_wander_deg           amplitude of the slow variation over minutes
    standing_obliquity_deg    pelvic obliquity while standing, which is rarely 0
    running_obliquity_deg     mean pelvic obliquity while running, which differs
    standing_tilt_deg, running_tilt_deg   anterior pelvic tilt (runners: 6-12 deg while running)
    tires_from_s, tires_over_s            start and duration of the linear growth of fatigue
    tired_side, tired_drop_deg            stance side whose drop increases, and by how much when fully tired
    tired_cadence_pct, tired_contact_pct  change of cadence and contact time when fully tired
    errors                    errors of every IMU; None = ideal sensors in the body's axes
    mounts_deg                fixed mounting (roll, pitch, yaw) by placement, instead of the random one of `errors`
    """

    seed: int = 1
    standing_s: float = 6.0
    stops_at_s: float | None = None
    ramp_s: float = 3.0
    speed_mps: float = 3.0
    surges: tuple[tuple[float, float], ...] = ()
    cadence_spm: float = 170.0
    contact_s: float | None = None
    strike_deg: float = 15.0
    incline_pct: float = 0.0
    treadmill: bool = True
    step_time_cv: float = 0.012
    contact_sd_s: float = 0.006
    step_asymmetry: float = 0.005
    drop_excursion_deg: float = 5.0
    drop_asymmetry_deg: float = 0.6
    drop_sd_deg: float = 0.6
    drop_wander_deg: float = 0.15
    standing_obliquity_deg: float = 0.6
    running_obliquity_deg: float = -0.3
    standing_tilt_deg: float = 4.0
    running_tilt_deg: float = 8.0
    tires_from_s: float = 40.0
    tires_over_s: float = 40.0
    tired_side: Side = Side.LEFT
    tired_drop_deg: float = 4.0
    tired_cadence_pct: float = -1.5
    tired_contact_pct: float = 3.0
    errors: ImuErrors | None = field(default_factory=ImuErrors)
    mounts_deg: Mapping[Placement, tuple[float, float, float]] = field(default_factory=lambda: _NO_MOUNTS)
