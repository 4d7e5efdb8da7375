"""`stridecue demo`: a run of a virtual runner, whose sensors speak real Bluetooth GATT, through the whole hub."""

from __future__ import annotations

import asyncio
import logging
import shutil
import sys
import textwrap
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from drivers.virtual.params import RunnerParams
from drivers.virtual.runner import VirtualRunner
from dsp.records import Record, Step
from dsp.runner.history import PastRun
from dsp.signals import NS_PER_S
from dsp.thresholds.drift import DriftParams
from firmware_profiles.catalog import Catalog, load_catalog
from hub.broker.joined import find_demos
from hub.broker.loopback import DEFAULT_PORT
from hub.commands.keep_run import keep, tell_pain, tell_summary
from hub.flow.source import Source
from hub.history.runs import RunCount, StoredRun, past_run
from hub.history.schema import HistoryError
from hub.history.store import History
from hub.messages.wire import utc
from hub.run.launch import Ended, Launch, carry_out
from hub.settings.config import ConfigError, SoundSection
from hub.settings.folders import demo_folder, program
from hub.settings.run_settings import RunSettings
from hub.terminal.terminal import echo, echo_rows
from hub.text.summary_text import VALUES_AT, WIDTH
from hub.text.truth import compare, comparison_text

RUNNER = "demo"
"""Runner of the first demo, and of the generated earlier runs."""
OWN_RUNS = "demo itself"
"""The demo's own runs are stored under this name: they tire within a minute and must not become the baseline."""
QUICK_DRIFT = DriftParams(block_s=4.0, tau_s=10.0, baseline_from_s=6.0, baseline_to_s=28.0, minimum_deg=1.2, hold_s=6.0)
"""Seconds instead of minutes, so that a newcomer sees it work; stated in the demo's introduction."""

_LOG = logging.getLogger("stridecue.demo")

_EARLIER = (
    (21, 5.4, 4.6, 169.0),
    (18, 5.2, 4.8, 170.5),
    (12, 5.3, 4.7, 170.0),
    (7, 5.5, 4.8, 171.0),
    (3, 5.2, 4.6, 170.0),
)
"""Days ago, drop left and right (deg), cadence (steps/min): runs of the same runner, not tired."""

APART = "stored apart: a demo that tires is not a typical run"

IN_OWN_RUN = "  After a run of your own, what you reported would be answered with:"
"""A demo stores no pain and turns no cues off."""

_INTRODUCTION = (
    "A virtual runner stands still for 6 s, then runs; from about 40 s on it tires, and its hip drops further when it "
    "lands on the left. Five sensors advertise over virtual Bluetooth; from the radio on, everything is the same as in "
    "a real run. In the demo only, drift is reported after seconds instead of minutes, and the earlier runs are "
    "generated."
)


def run(options: Namespace) -> int:
    """Run the demo; raises DriverError, ConfigError and OSError."""
    port, there = asyncio.run(find_demos(options.mqtt_port))
    runner = chosen_name(options.runner, there, port)
    # A second demo has another runner, so that a coach has two to compare.
    params = RunnerParams(seed=1 + len(there) if options.seed is None else options.seed)
    count = RunCount()
    settings = RunSettings(drift=QUICK_DRIFT, history=_history())
    catalog = load_catalog()
    steps: list[Step] = []
    epochs_s: list[float] = []

    def observe(record: Record) -> None:
        count.observe(record)
        if isinstance(record, Step):
            steps.append(record)

    print(introduction(), flush=True)
    where = "" if port == DEFAULT_PORT else f" --port {port}"
    if there:
        echo(f"Joins the demo on port {port} as {runner}; `{program()} watch{where}` shows all of them.")
    elif port != options.mqtt_port:
        echo(f"Port {options.mqtt_port} is taken by another program; `{program()} watch{where}` shows this demo.")

    def conclude(ended: Ended) -> None:
        """Store the run before anything is printed: the terminal may be gone."""
        kept = keep(ended, History(_history_file()), OWN_RUNS, count, APART)
        ended.outcome.unkept = False  # losing it is no failure: nothing is compared with it
        tell_summary(ended, settings.history, count)
        if kept:
            echo_rows(kept, sys.stdout, VALUES_AT)
            tell_pain(ended.outcome, settings.pain_rule, sys.stdout, kept=False, first=IN_OWN_RUN)
        if epochs_s:
            comparison = compare(steps, VirtualRunner(params), round(epochs_s[0] * NS_PER_S))
            echo_rows(comparison_text(comparison), sys.stdout, VALUES_AT)
        for line in ended.words():
            echo(line)

    return carry_out(
        Launch(
            source="demo",
            runner=runner,
            settings=settings,
            catalog=catalog,
            open_source=_open_lab(params, catalog, epochs_s),
            first_port=port,
            folder=demo_folder() / "recordings",
            headless=options.headless,
            theme=options.theme,
            seconds=options.seconds,
            sound=SoundSection(output=options.sound),
            observe=observe,
        ),
        conclude,
    ).code


def introduction() -> str:
    """Return what the demo shows, wrapped to 80 columns or a narrower terminal."""
    return textwrap.fill(_INTRODUCTION, min(WIDTH, shutil.get_terminal_size().columns))


def chosen_name(wanted: str | None, there: frozenset[str], port: int) -> str:
    """Return the runner's name: the one wanted, else a free one; raises ConfigError if a running demo has it."""
    if wanted in there:
        raise ConfigError(f"--runner {wanted}: a demo with this name is already running (port {port}); choose another")
    if wanted is not None:
        return wanted
    numbered = (f"{RUNNER}-{number}" for number in range(2, len(there) + 3))
    return next(name for name in (RUNNER, *numbered) if name not in there)


def _history() -> tuple[PastRun, ...]:
    """Return the virtual runner's earlier runs, from a history of their own that the first demo fills.

    Where nothing can be stored, e.g. in a container, they are generated again: that must not prevent the demo.
    """
    history, now = History(_history_file()), datetime.now(UTC)
    try:
        if len(history.newest(RUNNER)) < len(_EARLIER):  # the first demo, or one interrupted here
            history.erase(RUNNER)
            for run in _earlier_runs(now):
                history.add(run)
        return history.past(RUNNER)
    except HistoryError as error:
        _LOG.warning("the demo's earlier runs cannot be stored: %s", error)
        return tuple(past_run(run, [], now) for run in _earlier_runs(now))


def _earlier_runs(today: datetime) -> list[StoredRun]:
    runs = []
    for days, left_deg, right_deg, cadence_spm in _EARLIER:
        started = utc(round((today - timedelta(days=days)).timestamp() * NS_PER_S))
        runs.append(StoredRun(RUNNER, started, 1800.0, round(30 * cadence_spm), cadence_spm, left_deg, right_deg))
    return runs


def _history_file() -> Path:
    return demo_folder() / "history.sqlite"


@asynccontextmanager
async def _open_lab(params: RunnerParams, catalog: Catalog, epochs_s: list[float]) -> AsyncIterator[Source]:
    """Open the virtual radio; imports Bumble only here. Appends the loop time of the runner's time 0 to `epochs_s`."""
    from drivers.virtual.lab import VirtualLab
    from hub.flow.live import LiveSource

    async with VirtualLab(VirtualRunner(params)) as lab:
        epochs_s.append(lab.epoch_s)
        yield LiveSource(lab.radio, catalog, {})
