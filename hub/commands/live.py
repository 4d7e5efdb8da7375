"""`stridecue run`: a run with the runner's own sensors."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.errors import AdapterDownError
from drivers.radio_choice import open_radio
from drivers.virtual.virtual_radio import is_virtual
from dsp import texts
from dsp.runner.history import PastRun
from dsp.runner.plan import Plan
from dsp.runner.triage import PainRule
from dsp.thresholds.onset import Onset
from firmware_profiles.catalog import Catalog
from hub.broker.beyond import USER, BeyondBroker, lacking, watchers_password
from hub.commands.before_run import ask_next_morning, before_run, reported_last
from hub.commands.keep_run import COUNTS, keep, tell_pain, tell_summary
from hub.flow.source import Source
from hub.history.runs import RunCount
from hub.history.schema import HistoryError, patiently
from hub.history.store import History
from hub.run.launch import Ended, Launch, carry_out
from hub.run.outlets import Beyond
from hub.settings.broker_addresses import external_server, listen_address
from hub.settings.config import Config, ConfigError
from hub.settings.folders import beside, chosen_file, data_folder, demo_folder, overdue_folder, program
from hub.settings.known_devices import known_devices
from hub.settings.paired import pairing_file, read_pairing
from hub.settings.read_config import load_config
from hub.settings.run_settings import RunSettings, check_mounts, parse_mounts
from hub.sinks.overdue import Overdue
from hub.sinks.spool import Spool
from hub.sound.plan import with_output
from hub.terminal.terminal import echo, echo_rows, try_echo
from hub.text.pain_text import is_own_terminal
from hub.text.summary_text import VALUES_AT

if TYPE_CHECKING:
    from drivers.radio.facade import Radio

APART = "kept apart: runs with virtual sensors are not compared with yours"
_TCP = "bumble:tcp-client:"


def run(options: Namespace) -> int:
    """Run until Ctrl-C, `q` in the dashboard, or `stop` over MQTT; raises DriverError, ConfigError and OSError."""
    config, where = chosen_config(options.config)
    check_mounts(config.mounts, f"{where}: mounts")
    mounts = {**config.mounts, **parse_mounts(options.mount, "--mount")}
    runner, radio = config.runner.name, options.radio or config.radio.provider
    virtual = is_virtual(radio)
    history = History(history_file(virtual=virtual))
    earlier = _earlier(history, runner, config.cues.pain_rule)
    past, plan, reported = earlier or ((), Plan(), "")
    settings = RunSettings(
        mounts=mounts,
        history=past,
        cues=config.cues.rules == "all",
        plan=plan,
        pain_rule=config.cues.pain_rule,
        heart_rate_max_bpm=config.cues.heart_rate_max_bpm,
        cadence_goal=config.cues.cadence_goal,
        surface=options.surface,
    )
    catalog = known_devices()
    beyond = brokers_for_others(config, where, beside(chosen_file(options.config), "listen-password"))
    if beyond.is_any and config.mqtt.share_onset and is_own_terminal(sys.stdout) and Onset(past).model is not None:
        try_echo(texts.OTHERS_SEE, sys.stdout)
    count = RunCount()
    folder = demo_folder() / "recordings" if virtual else recordings_folder(config)
    added = APART if virtual else COUNTS

    def conclude(ended: Ended) -> None:
        """Store the run before anything is printed: the terminal may be gone."""
        kept = keep(ended, history, runner, count, added, surface=options.surface, knew_plan=earlier is not None)
        if ended.outcome.silent:
            try_echo(f"\n{_no_sensor(config, where)}", sys.stdout)
        else:
            tell_summary(ended, settings.history, count)
            if kept:
                echo_rows(kept, sys.stdout, VALUES_AT)
        tell_pain(ended.outcome, config.cues.pain_rule, sys.stdout, kept=True)
        for line in ended.words():
            echo(line)

    return carry_out(
        Launch(
            source="live",
            runner=runner,
            settings=settings,
            catalog=catalog,
            open_source=_open_sensors(radio, catalog, config, pairing_file(options.config, virtual=virtual)),
            first_port=config.mqtt.port,
            beyond=beyond,
            folder=folder if config.record.enabled and not options.no_record else None,
            headless=options.headless,
            theme=options.theme,
            sound=with_output(config.sound, options.sound),
            observe=count.observe,
            history=history,
            reported=reported,
            shares_onset=config.mqtt.share_onset,
        ),
        conclude,
    ).code


def _no_sensor(config: Config, where: str) -> str:
    """Say that no sensor connected, and what to do before the next run."""
    wanted = (
        f" Only these were used, as set by [sensors] in {where}: {', '.join(config.sensors)}." if config.sensors else ""
    )
    return (
        f"No sensor sent any data, so there is nothing to show or to store.{wanted} Wake your sensors, then run "
        f"`{program()} scan`: it lists those nearby and how each would be used."
    )


def _earlier(history: History, runner: str, rule: PainRule) -> tuple[tuple[PastRun, ...], Plan, str] | None:
    """Load the runner's history, ask the next-morning question, and print the messages before a run.

    Returns the earlier runs, the plan, and a line with the last pain report for the runner's own screen; None when the
    history cannot be read, which is printed and does not prevent the run: storing pain reports is still tried.
    """
    try:
        patiently(lambda: history.plan(runner))
        ask_next_morning(history, runner)
        past, plan = history.past(runner), history.plan(runner)
        own = is_own_terminal(sys.stdout)
        reported = reported_last(history, runner, past, plan, rule) if own else ""
        lines = before_run(history, runner, past, plan, rule, reported) if own else []
    except HistoryError as error:
        try_echo(f"stridecue: {error}. This run is not compared with earlier runs.", sys.stderr)
        return None
    for line in lines:
        try_echo(line, sys.stdout)
    return past, plan, reported


def chosen_config(file: str | None) -> tuple[Config, str]:
    """Load the configuration named, else the user's own, else the defaults, with its name; raises ConfigError."""
    path = chosen_file(file)
    if file is None and not path.exists():
        return Config(), "(no configuration)"
    return load_config(path), str(path)


def history_file(*, virtual: bool = False) -> Path:
    """Return the history of the runner's own runs, or the one in which runs with virtual sensors are kept apart."""
    return demo_folder() / "virtual.sqlite" if virtual else data_folder() / "history.sqlite"


def brokers_for_others(config: Config, where: str, password_file: Path) -> Beyond:
    """Choose the brokers that others read too; prints a new password, once. Raises ConfigError and OSError."""
    runner, external, listen = config.runner.name, external_server(config.mqtt, where), None
    if (address := listen_address(config.mqtt, where)) is not None:
        if (missing := lacking()) is not None:
            raise ConfigError(f"{where}: mqtt.listen: {missing}")
        password = watchers_password(password_file)
        if password.fresh:
            # Never into the log of a service, which more people may read than the file.
            shown = f"{password.text}, shown only now; stored" if sys.stdout.isatty() else "created and stored"
            echo(f"For watchers: user {USER}, password {shown} in {password.file}")
        listen = BeyondBroker(*address, runner, password)
    overdue = Overdue(Spool(overdue_folder(), runner, str(external))) if external is not None else None
    return Beyond(listen, external, config.mqtt.homeassistant, overdue)


def recordings_folder(config: Config) -> Path:
    """Return the folder for recordings, which need not exist yet."""
    folder = config.record.folder
    return data_folder() / "recordings" if folder is None else Path(folder).expanduser()


@asynccontextmanager
async def _open_sensors(radio: str, catalog: Catalog, config: Config, paired: Path) -> AsyncIterator[Source]:
    """Open the radio; imports a Bluetooth stack only here. Raises DriverError."""
    from hub.flow.live import LiveSource

    async with open_known_radio(radio, config.radio.max_connections) as opened:
        yield LiveSource(opened, catalog, config.sensors, read_pairing(paired))


@asynccontextmanager
async def open_known_radio(radio: str, max_connections: int | None = None) -> AsyncIterator[Radio]:
    """Open a radio; raises DriverError, which says what to start if nothing listens at a TCP transport."""
    opened = False
    try:
        async with open_radio(radio, max_connections=max_connections) as adapter:
            opened = True
            yield adapter
    except AdapterDownError as error:
        port = radio.rpartition(":")[2]
        if opened or not radio.startswith(_TCP):
            raise
        raise AdapterDownError(
            f"radio {radio}: nothing answers there. Start virtual sensors with `stridecue sim start --port {port}`, "
            "or whatever should serve HCI on that port"
        ) from error
