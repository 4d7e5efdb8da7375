"""The numbers of the dashboard, each described once: tile, unit, captions and help text derive from here."""

from __future__ import annotations

from dataclasses import dataclass

from dsp.cues.quick_steps import BAND_SPM
from dsp.records import Side

KMH_PER_MPS = 3.6


@dataclass(frozen=True, slots=True)
class Reading:
    """One number on the screen.

    key             field of the metrics message
    title           what it is, in a few words
    title_short     the same for a narrow tile: hip drop with its leg, and without the unit
    unit            shown dimmed next to the title
    below           caption under the number: the unit in words, or the leg it belongs to
    below_short     the same for a tile of 20 columns
    below_shortest  the same for a tile of 15 columns, where `below_short` is still too long
    decimals        digits after the point, no more than the measurement deserves
    factor          converts the unit of the message to the unit shown
    meaning         plain words for the help
    target          field of the target value, if any
    target_slack    how far below the target still counts as on target, in the unit of the message
    usual           field of the runner's usual value, if any
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
    target: str = ""
    target_slack: float = 0.0
    usual: str = ""
    title_short: str = ""
    below_shortest: str = ""

    def target_text(self, value: float | None, target: float) -> str:
        """Return the caption of the target, with a mark for whether `value` has reached it."""
        mark = "" if value is None else "✓ " if self.on_target(value, target) else "↑ "
        return f"{mark}target {self.text(target)}"

    def on_target(self, value: float, target: float) -> bool:
        """Return whether `value` is within `target_slack` of the target, or above it."""
        return value >= target - self.target_slack

    def text(self, value: float) -> str:
        """Format a value in the unit of the message as it is shown."""
        return f"{value * self.factor:.{self.decimals}f}"


_DROP = (
    "Hip drop: how far your hip sinks, in degrees, on the side whose foot is in the air while you stand on the other "
    "leg. 'On left leg', or 'on L leg', means you stand on your left leg and your right hip sinks. The number is the "
    "median of the last ten landings on that leg. Cues describe it as your belt tipping. 1 to 9 degrees have been seen "
    "in healthy runners, so one number alone says little. What counts is the change from your usual, which is shown "
    "below the number once it is known: the mean of your earlier runs or, if there are none, of the first minutes of "
    "this one. Your limit is your usual plus your normal variation from run to run, at least 1 degree; it may well be "
    "below 9."
)
_CONTACT = "Contact: how long a foot stays on the ground, in milliseconds. It often gets longer as you tire."

READINGS = (
    Reading(
        "cadence_spm",
        "Cadence",
        "",
        "steps per minute",
        "steps/min",
        0,
        "Cadence: steps per minute, both feet counted. A few percent more than your usual takes load off knees and "
        "hips.",
        target="cadence_target_spm",
        target_slack=BAND_SPM,
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
"""In tile order: in a grid of four columns the numbers of one side share a column."""
