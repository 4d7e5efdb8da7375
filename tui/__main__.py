"""`python -m tui --port P --runner R`: the dashboard as a separate process, started by the hub or by hand."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from typing import Any

import msgspec
from textual.app import App

from hub.client import HubClient
from hub.log import log_to_file
from hub.messages.topics import WireError, coach_topics, runner_slug
from hub.settings.broker_addresses import FROM_ENVIRONMENT, naming_words, watched_server
from hub.settings.config import MqttSection
from hub.terminal.interrupts import unblock_interrupts
from hub.terminal.tether import FLAG, parent_message, when_parent_ends
from tui.app import DashboardApp
from tui.coach import CoachApp
from tui.look.theme import NAMES
from tui.look.theme_memory import own_memory
from tui.page.served import Page
from tui.shell import Shell

NICENESS = 5
"""Gives the dashboard about a third of the hub's share of a busy core; on an idle one it changes nothing."""

_LOG = logging.getLogger("stridecue.dashboard")


def parse(arguments: list[str]) -> argparse.Namespace:
    """Parse the command line; exits with 2 if it is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tui", description="The dashboard of one runner, or of all.")
    parser.add_argument(
        "--port", type=int, default=1883, help="port of the broker on this machine (default %(default)s)"
    )
    parser.add_argument("--runner", type=_runner, help="whose run to show: the runner's segment of the topics")
    parser.add_argument("--watch", action="store_true", help="show every runner on the broker, for a coach")
    parser.add_argument("--broker", metavar="URL", help="use a broker on another machine")
    parser.add_argument("--user", help="user name on that broker")
    parser.add_argument("--password-file", help=f"file with that user's password, unless {FROM_ENVIRONMENT} is set")
    parser.add_argument("--ca-file", help="CA certificates to trust for that broker")
    parser.add_argument("--theme", choices=NAMES, help="theme to start with (default: the one chosen last)")
    parser.add_argument(FLAG, type=int, help="inherited pipe; the dashboard ends when it closes")
    options = parser.parse_args(arguments)
    if not options.watch and options.runner is None:
        parser.error("choose a run with --runner NAME, or use --watch for all")
    return options


def _runner(text: str) -> str:
    try:
        return runner_slug(text)
    except WireError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def end_with_signals(app: App[None]) -> None:
    """Exit cleanly on INT, TERM and HUP, whose default would leave the terminal in its alternate screen."""
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and sys.platform != "win32":
            loop.add_signal_handler(number, app.exit)
    unblock_interrupts()


def outlive_the_hub() -> None:
    """Make sure the terminal is restored even after the hub has died, and nothing is printed over the shell."""
    if hasattr(signal, "SIGTTOU"):  # restoring a terminal that a shell has taken back would otherwise suspend us
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    asyncio.get_running_loop().set_exception_handler(_only_log)


def _only_log(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    _LOG.info("%s: %s", context.get("message"), context.get("exception"))


def lower_priority() -> None:
    """Let the hub have the processor first: on a busy machine painting delayed its cues (measured)."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.nice(NICENESS)


def in_browser() -> bool:
    """Return whether the server in `tui.web` started this process."""
    return "TEXTUAL_DRIVER" in os.environ


def mqtt_section(options: argparse.Namespace) -> MqttSection:
    """Return the chosen broker as a section of the configuration."""
    return MqttSection(
        port=options.port,
        url=options.broker,
        user=options.user,
        password_file=options.password_file,
        ca_file=options.ca_file,
    )


def make_app(options: argparse.Namespace) -> Shell:
    """Create the chosen dashboard; raises ConfigError for a bad URL."""
    section = mqtt_section(options)
    if FROM_ENVIRONMENT in os.environ:  # our parent has already read the file, which may be a pipe
        section = msgspec.structs.replace(section, password_file=None)
    server = watched_server(section, "--broker")
    if not options.watch:
        reported = "" if options.parent_fd is None else parent_message(options.parent_fd)
        return DashboardApp(HubClient(server, options.runner), options.runner, reported=reported)
    return CoachApp(HubClient(server, topics=coach_topics(options.runner)), str(server), runner=options.runner)


def make_page(options: argparse.Namespace) -> Page:
    """Create the coach's page for the same broker; a coach's dashboard passes its choice of runners on."""
    return Page(naming_words(mqtt_section(options), options.runner if options.watch else None))


async def run(options: argparse.Namespace) -> int:
    """Run the dashboard until it is quit, signalled or orphaned; return its exit code."""
    app = make_app(options)
    if not in_browser():  # a viewer on a tablet must not change the settings of this machine
        app.theme_memory = own_memory()
        app.page = make_page(options)
    app.use_theme(options.theme)
    outlive_the_hub()
    end_with_signals(app)
    if options.parent_fd is not None:
        lower_priority()
        when_parent_ends(options.parent_fd, app.exit)
    await app.run_async()
    return app.return_code or 0


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns 0 when done, 1 on failure, 2 for wrong arguments or without a terminal."""
    options = parse(sys.argv[1:] if arguments is None else arguments)
    if not in_browser() and not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        print("stridecue: the dashboard needs a terminal; use --headless with the hub instead", file=sys.stderr)
        return 2
    log_to_file()
    return asyncio.run(run(options))


if __name__ == "__main__":
    sys.exit(main())
