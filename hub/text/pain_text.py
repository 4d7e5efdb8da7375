"""What a runner reads about pain after a run: each report with its place, what such pain usually is, what comes next.

Health data: only for the runner's own terminal, never for the log of a service (`is_own_terminal`).
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
"""Pain that began earlier has no distance that a part of would be a run."""
MOST_NAMED = 2
"""Reports that are told one by one at the end of a run."""
FOR_THEN = "For the day of that run"
ALL_OF_IT = "What it may be, and the next run:"
_ORDER = list(Consequence)


def is_own_terminal(out: TextIO) -> bool:
    """Whether what is written there is read by the runner now, and not kept in a log or a pipe for others."""
    return out.isatty()


def standing(reports: Sequence[PainReport]) -> list[PainReport]:
    """Leave out what was taken back, in the order in which it was said."""
    gone = {report.takes_back_ns for report in reports if report.takes_back_ns is not None}
    return [one for one in reports if one.takes_back_ns is None and not (hurts(one) and one.t_ns in gone)]


def run_pain_text(
    reports: Sequence[PainReport], rule: PainRule, *, kept: bool, day: str | None = None, called: str = "stridecue"
) -> str:
    """Tell the reports of a run that is over, and what to do next about the one that weighs most; empty without any.

    Short, so that it fits a small terminal with the numbers above it; `command` gives the rest.

    kept    they are in the history, so the next morning is asked about
    day     of an earlier run that is played again, empty where it is not known: what it says of today was for then
    called  the program, as it can be typed here
    """
    told = standing(reports)
    worst = max((one for one in told if hurts(one)), key=lambda one: weight(one, rule), default=None)
    named = told if worst is None or len(told) <= MOST_NAMED else [worst]
    left = f"; the worst of {len(told)}" if len(named) < len(told) else ""
    lines = [row("pain", f"{described(report)}{place(report)}{left}") for report in named]
    if worst is not None:
        found = triage(worst, rule)
        lines += [f"  {FOR_THEN}{day and f', {day}'}:"] if day is not None else []
        for text in filter(None, (found.advice, found.see)):
            lines += textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")
        if kept:
            lines.append(f"  Tomorrow morning: worse? {texts.NEXT_MORNING_HOW}")
        where = [one.exposure_m for one in told if hurts(one) and one.exposure_m is not None]
        lines += [f"  {texts.NOT_A_DIAGNOSIS} {ALL_OF_IT}", f"  {command(called, worst, min(where, default=None))}"]
    return "\n".join(lines)


def command(called: str, report: PainReport, exposure_m: float | None) -> str:
    """Write what to type for all that can be said about such pain: it keeps nothing."""
    words = [called, "pain"] if report.level is None else [called, "pain", str(report.level)]
    site = known_site(report.site)
    if site is not None:  # a place that is not known is answered as `other` is
        known = site in SITES or kind_of(site) is not Kind.UNKNOWN
        words += ["--site", shlex.quote(site if known else "other")]
    words += ["--numb"] if report.numb else []
    words += ["--km", f"{exposure_m / 1000.0:.2f}"] if exposure_m is not None and exposure_m >= NEAREST_M else []
    return " ".join([*words, "--about"])


def advice(found: Triage, site: str | None, exposure_m: float | None) -> list[str]:
    """Say all there is to say after a run: the rule, what such pain usually is, the next run, whom to see."""
    lines = [found.advice, found.about]
    if exposure_m is not None and exposure_m >= NEAREST_M and not found.stops_cues:
        lines.append(return_text(site, exposure_m))
    if found.see is not None:
        lines.append(found.see)
    return [*lines, *(texts.RED_FLAGS if found.stops_cues else ())]


def place(report: PainReport) -> str:
    """Say when and where in the run it was said: `, at 1:59 (320 m)`; empty where that is not known."""
    if report.running_s is None:
        return ""
    minutes, seconds = divmod(round(report.running_s), 60)
    far = f" ({texts.distance(report.distance_m)})" if report.distance_m else ""
    return f", at {minutes}:{seconds:02d}{far}"


def weight(report: PainReport, rule: PainRule) -> tuple[int, int]:
    """Rank reports wherever one is named for several: what follows from it first, then how much it hurts."""
    return _ORDER.index(triage(report, rule).consequence), -1 if report.level is None else report.level
