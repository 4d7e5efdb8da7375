"""Properties of a whole run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dsp.runner.triage import PainRule


@dataclass(frozen=True, slots=True)
class RunInfo:
    """Properties that stay the same for a whole run.

    instance       distinguishes this hub from another one with the same runner
    unix_zero_ns   Unix ns of `t_ns = 0`: the one place where wall time enters
    t0_ns          timestamp of `t_s = 0`
    earlier_runs   number of runs this one is compared with
    pain_rule      up to how much pain a run may continue
    shares_onset   whether the states of `onset` are published to others
    """

    runner: str
    instance: str
    source: Literal["live", "replay", "demo"]
    unix_zero_ns: int
    t0_ns: int
    earlier_runs: int = 0
    pain_rule: PainRule = PainRule.TREK
    shares_onset: bool = True

    @property
    def is_replay(self) -> bool:
        """Whether the items come from a recording instead of arriving now."""
        return self.source == "replay"
