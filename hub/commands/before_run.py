"""Questions and messages before a run: whether it was worse this morning, today's distance cap, why cues are off."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from dsp import texts
from dsp.cues.pain_noted import described
from dsp.records import PainReport, Side
from dsp.runner.history import PastRun
from dsp.runner.plan import Plan
from dsp.runner.return_to_run import RETURN_DAYS, cap_today, return_cap
from dsp.runner.triage import PainRule, hurts, known_site, triage
from dsp.thresholds.onset import Onset
from hub.history.runs import StoredPain, days_between
from hub.history.store import History
from hub.messages.wire import utc
from hub.settings.folders import as_typed
from hub.terminal.terminal import echo
from hub.terminal.wrapping import wrap_words
from hub.text.pain_text import is_own_terminal, weight

COUNTS_TODAY = " Today's plan counts it."
ASK_FROM_DAYS, ASK_TO_DAYS = 0.25, 3.0
"""Days after a painful run on which the next-morning question is asked: later nobody remembers."""


def unanswered(history: History, runner: str, now: datetime | None = None) -> str | None:
    """Return the start of the newest painful run whose next morning is unanswered, or None; raises HistoryError."""
    now = now or datetime.now(UTC)
    answered = history.mornings(runner)
    for pain in reversed(history.pains(runner)):
        if pain.started_utc is None or not pain.hurts or pain.started_utc in answered:
            continue
        if ASK_FROM_DAYS <= days_between(pain.started_utc, now) <= ASK_TO_DAYS:
            return pain.started_utc
    return None


def answer_morning(history: History, runner: str, started_utc: str, *, worse: bool) -> str:
    """Store the answer and return the advice that follows from it; raises HistoryError."""
    history.add_morning(runner, started_utc, now_utc(), worse=worse)
    return texts.WORSE if worse else texts.NOT_WORSE


def ask_next_morning(history: History, runner: str) -> None:
    """Ask the next-morning question, on the runner's own terminal and in no log; raises HistoryError."""
    started = unanswered(history, runner)
    if started is None or not is_own_terminal(sys.stdout):
        return
    question = texts.NEXT_MORNING.format(when=started[:10])
    if not sys.stdin.isatty():
        echo(f"{question} {as_typed(texts.NEXT_MORNING_HOW)}")
        return
    try:
        answer = input(wrap_words(f"{question} [y/n, Enter: later]", sys.stdout) + " ").strip().lower()
    except EOFError:
        return
    if answer[:1] in {"y", "n"}:
        echo(answer_morning(history, runner, started, worse=answer[:1] == "y"))


def before_run(
    history: History, runner: str, past: Sequence[PastRun], plan: Plan, rule: PainRule, reported: str
) -> list[str]:
    """Return the lines to print before a run, only on the runner's own terminal: they reveal pain; raises HistoryError.

    reported  what `reported_last` returned
    """
    lines = [reported] if reported and not plan.held else []  # else it is named below
    if plan.held:
        reason = _reason_to_hold(history.pains(runner), rule)
        held = texts.HELD_SHORT if reason is None else texts.HELD.format(what=short(reason), when=reason.said_utc[:10])
        lines.append(as_typed(held))
    cap = cap_today(past, Onset(past).safe_m)
    if cap is not None:
        lines.append(texts.CAP_TODAY.format(cap=texts.distance(cap.exposure_m), why=cap.why))
    return lines


def reported_last(
    history: History, runner: str, past: Sequence[PastRun], plan: Plan, rule: PainRule, now: datetime | None = None
) -> str:
    """Return a line with the pain reported in the last run or since, for the runner only; raises HistoryError.

    Empty when nothing hurt then, or when the report is too old to count for the return to running (`RETURN_DAYS`).
    """
    newest = history.newest(runner, 1)
    since = newest[0].started_utc if newest else ""
    recent = [pain for pain in history.pains(runner) if hurts(as_report(pain))]
    recent = [pain for pain in recent if (pain.started_utc or pain.said_utc) >= since]
    if not recent or days_between(recent[-1].said_utc, now or datetime.now(UTC)) > RETURN_DAYS:
        return ""
    worst = _worst(recent, rule)
    more = f", the worst of {len(recent)}" if len(recent) > 1 else ""
    counts = COUNTS_TODAY if _counts_today(worst, recent, past, plan, rule) else ""
    return f"Reported last time ({worst.said_utc[:10]}): {described(as_report(worst))}{more}.{counts}"


def _counts_today(
    worst: StoredPain, recent: Sequence[StoredPain], past: Sequence[PastRun], plan: Plan, rule: PainRule
) -> bool:
    """Whether the report changes today's run: no cues, no target cadence, or a cap from where that run hurt."""
    said = as_report(worst)
    if plan.held and triage(said, rule).stops_cues:
        return True
    if plan.on_hold and known_site(said.site) == "calf or Achilles":
        return True
    capped = [pain.started_utc for pain in recent if pain.started_utc and pain.hurts and pain.exposure_m is not None]
    return bool(capped) and worst.hurts and worst.started_utc == max(capped) and return_cap(past) is not None


def _reason_to_hold(pains: Sequence[StoredPain], rule: PainRule) -> StoredPain | None:
    """Find why cues are off: the worst report among those that stop cues, of the newest run that has one."""
    stopping = [pain for pain in pains if hurts(as_report(pain)) and triage(as_report(pain), rule).stops_cues]
    if not stopping:
        return None
    return _worst([pain for pain in stopping if pain.started_utc == stopping[-1].started_utc], rule)


def _worst(pains: Sequence[StoredPain], rule: PainRule) -> StoredPain:
    return max(pains, key=lambda pain: weight(as_report(pain), rule))


def as_report(pain: StoredPain) -> PainReport:
    """Return a stored report as a record, without its note and its place in the run."""
    side = None if pain.side is None else Side(pain.side)
    return PainReport(0, pain.level, pain.site, side, None, pain.numb)


def short(pain: StoredPain) -> str:
    """Describe a report in a few words."""
    parts = [" ".join(word for word in (pain.side, pain.site or "pain") if word)]
    if pain.numb:
        parts.append("numbness or tingling")
    return " with ".join(parts)


def now_utc() -> str:
    """Return the current time in UTC, as it is stored."""
    return utc(round(datetime.now(UTC).timestamp() * 1e9))
