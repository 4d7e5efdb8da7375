"""What a runner reads about pain after a run: where each report was made, what such pain usually is, what to do next.

Health data: only for the runner's own terminal, never for a service's log (`is_own_terminal`).
"""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Sequence
from typing import TextIO

from dsp import texts
from dsp.cues.pain_noted import described
from dsp.records import PainReport
from dsp.runner.return_to_run import return_text
from dsp.runner.triage import SITES, Consequence, Kind, PainRule, Triage, hurts, kind_of, known_site, triage
from hub.text.summary_text import row

WIDTH = 78
NEAREST_M = 200.0
"""Pain that began earlier than this is too early to plan a next run as a part of that distance."""
MAX_LISTED = 2
"""Up to this many reports are listed one by one at the end of a run."""
FOR_THEN = "For the day of that run"
COMMAND = "stridecue pain "
ALL_OF_IT = "What it may be, and the next run:"
_ORDER = list(Consequence)


def is_own_terminal(out: TextIO) -> bool:
    """Return whether `out` is a terminal in front of the runner, rather than a log or a pipe that others may read."""
    return out.isatty()


def standing(reports: Sequence[PainReport]) -> list[PainReport]:
    """Return the reports that were not taken back, in their order."""
    retracted = {report.takes_back_ns for report in reports if report.takes_back_ns is not None}
    return [one for one in reports if one.takes_back_ns is None and not (hurts(one) and one.t_ns in retracted)]


def run_pain_text(
    reports: Sequence[PainReport], rule: PainRule, *, kept: bool, day: str | None = None, called: str = "stridecue"
) -> str:
    """Return the reports of a finished run, and what to do next about the most serious one; empty without reports.

    Short enough to fit a small terminal below the numbers; the command at its end (see `command`) gives the rest.

    kept    whether they are in the history, so that the next morning will be asked about
    day     for a replay, the day of that run (empty if unknown): its advice about "today" was for that day
    called  how the program is called on this machine
    """
    valid = standing(reports)
    worst = max((one for one in valid if hurts(one)), key=lambda one: weight(one, rule), default=None)
    listed = valid if worst is None or len(valid) <= MAX_LISTED else [worst]
    suffix = f"; the worst of {len(valid)}" if len(listed) < len(valid) else ""
    lines = [row("pain", f"{described(report)}{place(report)}{suffix}") for report in listed]
    if worst is not None:
        found = triage(worst, rule)
        lines += [f"  {FOR_THEN}{day and f', {day}'}:"] if day is not None else []
        for text in filter(None, (found.advice.replace(COMMAND, f"{called} pain "), found.see)):
            lines += textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")
        if kept:
            lines += _next_morning(called)
        began_m = [one.exposure_m for one in valid if hurts(one) and one.exposure_m is not None]
        lines += [f"  {texts.NOT_A_DIAGNOSIS} {ALL_OF_IT}", f"  {command(called, worst, min(began_m, default=None))}"]
    return "\n".join(lines)


def _next_morning(called: str) -> list[str]:
    """Return the question for the next morning; the command that answers it is whole, to be copied."""
    asks, _, words = texts.NEXT_MORNING_HOW.partition(COMMAND)
    question, answer = f"  Tomorrow morning: worse? {asks}", f"{called} pain {words}"
    return [question + answer] if len(question + answer) <= WIDTH else [question.rstrip(), f"  {answer}"]


def command(called: str, report: PainReport, exposure_m: float | None) -> str:
    """Return the command that shows everything about such pain; it stores nothing."""
    words = [called, "pain"] if report.level is None else [called, "pain", str(report.level)]
    site = known_site(report.site)
    if site is not None:  # an unknown site gets the answer for `other`
        known = site in SITES or kind_of(site) is not Kind.UNKNOWN
        words += ["--site", shlex.quote(site if known else "other")]
    words += ["--numb"] if report.numb else []
    words += ["--km", f"{exposure_m / 1000.0:.2f}"] if exposure_m is not None and exposure_m >= NEAREST_M else []
    return " ".join([*words, "--about"])


def advice(found: Triage, site: str | None, exposure_m: float | None) -> list[str]:
    """Return the full advice after a run: the rule, what such pain usually is, the next run, whom to see."""
    lines = [found.advice, found.about]
    if exposure_m is not None and exposure_m >= NEAREST_M and not found.stops_cues:
        lines.append(return_text(site, exposure_m))
    if found.see is not None:
        lines.append(found.see)
    return [*lines, *(texts.RED_FLAGS if found.stops_cues else ())]


def place(report: PainReport) -> str:
    """Return when and where in the run it was reported, as `, at 1:59 (320 m)`; empty if unknown."""
    if report.running_s is None:
        return ""
    minutes, seconds = divmod(round(report.running_s), 60)
    far = f" ({texts.distance(report.distance_m)})" if report.distance_m else ""
    return f", at {minutes}:{seconds:02d}{far}"


def weight(report: PainReport, rule: PainRule) -> tuple[int, int]:
    """Return a sort key for the seriousness of a report: its consequence first, then how much it hurts."""
    return _ORDER.index(triage(report, rule).consequence), -1 if report.level is None else report.level
