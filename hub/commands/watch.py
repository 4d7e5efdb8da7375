"""`stridecue watch`: every runner on a broker, for a coach; a dashboard, or lines of text."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

from hub.client import HubClient
from hub.config import FROM_ENVIRONMENT, Config, ConfigError, MqttSection, external_server, load_config
from hub.connection import Server
from hub.dashboard import dashboard_is_installed
from hub.folders import adding_extra, config_file
from hub.plain_watch import PlainWatch
from hub.terminal import SavedTerminal, is_whole
from hub.topics import coach_topics


def run(options: Namespace) -> int:
    """Watch until quit; raises ConfigError."""
    section, where = _section(options)
    server = external_server(section, where) or Server(port=options.port)
    why_plain = _why_plain(options)
    if why_plain is None:
        return _dashboard(section, server, options)
    if why_plain:
        print(f"stridecue: {why_plain}: lines of text instead", file=sys.stderr)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(PlainWatch(sys.stdout).run(HubClient(server, topics=coach_topics(options.runner))))
    return 0


def _why_plain(options: Namespace) -> str | None:
    """Why there is no dashboard; empty: it was asked so; None: there is one."""
    if options.plain:
        return ""
    if not is_whole():
        return "not on a terminal"
    return None if dashboard_is_installed() else f"no dashboard; to add it: {adding_extra('tui')}"


def _section(options: Namespace) -> tuple[MqttSection, str]:
    """The broker that is meant: the one given, else the configured external one, else the hub on this machine."""
    if options.broker is not None:
        section = MqttSection(
            url=options.broker, user=options.user, password_file=options.password_file, ca_file=options.ca_file
        )
        return section, "--broker"
    for name in ("user", "password_file", "ca_file"):
        if getattr(options, name) is not None:
            raise ConfigError(f"--{name.replace('_', '-')}: says nothing without --broker URL")
    path = Path(config_file())
    config = load_config(path) if path.is_file() else Config()
    return config.mqtt, str(path)


def _dashboard(section: MqttSection, server: Server, options: Namespace) -> int:
    """Run the coach's dashboard in a process of its own; the password goes by environment, never by command line."""
    command = [sys.executable, "-m", "tui", "--watch"]
    if section.url is not None:
        command += ["--url", section.url]
        for name, value in (("--user", section.user), ("--ca-file", section.ca_file)):
            command += [name, value] if value is not None else []
    else:
        command += ["--port", str(server.port)]
    if options.runner is not None:
        command += ["--runner", options.runner]
    environment = dict(os.environ)
    if server.password is not None:
        environment[FROM_ENVIRONMENT] = server.password
    terminal = SavedTerminal()
    try:
        code = subprocess.run(command, env=environment, check=False).returncode
    except KeyboardInterrupt:
        code = 0
    if code != 0:
        terminal.restore()
    return 1 if code else 0
