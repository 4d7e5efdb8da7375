"""The outcome of a run: its summary, what was reported in it, and what was lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from dsp.records import Mark, PainReport, Summary
from dsp.runner.plan import Plan


@dataclass(slots=True)
class Outcome:
    """The outcome of a run.

    running_s    time spent running, without pauses
    marks        the moments marked during the run, oldest first
    pains        the pain reports and retractions, oldest first; for the runner only
    files        the recordings
    silent       no sensor sent anything
    unkept       the history did not store all of it
    unrecorded   number of packets missing in `files`
    losses       number of dropped items by the name of the queue or sink
    plan         the retraining plan for the next run
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
