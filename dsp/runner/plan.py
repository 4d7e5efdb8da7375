"""The retraining plan: what the goal is today, how much of the run is guided, and what comes next session.

Faded feedback (sources 4): retention needs feedback that is withdrawn over the second half; constant feedback and none
are both worst (PMC7083994); eight sessions outdoors at +7.5 % were kept at 30 days (Willy 2016). Guided time therefore
shrinks over eight sessions, silent stretches in between are the probe of what has been learned, and after the eighth
the runner is left alone unless the probe says that it is lost. Goals rise +5 -> +7.5 -> +10 % (Heiderscheit 2011) only
when the silent probe was on target.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

GOALS = (0.05, 0.075, 0.10)
GUIDED = (1.0, 1.0, 0.8, 0.65, 0.5, 0.35, 0.2, 0.1)
"""Share of each stretch that is guided, session by session; the exact steps are ours."""
STRETCH_S = 300.0
"""Guided and silent time alternate within this much running."""
WARM_S = 180.0
"""Nothing is taught while people settle into their run."""
SESSION_S = 600.0
"""Less running is no session."""
ON_TARGET = 0.7
"""Share of silent seconds in the band that lets the goal rise ..."""
LOST = 0.4
"""... and under which a finished plan takes up guiding again, at REFRESH."""
REFRESH = 5
SESSIONS_AT_GOAL = 2


class Volume(StrEnum):
    """How many cues the runner wants."""

    LESS = "less"
    USUAL = "usual"
    MORE = "more"

    def step(self, by: int) -> Volume:
        """Give what is `by` steps louder; beyond the ends there is nothing."""
        steps = list(Volume)
        return steps[min(max(steps.index(self) + by, 0), len(steps) - 1)]

    @property
    def rank(self) -> str:
        """Say which step of how many it is."""
        steps = list(Volume)
        return f"{steps.index(self) + 1} of {len(steps)}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Kept between runs. `own_*`: cadence and speed before the plan began, None until they are known.

    sessions  done, of eight       goal      index in GOALS
    at_goal   sessions at it       on_hold   the goal is put aside (calf or Achilles pain)
    held      no cues at all: what was reported must be looked at first
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
        """The plan for the next run, after one with so much running and this share of silent seconds on target."""
        if running_s < SESSION_S or self.own_cadence_spm is None or self.on_hold:
            return self
        done = replace(self, sessions=min(self.sessions + 1, len(GUIDED)), at_goal=self.at_goal + 1)
        if on_target is None:
            return done
        if self.sessions >= len(GUIDED) and on_target < LOST:
            return replace(done, sessions=REFRESH, at_goal=0)
        if on_target >= ON_TARGET and done.at_goal >= SESSIONS_AT_GOAL and done.goal < len(GOALS) - 1:
            return replace(done, goal=done.goal + 1, at_goal=0)
        return done
