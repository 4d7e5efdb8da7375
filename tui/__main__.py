"""`python -m tui --port P --runner R`: the dashboard as a process of its own, started by the hub or by hand."""

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
"""A third of the hub's share of a core that is short; where there is enough it changes nothing."""

_LOG = logging.getLogger("stridecue.dashboard")


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line; exits with 2 on a wrong one."""
    parser = argparse.ArgumentParser(prog="python -m tui", description="The dashboard of one runner.")
    parser.add_argument("--port", type=int, default=1883, help="of the broker on this machine (default %(default)s)")
    parser.add_argument("--runner", type=_runner, help="whose run to show: the topic segment")
    parser.add_argument("--watch", action="store_true", help="every runner on the broker, for a coach")
    parser.add_argument("--broker", metavar="URL", help="a broker elsewhere")
    parser.add_argument("--user", help="login there")
    parser.add_argument("--password-file", help=f"for that login, where {FROM_ENVIRONMENT} is not set")
    parser.add_argument("--ca-file", help="certificates to trust there")
    parser.add_argument("--theme", choices=NAMES, help="the look to begin with (default: the one chosen last)")
    parser.add_argument(FLAG, type=int, help="inherited pipe; the dashboard ends when it closes")
    options = parser.parse_args(arguments)
    if not options.watch and options.runner is None:
        parser.error("say whose run: --runner NAME, or --watch for all")
    return options


def _runner(text: str) -> str:
    try:
        return runner_slug(text)
    except WireError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def end_with_signals(app: App[None]) -> None:
    """End cleanly on INT, TERM and HUP: by default they kill at once and leave the terminal in the other screen."""
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and sys.platform != "win32":
            loop.add_signal_handler(number, app.exit)
    unblock_interrupts()


def outlive_the_hub() -> None:
    """Whatever happens to the hub: put the terminal right from the background too, and print nothing over it."""
    if hasattr(signal, "SIGTTOU"):  # else setting a terminal that a shell has taken back would halt us half way
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    asyncio.get_running_loop().set_exception_handler(_only_log)


def _only_log(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    _LOG.info("%s: %s", context.get("message"), context.get("exception"))


def give_way() -> None:
    """Let the hub go first where both want the processor: on a busy machine painting held up its cues (measured)."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.nice(NICENESS)


def in_browser() -> bool:
    """Whether the server of `tui.web` started this process."""
    return "TEXTUAL_DRIVER" in os.environ


def section_of(options: argparse.Namespace) -> MqttSection:
    """Say which broker is meant, as a configuration would."""
    return MqttSection(
        port=options.port,
        url=options.broker,
        user=options.user,
        password_file=options.password_file,
        ca_file=options.ca_file,
    )


def chosen_app(options: argparse.Namespace) -> Shell:
    """Make the dashboard that is meant; raises ConfigError for a bad URL."""
    section = section_of(options)
    if FROM_ENVIRONMENT in os.environ:  # who started us has read the file, which may be a pipe
        section = msgspec.structs.replace(section, password_file=None)
    server = watched_server(section, "--broker")
    if not options.watch:
        reported = "" if options.parent_fd is None else parent_message(options.parent_fd)
        return DashboardApp(HubClient(server, options.runner), options.runner, reported=reported)
    return CoachApp(HubClient(server, topics=coach_topics(options.runner)), str(server))


def page_of(options: argparse.Namespace) -> Page:
    """Make the page that shows a coach the runners of the same broker; from a coach's dashboard, those on it."""
    return Page(naming_words(section_of(options), options.runner if options.watch else None))


async def run(options: argparse.Namespace) -> int:
    """Run the dashboard until it is quit, signalled or orphaned."""
    app = chosen_app(options)
    if not in_browser():  # who looks on from a tablet does not choose for this machine
        app.looks = own_memory()
        app.page = page_of(options)
    app.wear(options.theme)
    outlive_the_hub()
    end_with_signals(app)
    if options.parent_fd is not None:
        give_way()
        when_parent_ends(options.parent_fd, app.exit)
    await app.run_async()
    return app.return_code or 0


def main(arguments: list[str] | None = None) -> int:
    """Entry point; 0 done, 1 failed, 2 wrong arguments or no terminal."""
    options = parse(sys.argv[1:] if arguments is None else arguments)
    if not in_browser() and not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        print("stridecue: the dashboard needs a terminal; use --headless with the hub instead", file=sys.stderr)
        return 2
    log_to_file()
    return asyncio.run(run(options))


if __name__ == "__main__":
    sys.exit(main())
