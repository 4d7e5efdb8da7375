"""The numbers of the dashboard, each described once: tile, unit, words and help follow from here."""

from __future__ import annotations

from dataclasses import dataclass

from dsp.cues.quick_steps import BAND_SPM
from dsp.records import Side

KMH_PER_MPS = 3.6


@dataclass(frozen=True, slots=True)
class Reading:
    """One number on the screen.

    key       field of the metrics message
    title     what it is, short
    title_short  the same where there is less room: for hip drop with the leg, and without the unit
    unit      muted beside the title
    below     what it says about, under the number: unit in words, or the foot it belongs to
    below_short  the same for a tile of 20 columns
    below_shortest  and for one of 15, where that is still too long
    decimals  digits after the point, no more than the measurement deserves
    factor    wire unit to shown unit
    meaning   plain words for the help
    aim       field of the value to aim at, where there is one; `aim_slack`: this far below it is on target
    usual     field of the value that is usual for this runner, where there is one
    """

    key: str
    title: str
    unit: str
    below: str
    below_short: str
    decimals: int
    meaning: str
    factor: float = 1.0
    side: Side | None = None
    aim: str = ""
    aim_slack: float = 0.0
    usual: str = ""
    title_short: str = ""
    below_shortest: str = ""

    def aim_text(self, value: float | None, aim: float) -> str:
        """Write what to aim at, and whether `value` is there."""
        mark = "" if value is None else "✓ " if self.on_target(value, aim) else "↑ "
        return f"{mark}aim {self.text(aim)}"

    def on_target(self, value: float, aim: float) -> bool:
        """Tell whether `value` is where it should be."""
        return value >= aim - self.aim_slack

    def text(self, value: float) -> str:
        """Write a value of the wire as it is shown."""
        return f"{value * self.factor:.{self.decimals}f}"


_DROP = (
    "Hip drop: how far your hip sinks on the side whose foot is in the air, in degrees, while you stand on the other "
    "one. 'On left leg', or on L leg, means that you stand on your left leg and the right hip sinks. The number is the "
    "median of the last ten landings on that leg. Cues say that your belt tips. 1 to 9 degrees are seen in healthy "
    "runners, so one number alone says little; what counts is the change from what is usual for you, which stands "
    "below it once it is known: the mean of your earlier runs, or without them of the first minutes of this one. Your "
    "limit is your usual and what you differ from run to run, at least 1 degree: it may well be below 9."
)
_CONTACT = "Contact: how long a foot stays on the ground, in milliseconds. It often grows when you tire."

READINGS = (
    Reading(
        "cadence_spm",
        "Cadence",
        "",
        "steps per minute",
        "steps/min",
        0,
        "Cadence: steps per minute, both feet counted. A few percent more than your usual unloads knees and hips.",
        aim="cadence_target_spm",
        aim_slack=BAND_SPM,
    ),
    Reading(
        "drop_excursion_left_deg",
        "Hip drop on left leg",
        "°",
        "last ten landings",
        "last 10",
        1,
        _DROP,
        side=Side.LEFT,
        usual="drop_excursion_baseline_left_deg",
        title_short="Drop on L leg",
    ),
    Reading(
        "drop_excursion_right_deg",
        "Hip drop on right leg",
        "°",
        "last ten landings",
        "last 10",
        1,
        _DROP,
        side=Side.RIGHT,
        usual="drop_excursion_baseline_right_deg",
        title_short="Drop on R leg",
    ),
    Reading(
        "heart_rate_bpm",
        "Heart rate",
        "",
        "beats per minute",
        "beats/min",
        0,
        "Heart rate: beats per minute, from your strap.",
        title_short="Heart",
    ),
    Reading(
        "speed_mps",
        "Speed",
        "",
        "km/h",
        "km/h",
        1,
        "Speed: kilometres per hour, from the pod, the treadmill or a shoe sensor.",
        factor=KMH_PER_MPS,
    ),
    Reading(
        "contact_left_ms",
        "Contact",
        "ms",
        "on your left leg",
        "on left leg",
        0,
        _CONTACT,
        side=Side.LEFT,
    ),
    Reading(
        "contact_right_ms",
        "Contact",
        "ms",
        "on your right leg",
        "on right leg",
        0,
        _CONTACT,
        side=Side.RIGHT,
    ),
    Reading(
        "flight_ms",
        "Flight",
        "ms",
        "both feet in the air",
        "in the air",
        0,
        "Flight: milliseconds between one foot leaving the ground and the other landing.",
        below_shortest="in air",
    ),
)
"""Left and right stand below each other in a grid of four columns."""
