"""`stridecue watch`: show a coach every runner on a broker, as a dashboard, a web page or lines of text."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import ipaddress
import os
import secrets
import shutil
import sys
import textwrap
from argparse import Namespace
from pathlib import Path

from hub.client import HubClient
from hub.link.connection import NOTHING_HERE, Server
from hub.messages.topics import coach_topics
from hub.page.address import IN_ENVIRONMENT, reachable, whole
from hub.page.door import check_free
from hub.page.phone import advice, camera_code
from hub.settings.broker_addresses import FROM_ENVIRONMENT, naming_words, watched_server
from hub.settings.config import Config, ConfigError, MqttSection
from hub.settings.folders import adding_extra, config_file
from hub.settings.read_config import load_config
from hub.terminal.dashboard import dashboard_is_installed
from hub.terminal.terminal import SavedTerminal, echo, is_interactive
from hub.terminal.tied_child import ASKED_TO_END, run_tied
from hub.text.plain_watch import PlainWatch

_OPTIONS = {"url": "--broker", "password_file": "--password-file", "ca_file": "--ca-file"}
"""Keys of `[mqtt]` -> the options that set them here."""


def run(options: Namespace) -> int:
    """Watch until quit; raises ConfigError."""
    section, where = _section(options)
    server = _server(section, where)
    if options.serve is not None:
        return _serve(section, server, options)
    why_plain = _why_plain(options)
    if why_plain is None:
        return _dashboard(section, server, options)
    if why_plain:
        echo(f"stridecue: {why_plain}; printing lines of text instead", sys.stderr)
    hint = NOTHING_HERE if section.url is None else ""
    with contextlib.suppress(KeyboardInterrupt):
        plain = PlainWatch(sys.stdout, hint, options.runner)
        asyncio.run(plain.run(HubClient(server, topics=coach_topics(options.runner))))
    return 0


def _why_plain(options: Namespace) -> str | None:
    """Return why there is no dashboard; empty: `--plain` was given; None: there is one."""
    if options.plain:
        return ""
    if not is_interactive():
        return "not on a terminal"
    return None if dashboard_is_installed() else f"the dashboard is not installed (to add it: {adding_extra('tui')})"


def _section(options: Namespace) -> tuple[MqttSection, str]:
    """Choose the broker: the one given, else the configured external one, else that of the hub on this machine."""
    if options.broker is not None and options.port is not None:
        raise ConfigError("--port: is for a hub on this machine; with --broker, put the port into the URL")
    if options.broker is not None:
        section = MqttSection(
            url=options.broker, user=options.user, password_file=options.password_file, ca_file=options.ca_file
        )
        return section, "--broker"
    for name in ("user", "password_file", "ca_file"):
        if getattr(options, name) is not None:
            raise ConfigError(f"--{name.replace('_', '-')}: needs --broker URL")
    if options.port is not None:
        return MqttSection(port=options.port), "--port"
    path = Path(config_file())
    config = load_config(path) if path.is_file() else Config()
    return config.mqtt, str(path)


def _server(section: MqttSection, where: str) -> Server:
    """Resolve the broker; an error in an option names the option, not the configuration key."""
    try:
        return watched_server(section, where)
    except ConfigError as error:
        key, _, wrong = str(error).removeprefix("--broker: mqtt.").partition(": ")
        if where != "--broker" or key not in _OPTIONS:
            raise
        raise ConfigError(f"{_OPTIONS[key]}: {wrong}") from error


def _dashboard(section: MqttSection, server: Server, options: Namespace) -> int:
    """Run the coach's dashboard in a child process and return the exit code."""
    terminal = SavedTerminal()
    command = [sys.executable, "-m", "tui", *_arguments(section, options)]
    code = run_tied(command, _environment(server))
    if code != 0:
        terminal.restore(code)
    return _code(code)


def _code(code: int) -> int:
    return code if code in {0, ASKED_TO_END} else 1


def _serve(section: MqttSection, server: Server, options: Namespace) -> int:
    """Serve the coach's dashboard to browsers, until Ctrl-C."""
    if importlib.util.find_spec("textual_serve") is None:
        echo(f"stridecue: --serve needs an extra; to add it: {adding_extra('web')}", sys.stderr)
        return 1
    host, port = options.serve
    check_free(host, port)
    token = secrets.token_urlsafe(16)
    pages = [whole(address, port, token) for address in reachable(host)]
    for each in pages:
        print(f"Open {each}", flush=True)
    if sys.stdout.isatty() and not ipaddress.ip_address(host).is_loopback:
        print(camera_code(pages[-1]), end="", flush=True)
    width = shutil.get_terminal_size().columns
    print(
        f"{wrap_above_command(advice(host, *naming_words(section, options.runner)), width)}\nCtrl-C stops serving.",
        flush=True,
    )
    command = [sys.executable, "-m", "tui.web", "--host", host, "--port", str(port)]
    environment = {**_environment(server), IN_ENVIRONMENT: token}
    return _code(run_tied(command, environment, ["--", *_arguments(section, options)]))


def wrap_above_command(text: str, width: int) -> str:
    """Wrap `text` between words; the command at its end stays whole, on a line of its own, to be copied."""
    words, colon, command = text.partition(": ")
    return "\n".join([*textwrap.wrap(words + colon.rstrip(), width - 1), *([f"  {command}"] if command else [])])


def _arguments(section: MqttSection, options: Namespace) -> list[str]:
    """Return the command-line arguments of the dashboard."""
    look = ["--theme", options.theme] if options.theme is not None else []
    return ["--watch", *naming_words(section, options.runner), *look]


def _environment(server: Server) -> dict[str, str]:
    """Return the environment with the password: a command line can be read by everyone on the machine."""
    password = {} if server.password is None else {FROM_ENVIRONMENT: server.password}
    return {**os.environ, **password}
