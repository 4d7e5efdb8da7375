"""False alarms and cues per hour in runs without change, and the delay of detection in runs with one.

Budget (set after a pilot of 12 runs, before the 200): each detector reaches its threshold in at most 5 % of 60-min runs
without change; at most 1 cue an hour that does not teach; teaching at most 3 a kilometre and 8 an hour while fully
guided (a runner who never follows a cue), none in a finished plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from benchmarks.thresholds.simulated import Change, Habit, SimulatedRun, earlier, guided
from dsp.guidance import GuidanceParams
from dsp.records import Cue, Record, Threshold, ThresholdState
from dsp.runner.plan import GUIDED, Plan

MINUTES = 60
CHANGED_MINUTES = 36
CHANGE_AT_S = 1200.0
TEACHING = {"quick_steps", "quiet_side"}
CHANGES = {
    "drop of the left leg +2 deg over 10 min": (Change(CHANGE_AT_S, 0.2, 2.0), "drop_drift"),
    "drop of the left leg +1.5 deg at once": (Change(CHANGE_AT_S, drop_jump_deg=1.5), "drop_drift"),
    "left contact 20 ms shorter at once": (Change(CHANGE_AT_S, contact_jump_ms=20.0), "antalgic"),
    "left contact 30 ms shorter at once": (Change(CHANGE_AT_S, contact_jump_ms=30.0), "antalgic"),
    "drop of the left leg +2.5 deg at once": (Change(CHANGE_AT_S, drop_jump_deg=2.5), "antalgic"),
}


def run(seed: int, plan: Plan, wander_deg: float, change: Change | None = None, minutes: int = MINUTES) -> list[Record]:
    """Return the thresholds and cues of one run of one runner, with six earlier runs of an hour."""
    habit = Habit(speed_mps=2.5 + 0.1 * (seed % 8), cadence_spm=162.0 + seed % 14)
    hills = seed % 2 == 0
    past = earlier(habit, seed, 6, 3600, hills=hills)
    this = SimulatedRun(habit, 1000 * seed + 500, 60 * minutes, wander_deg, change or Change(), hills=hills)
    return guided(this, GuidanceParams(history=past, plan=plan))


def reached(records: Sequence[Record]) -> dict[str, float]:
    """Return the first second at which each detector reached its threshold."""
    first: dict[str, float] = {}
    for record in records:
        if isinstance(record, Threshold) and record.state is ThresholdState.REACHED:
            first.setdefault(record.detector, record.t_ns * 1e-9)
    return first


def outcome(job: tuple[int, Plan, float, Change | None, int]) -> tuple[dict[str, float], list[str]]:
    """Run one job; return the first second at which each detector reached its threshold, and the rules of all cues."""
    records = run(*job)
    return reached(records), [record.rule for record in records if isinstance(record, Cue)]


def table(runs: int, jobs: int) -> None:
    """Print false alarms, cues per hour, and the delays to changes."""
    with ProcessPoolExecutor(jobs) as pool:
        _unchanged(runs, pool)
        _changed(runs // 5, pool)


def _unchanged(runs: int, pool: ProcessPoolExecutor) -> None:
    print("simulated 60-min runs without change, six earlier runs each, half of them over hills")
    print("| what | guided, wander 0.15 | finished plan, wander 0.15 | finished plan, wander 0.3 |")
    print("|---|---|---|---|")
    finished = Plan(sessions=len(GUIDED))
    columns = [(Plan(), 0.15, runs // 5), (finished, 0.15, runs), (finished, 0.3, runs // 5)]
    alarms: list[Counter[str]] = []
    cues: list[Counter[str]] = []
    for plan, wander_deg, count in columns:
        alarms.append(Counter())
        cues.append(Counter())
        for first, rules in pool.map(
            outcome, [(seed, plan, wander_deg, None, MINUTES) for seed in range(count)], chunksize=4
        ):
            alarms[-1].update(first.keys())
            cues[-1].update(rules)
    counts = [count for _, _, count in columns]
    print(f"| runs | {' | '.join(str(count) for count in counts)} |")
    for detector in sorted({name for column in alarms for name in column} | {"drop_drift", "antalgic", "onset"}):
        cells = [f"{100.0 * column[detector] / count:.1f} %" for column, count in zip(alarms, counts, strict=True)]
        print(f"| {detector}: reached in | {' | '.join(cells)} |")
    for rule in sorted({name for column in cues for name in column}):
        cells = [f"{column[rule] / count:.2f} /h" for column, count in zip(cues, counts, strict=True)]
        print(f"| cue {rule} | {' | '.join(cells)} |")
    others = [sum(n for rule, n in column.items() if rule not in TEACHING) for column in cues]
    cells = [f"{number / count:.2f} /h" for number, count in zip(others, counts, strict=True)]
    print(f"| all cues that do not teach | {' | '.join(cells)} |", flush=True)


def _changed(runs: int, pool: ProcessPoolExecutor) -> None:
    print(f"\n{runs} runs per line with a change in minute {CHANGE_AT_S / 60:.0f}, wander 0.15")
    print("| change | detector | found | delay: median, p90 | reached before the change |")
    print("|---|---|---|---|---|")
    for words, (change, detector) in CHANGES.items():
        todo = [(seed, Plan(sessions=len(GUIDED)), 0.15, change, CHANGED_MINUTES) for seed in range(runs)]
        at = np.array([first.get(detector, np.inf) for first, _ in pool.map(outcome, todo, chunksize=4)])
        early = at < CHANGE_AT_S
        delay = (at[~early] - CHANGE_AT_S) / 60.0
        found = np.isfinite(delay)
        if found.any():
            middle, late = np.percentile(delay[found], [50, 90])
            print(f"| {words} | {detector} | {found.mean():.0%} | {middle:.1f}, {late:.1f} min | {early.mean():.1%} |")
        else:
            print(f"| {words} | {detector} | 0 % | - | {early.mean():.1%} |")
