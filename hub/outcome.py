"""How a run ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from dsp.records import Mark, PainReport, Summary
from dsp.runner.plan import Plan


@dataclass(slots=True)
class Outcome:
    """How a run ended; `losses` names what was dropped where.

    running_s    time spent running, pauses left out
    marks        the moments that somebody marked, oldest first
    pains        what was reported, and what was taken back, the same: for the runner only
    silent       no sensor sent anything
    unkept       the history did not take all of it in
    unrecorded   packets that are missing in `files`
    plan         of retraining, for the next run
    """

    summary: Summary | None = None
    running_s: float = 0.0
    marks: tuple[Mark, ...] = ()
    pains: tuple[PainReport, ...] = ()
    files: list[Path] = field(default_factory=list)
    silent: bool = False
    unkept: bool = False
    unrecorded: int = 0
    losses: dict[str, int] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)
