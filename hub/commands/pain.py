"""`stridecue pain`: report after a run what hurt, answer the next-morning question, and let cues come back."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dsp import texts
from dsp.guidance import TAKEN_BACK_NS
from dsp.records import PainReport, Side
from dsp.runner.history import PastRun
from dsp.runner.triage import SITES, Kind, PainRule, hurts, kind_of, known_site, triage
from dsp.signals import NS_PER_S
from hub.commands.before_run import answer_morning, as_report, now_utc, short, unanswered
from hub.commands.kept_recordings import newest_first
from hub.commands.live import chosen_config, history_file
from hub.history.runs import StoredPain
from hub.history.store import History
from hub.messages.plain_words import plain_or_none
from hub.settings.config import ConfigError
from hub.settings.folders import as_typed, demo_folder
from hub.settings.nearest import nearest
from hub.terminal.terminal import echo
from hub.text.pain_text import advice

AFTERWARDS = "afterwards"
CALF = "calf or Achilles"
NO_RUN = (
    "Not attached to a run: none of '{runner}' is stored yet. A run is stored after a minute of running; a demo never "
    "is. The next run reminds you of the report, but no distance is learned from it."
)
DEMO_SINCE = "The demo that ran since then is not part of your history."
BY_MISTAKE = "By mistake? `stridecue pain 0` within two minutes takes it back."


def run(options: Namespace) -> int:
    """Store what is reported and answer it; raises ConfigError and HistoryError."""
    config, _ = chosen_config(options.config)
    runner, own, virtual = config.runner.name, History(history_file()), History(history_file(virtual=True))
    if options.about:
        for line in about(options, config.cues.pain_rule):
            echo(as_typed(line))
    elif options.red_flags:
        echo("\n".join(texts.RED_FLAGS))
    elif options.cleared:
        echo(clear([own, virtual], runner))
    elif options.next_morning is not None:
        echo(morning([own, virtual], runner, worse=options.next_morning == "yes"))
    else:
        is_virtual_run = not options.own_run and _is_newer(virtual, own, runner)
        history = virtual if is_virtual_run else own
        for line in report(history, runner, options, config.cues.pain_rule, virtual=is_virtual_run):
            echo(as_typed(line))
    return 0


def _is_newer(one: History, other: History, runner: str) -> bool:
    """Whether the newest run of `one` began after that of `other`."""
    starts = [runs[0].started_utc if (runs := history.newest(runner, 1)) else "" for history in (one, other)]
    return starts[0] > starts[1]


def about(options: Namespace, rule: PainRule) -> list[str]:
    """Return everything there is to say about such pain; stores nothing. Raises ConfigError if nothing is named."""
    if options.level is None and options.site is None and not options.numb:
        raise ConfigError(as_typed("pain --about: about which pain? e.g. stridecue pain 4 --site 'outer knee' --about"))
    site = _site(options.site)
    said = PainReport(0, options.level, site, numb=options.numb)
    exposure_m = None if options.km is None else 1000.0 * options.km
    return [*advice(triage(said, rule), site, exposure_m), texts.NOT_A_DIAGNOSIS]


def report(history: History, runner: str, options: Namespace, rule: PainRule, *, virtual: bool = False) -> list[str]:
    """Store a report with the newest run in `history` and return the answer, line by line."""
    if options.level is None:
        raise ConfigError(
            "pain: no level given: how much did it hurt, 0 to 10? e.g. "
            + as_typed("stridecue pain 4 --site 'outer knee' --side left --km 4.2")
        )
    site = _site(options.site)
    runs, past = history.newest(runner, 1), history.past(runner)
    started = runs[0].started_utc if runs else None
    running_s = None if options.minute is None else 60.0 * options.minute
    exposure_m = _place_m(options.km, running_s, past)
    side = None if options.side is None else Side(options.side)
    stored = StoredPain(
        runner=runner,
        started_utc=started,
        said_utc=now_utc(),
        running_s=running_s,
        distance_m=None if options.km is None else 1000.0 * options.km,
        exposure_m=exposure_m,
        level=options.level,
        site=site,
        side=side,
        numb=options.numb,
        note=plain_or_none(options.note),
        how=AFTERWARDS,
    )
    said = as_report(stored)
    if not hurts(said):
        return _nothing_hurts(history, stored, rule)
    history.add_pain(stored)
    found = triage(said, rule)
    lines = [
        f"Stored on this machine: {short(stored)}, {options.level} of 10.",
        *([] if found.stops_cues else [BY_MISTAKE]),
        *_attached_to(runner, started, virtual=virtual),
        *advice(found, site, exposure_m),
    ]
    plan = history.plan(runner)
    if found.stops_cues or site == CALF:
        plan = replace(plan, held=plan.held or found.stops_cues, on_hold=plan.on_hold or site == CALF)
        history.keep_plan(runner, plan, now_utc())
    if started and exposure_m is None and not found.stops_cues:
        lines.append("With --km or --minute (where it began), later runs can say how far is likely to be pain-free.")
    return [*lines, texts.NOT_A_DIAGNOSIS]


def _nothing_hurts(history: History, zero: StoredPain, rule: PainRule) -> list[str]:
    """Withdraw the newest report if level 0 follows soon enough, as in mid-run (`dsp.guidance`); else store the 0."""
    painful = [pain for pain in history.pains(zero.runner) if hurts(as_report(pain))]
    newest = painful[-1] if painful else None
    if newest is None or not _is_withdrawable(newest, zero, rule):
        history.add_pain(zero)
        still_counts = newest is not None and newest.started_utc == zero.started_utc
        return [texts.NOT_TAKEN_BACK if still_counts else texts.NOTHING_HURTS]
    history.take_back_pain(zero.runner, newest.started_utc, newest.said_utc)
    plan = history.plan(zero.runner)
    if newest.site == CALF and plan.on_hold and all(pain.site != CALF for pain in painful[:-1]):
        history.keep_plan(zero.runner, replace(plan, on_hold=False), zero.said_utc)
    return [texts.TAKEN_BACK]


def _is_withdrawable(newest: StoredPain, zero: StoredPain, rule: PainRule) -> bool:
    """Whether a level 0 withdraws the newest report: never one with signs for a clinician."""
    try:
        since = datetime.fromisoformat(zero.said_utc) - datetime.fromisoformat(newest.said_utc)
    except ValueError:
        return False
    soon = 0.0 <= since.total_seconds() <= TAKEN_BACK_NS / NS_PER_S
    return soon and not triage(as_report(newest), rule).stops_cues


def _attached_to(runner: str, started: str | None, *, virtual: bool) -> list[str]:
    """Name the run that a report was stored with, or say why there is none; UTC, as in `stridecue history list`."""
    if started is None:
        return [NO_RUN.format(runner=runner)]
    when = f"{started[:16].replace('T', ' ')} UTC ({runner})"
    if not virtual:
        return [f"Attached to your run of {when}.", *([DEMO_SINCE] if _demo_since(started) else [])]
    return [
        f"Attached to the virtual run of {when}, apart from your own history.",
        "Does something really hurt? Repeat the report with --own-run: it then counts for your own runs.",
    ]


def _demo_since(started: str) -> bool:
    """Whether a demo has begun since a run: file names begin with the start, to the second and without colons."""
    begins = f"{started[:19].replace(':', '')}Z"
    return any(path.name[: len(begins)] > begins for path in newest_first([demo_folder() / "recordings"])[:1])


def _site(written: str | None) -> str | None:
    """Parse where it hurts: one of `SITES` or another word that is understood; raises ConfigError."""
    site = known_site(plain_or_none(written))
    if site is not None and site not in SITES and kind_of(site) is Kind.UNKNOWN:
        near = nearest(site, list(SITES))
        every = "" if near.startswith("valid") else f" valid: {', '.join(SITES)}"
        raise ConfigError(f"--site {written!r}: {near}{every}")
    return site


def morning(histories: Sequence[History], runner: str, *, worse: bool) -> str:
    """Store the answer for the first history that waits for one; raises ConfigError when none does."""
    for history in histories:
        if (started := unanswered(history, runner)) is not None:
            return answer_morning(history, runner, started, worse=worse)
    raise ConfigError("--next-morning: no painful run of the last three days is waiting for this answer")


def clear(histories: Sequence[History], runner: str) -> str:
    """Let cues come back, in virtual runs too."""
    cleared = texts.NOTHING_TO_CLEAR
    for history in histories:
        plan = history.plan(runner)
        if plan.held or plan.on_hold:
            history.keep_plan(runner, replace(plan, held=False, on_hold=False), now_utc())
            cleared = texts.CLEARED
    return cleared


def _place_m(km: float | None, running_s: float | None, past: tuple[PastRun, ...]) -> float | None:
    """Estimate the flat-equivalent metres at a place of the newest run, assuming its mean share of downhill."""
    newest = past[-1] if past else PastRun()
    distance_m, exposure_m = newest.distance_m, newest.exposure_m
    weight = exposure_m / distance_m if exposure_m and distance_m else 1.0
    if km is not None:
        return 1000.0 * km * weight
    if running_s is None or not exposure_m or not newest.duration_s:
        return None
    return min(1.0, running_s / newest.duration_s) * exposure_m
