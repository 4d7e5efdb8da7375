"""The gait retraining plan: today's target cadence, how much of the run is guided, and what the next session brings.

Faded feedback (sources 4): retention needs feedback that is withdrawn over the second half; constant feedback and none
are both worst (PMC7083994); eight sessions outdoors at +7.5 % were retained at 30 days (Willy 2016). Guided time
therefore shrinks over eight sessions, the silent stretches in between probe what has been learned, and after the eighth
there is no guidance unless a probe shows that it was lost. Targets rise +5 -> +7.5 -> +10 % (Heiderscheit 2011) only
when the silent probe was on target.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

TARGETS = (0.05, 0.075, 0.10)
"""Target cadences, as shares above own cadence."""
GUIDED = (1.0, 1.0, 0.8, 0.65, 0.5, 0.35, 0.2, 0.1)
"""Share of each stretch that is guided, by session; the exact steps are ours."""
STRETCH_S = 300.0
"""Running time in which guided and silent time alternate once."""
WARM_S = 180.0
"""Warm-up: nothing is taught while people settle into their run."""
SESSION_S = 600.0
"""Minimum running time of a session."""
ON_TARGET = 0.7
"""Share of silent seconds on target from which the target rises ..."""
LOST = 0.4
"""... and below which a finished plan starts guiding again, at session REFRESH."""
REFRESH = 5
SESSIONS_AT_TARGET = 2
"""Sessions at a target before it may rise."""


class Volume(StrEnum):
    """How many cues the runner wants."""

    LESS = "less"
    USUAL = "usual"
    MORE = "more"

    def step(self, by: int) -> Volume:
        """Return the volume `by` steps up (down if negative), limited to the ends."""
        steps = list(Volume)
        return steps[min(max(steps.index(self) + by, 0), len(steps) - 1)]

    @property
    def rank(self) -> str:
        """Its place among all volumes: `2 of 3`."""
        steps = list(Volume)
        return f"{steps.index(self) + 1} of {len(steps)}"


@dataclass(frozen=True, slots=True)
class Plan:
    """State of the retraining plan, stored between runs by field name.

    sessions         sessions done, up to eight
    goal             index in TARGETS
    at_goal          sessions done at this target
    own_cadence_spm  cadence before the plan began; None: not known yet
    own_speed_mps    mean speed that goes with it; None: not known
    volume           how many cues the runner wants
    muted            no cues in this run
    on_hold          no target cadence for now (calf or Achilles pain)
    held             no cues at all until a clinician has looked at what was reported
    """

    sessions: int = 0
    goal: int = 0
    at_goal: int = 0
    own_cadence_spm: float | None = None
    own_speed_mps: float | None = None
    volume: Volume = Volume.USUAL
    muted: bool = False
    on_hold: bool = False
    held: bool = False

    @property
    def guided(self) -> float:
        """Share of this session that is guided."""
        return GUIDED[self.sessions] if self.sessions < len(GUIDED) else 0.0

    def guides(self, running_s: float) -> bool:
        """Whether this second of the run is guided; else it is a silent probe (or warm-up)."""
        if running_s < WARM_S or self.muted or self.held:
            return False
        return (running_s - WARM_S) % STRETCH_S < self.guided * STRETCH_S

    def after(self, running_s: float, on_target: float | None) -> Plan:
        """Return the plan for the next run.

        running_s  running time of this run
        on_target  share of its silent seconds on target, 0-1; None: too few of them
        """
        if running_s < SESSION_S or self.own_cadence_spm is None or self.on_hold:
            return self
        done = replace(self, sessions=min(self.sessions + 1, len(GUIDED)), at_goal=self.at_goal + 1)
        if on_target is None:
            return done
        if self.sessions >= len(GUIDED) and on_target < LOST:
            return replace(done, sessions=REFRESH, at_goal=0)
        if on_target >= ON_TARGET and done.at_goal >= SESSIONS_AT_TARGET and done.goal < len(TARGETS) - 1:
            return replace(done, goal=done.goal + 1, at_goal=0)
        return done
