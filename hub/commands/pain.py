"""`stridecue pain`: what hurt in a run, said afterwards; the next morning; and when cues may come back."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace

from dsp import texts
from dsp.records import PainReport, Side
from dsp.runner.history import PastRun
from dsp.runner.triage import SITES, Kind, PainRule, hurts, kind_of, known_site, triage
from hub.commands.before_run import answer_morning, now_utc, short, unanswered
from hub.commands.live import chosen_config
from hub.history.runs import StoredPain
from hub.history.store import History
from hub.messages.plain_words import plain_or_none
from hub.settings.config import ConfigError
from hub.settings.folders import data_folder
from hub.settings.nearest import nearest
from hub.terminal.terminal import say
from hub.text.pain_text import advice

AFTERWARDS = "afterwards"


def run(options: Namespace) -> int:
    """Keep what is said and answer it; raises ConfigError and HistoryError."""
    config, _ = chosen_config(options.config)
    runner, history = config.runner.name, History(data_folder() / "history.sqlite")
    if options.about:
        for line in about(options, config.cues.pain_rule):
            say(line)
    elif options.red_flags:
        say("\n".join(texts.RED_FLAGS))
    elif options.cleared:
        say(clear(history, runner))
    elif options.next_morning is not None:
        say(morning(history, runner, worse=options.next_morning == "yes"))
    else:
        for line in report(history, runner, options, config.cues.pain_rule):
            say(line)
    return 0


def about(options: Namespace, rule: PainRule) -> list[str]:
    """Say all there is to say about such pain; keeps nothing."""
    site = _site(options.site)
    said = PainReport(0, options.level, site, numb=options.numb)
    exposure_m = None if options.km is None else 1000.0 * options.km
    return [*advice(triage(said, rule), site, exposure_m), texts.NOT_A_DIAGNOSIS]


def report(history: History, runner: str, options: Namespace, rule: PainRule) -> list[str]:
    """Keep a report of the newest run and give the answer, line by line."""
    if options.level is None:
        raise ConfigError(
            "pain: how much, from 0 to 10? e.g. stridecue pain 4 --site 'outer knee' --side left --km 4.2"
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
    history.add_pain(stored)
    where = f"your run of {started[:10]}" if started else "no run is in the history yet"
    lines = [f"Kept on this machine ({where}): {short(stored)}, {options.level} of 10."]
    said = PainReport(0, options.level, site, side, options.note, options.numb)
    found = triage(said, rule)
    if not hurts(said):
        return lines
    lines += advice(found, site, exposure_m)
    plan = history.plan(runner)
    if found.stops_cues or site == "calf or Achilles":
        plan = replace(plan, held=plan.held or found.stops_cues, on_hold=plan.on_hold or site == "calf or Achilles")
        history.keep_plan(runner, plan, now_utc())
    if started and exposure_m is None and not found.stops_cues:
        lines.append("With --km or --minute (where it began) later runs can be told how far is likely to be pain-free.")
    return [*lines, texts.NOT_A_DIAGNOSIS]


def _site(written: str | None) -> str | None:
    """Read where it hurts, in our words or in others that are understood; raises ConfigError."""
    site = known_site(plain_or_none(written))
    if site is not None and site not in SITES and kind_of(site) is Kind.UNKNOWN:
        near = nearest(site, list(SITES))
        every = "" if near.startswith("valid") else f" valid: {', '.join(SITES)}"
        raise ConfigError(f"--site {written!r}: {near}{every}")
    return site


def morning(history: History, runner: str, *, worse: bool) -> str:
    """Keep the answer of a next morning; raises ConfigError when nothing was asked."""
    started = unanswered(history, runner)
    if started is None:
        raise ConfigError("--next-morning: no run of the last three days that hurt is waiting for this answer")
    return answer_morning(history, runner, started, worse=worse)


def clear(history: History, runner: str) -> str:
    """Let cues come back."""
    plan = history.plan(runner)
    if not (plan.held or plan.on_hold):
        return texts.NOTHING_TO_CLEAR
    history.keep_plan(runner, replace(plan, held=False, on_hold=False), now_utc())
    return texts.CLEARED


def _place_m(km: float | None, running_s: float | None, past: tuple[PastRun, ...]) -> float | None:
    """Flat-equivalent metres of a place, as far as they can be known afterwards: downhill as in the rest of the run."""
    newest = past[-1] if past else PastRun()
    distance_m, exposure_m = newest.distance_m, newest.exposure_m
    weight = exposure_m / distance_m if exposure_m and distance_m else 1.0
    if km is not None:
        return 1000.0 * km * weight
    if running_s is None or not exposure_m or not newest.duration_s:
        return None
    return min(1.0, running_s / newest.duration_s) * exposure_m
