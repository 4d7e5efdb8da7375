"""After a run: add it to the history if there was enough running in it, and print its summary."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TextIO

from dsp.runner.history import PastRun
from dsp.runner.triage import PainRule
from hub.history.runs import FEWEST_STEPS, SHORTEST_S, RunCount, stored_run
from hub.history.schema import HistoryBusyError, HistoryError, is_held, patiently
from hub.history.store import History
from hub.outcome import Outcome
from hub.run.launch import Ended
from hub.settings.folders import program
from hub.terminal.terminal import echo_rows, try_echo
from hub.text.pain_text import is_own_terminal, run_pain_text
from hub.text.summary_text import VALUES_AT, row, summary_text

KEEPING = "Waiting to store this run: another program is writing the history; Ctrl-C shortens the wait"
COUNTS = "added: later runs are compared with this one"
_LOG = logging.getLogger("stridecue.history")


def tell_summary(ended: Ended, history: Sequence[PastRun], count: RunCount) -> None:
    """Print the summary of a finished run next to earlier runs; nothing if it has none.

    A coach's messages are cues too for the runner who heard them: `count` includes them, the core's summary does not.
    """
    outcome = ended.outcome
    if outcome.summary is not None:
        own, heard = is_own_terminal(sys.stdout), replace(outcome.summary, cues=count.cues)
        text = summary_text(heard, history, running_s=outcome.running_s, marks=outcome.marks, own_terminal=own)
        echo_rows(f"\n{text}", sys.stdout, VALUES_AT)


def tell_pain(
    outcome: Outcome, rule: PainRule, out: TextIO, *, kept: bool, day: str | None = None, first: str = ""
) -> None:
    """Print the pain reported in a finished run, on the runner's own terminal only; see `run_pain_text`.

    first  line to print before it
    """
    text = run_pain_text(outcome.pains, rule, kept=kept, day=day, called=program()) if is_own_terminal(out) else ""
    if text:
        echo_rows(f"{first}\n{text}" if first else text, out, 2)


def keep(
    ended: Ended,
    history: History,
    runner: str,
    count: RunCount,
    when_added: str = COUNTS,
    *,
    surface: str | None = None,
    knew_plan: bool = True,
) -> str:
    """Add a run to the history and return the summary row about it: `when_added`, or why not.

    knew_plan  False: the runner's plan could not be read before the run, so that this run's plan is not stored

    Prints nothing but that it waits: a run is stored before anything is printed, for the terminal may be gone.
    """
    outcome = ended.outcome
    if outcome.summary is None:
        return ""
    recording = str(outcome.files[0]) if outcome.files else None
    started = ended.session.started_utc or ""
    run = stored_run(
        runner, started, outcome.summary, recording, running_s=outcome.running_s, count=count, surface=surface
    )
    if run is None:
        too_short = f"less than {SHORTEST_S:.0f} s of running, or fewer than {FEWEST_STEPS} steps and no distance"
        return row("history", f"not added: {too_short}")
    if is_held(history.path):
        try_echo(f"{KEEPING} ({history.path})", ended.out)
    added, outcome.unkept = False, True
    try:
        patiently(lambda: history.add(run), ended.in_a_hurry)
        added = True
        if knew_plan:
            patiently(lambda: history.keep_plan(runner, outcome.plan, started), ended.in_a_hurry)
    except HistoryError as error:
        _LOG.error("run not stored completely: %s", error)
        return row("history", _not_stored(error, history, added=added))
    outcome.unkept = False
    return row("history", when_added)


def _not_stored(error: HistoryError, history: History, *, added: bool) -> str:
    """Say what is missing and why; not to try again, because a run cannot be added later."""
    why = f"{history.path}: another program was writing it" if isinstance(error, HistoryBusyError) else str(error)
    if added:
        return f"added; the retraining plan stays as it was before this run: {why}"
    return f"NOT added, so later runs are not compared with this one: {why}"
