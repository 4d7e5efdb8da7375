"""What is said and asked before a run: whether it was worse this morning, how far today, why cues are off."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from dsp import texts
from dsp.cues.pain_noted import described
from dsp.records import PainReport, Side
from dsp.runner.history import PastRun
from dsp.runner.plan import Plan
from dsp.runner.return_to_run import RETURN_DAYS, cap_today
from dsp.thresholds.onset import Onset
from hub.history.runs import StoredPain, days_between
from hub.history.store import History
from hub.messages.wire import utc
from hub.text.pain_text import is_own_terminal

COUNTS_TODAY = " Today's plan counts it."
ASK_FROM_DAYS, ASK_TO_DAYS = 0.25, 3.0
"""The next morning, and the two after it: later nobody remembers."""


def unanswered(history: History, runner: str, now: datetime | None = None) -> str | None:
    """Give the start of the newest run that hurt and whose next morning is not known yet; raises HistoryError."""
    now = now or datetime.now(UTC)
    answered = history.mornings(runner)
    for pain in reversed(history.pains(runner)):
        if pain.started_utc is None or not pain.hurts or pain.started_utc in answered:
            continue
        if ASK_FROM_DAYS <= days_between(pain.started_utc, now) <= ASK_TO_DAYS:
            return pain.started_utc
    return None


def answer_morning(history: History, runner: str, started_utc: str, *, worse: bool) -> str:
    """Keep the answer and give what follows from it; raises HistoryError."""
    history.add_morning(runner, started_utc, now_utc(), worse=worse)
    return texts.WORSE if worse else texts.NOT_WORSE


def ask_next_morning(history: History, runner: str) -> None:
    """Ask on the runner's own terminal; raises HistoryError. In the log of a service not even the question stands."""
    started = unanswered(history, runner)
    if started is None or not is_own_terminal(sys.stdout):
        return
    question = texts.NEXT_MORNING.format(when=started[:10])
    if not sys.stdin.isatty():
        print(f"{question} {texts.NEXT_MORNING_HOW}", flush=True)
        return
    try:
        answer = input(f"{question} [y/n, Enter: later] ").strip().lower()
    except EOFError:
        return
    if answer[:1] in {"y", "n"}:
        print(answer_morning(history, runner, started, worse=answer[:1] == "y"), flush=True)


def before_run(history: History, runner: str, past: Sequence[PastRun], plan: Plan) -> list[str]:
    """Give the lines before a run, for the runner's own terminal only: they tell of pain; raises HistoryError."""
    reported = "" if plan.held else reported_last(history, runner, plan)  # else it is named below
    lines = [reported] if reported else []
    if plan.held:
        reasons = [pain for pain in history.pains(runner) if pain.hurts or pain.numb]
        if reasons:
            lines.append(texts.HELD.format(what=short(reasons[-1]), when=reasons[-1].said_utc[:10]))
    cap = cap_today(past, Onset(past).safe_m)
    if cap is not None:
        lines.append(texts.CAP_TODAY.format(cap=texts.distance(cap.exposure_m), why=cap.why))
    return lines


def reported_last(history: History, runner: str, plan: Plan, now: datetime | None = None) -> str:
    """Say in a line what was reported in the last run or since, for the runner's own eyes; raises HistoryError.

    Empty when nothing hurt then, or it is longer ago than what is reported counts on the way back (`RETURN_DAYS`).
    """
    reported = [pain for pain in history.pains(runner) if pain.hurts or pain.numb]
    newest = history.newest(runner, 1)
    since = newest[0].started_utc if newest else ""
    lately = [pain for pain in reported if (pain.started_utc or pain.said_utc) >= since]
    if not lately or days_between(lately[-1].said_utc, now or datetime.now(UTC)) > RETURN_DAYS:
        return ""
    worst = max(lately, key=lambda pain: -1 if pain.level is None else pain.level)
    side = None if worst.side is None else Side(worst.side)
    what = described(PainReport(0, worst.level, worst.site, side, None, worst.numb))
    more = f", the worst of {len(lately)}" if len(lately) > 1 else ""
    counts = plan.held or any(pain.exposure_m is not None for pain in lately)
    return f"Reported last time ({worst.said_utc[:10]}): {what}{more}.{COUNTS_TODAY if counts else ''}"


def short(pain: StoredPain) -> str:
    """Give a report in a few words."""
    parts = [" ".join(word for word in (pain.side, pain.site or "pain") if word)]
    if pain.numb:
        parts.append("numbness or tingling")
    return " with ".join(parts)


def now_utc() -> str:
    """Tell the time, as it is stored."""
    return utc(round(datetime.now(UTC).timestamp() * 1e9))
