"""Dispatch: import only the chosen command, run it, and turn errors into messages and an exit code.

Exit codes: 0 done, 1 failed while running, 2 wrong arguments or configuration. Errors go to stderr: what, where, what
to do. A traceback goes to the log file, never to the user.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
from argparse import Namespace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Protocol, cast

from drivers.errors import DriverError
from firmware_profiles.errors import ProfileError
from hub.command_line.arguments import parse
from hub.history.schema import HistoryError
from hub.log import log_to_file
from hub.settings.config import ConfigError
from hub.settings.folders import BRINGS, adding_extra
from hub.terminal.terminal import try_echo

_LOG = logging.getLogger("stridecue.cli")


class Command(Protocol):
    """A module of `hub.commands`."""

    def run(self, options: Namespace) -> int:
        """Run the command and return the exit code."""
        ...


def carry_out(arguments: list[str] | None = None) -> int:
    """Parse the command line, run the command and return its exit code. KeyboardInterrupt propagates."""
    options = parse(arguments)
    sys.excepthook = partial(_report_unexpected, log_to_file())
    try:
        command = cast("Command", importlib.import_module(f"hub.commands.{options.module}"))
        code = command.run(options)
        sys.stdout.flush()  # here, where a broken pipe is handled, not at interpreter exit
    except (ConfigError, ProfileError) as error:
        return _failed(str(error), 2)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        extra = next((extra for extra, module in BRINGS.items() if module == missing), None)
        if extra is None:
            raise
        return _failed(f"{missing} is not installed: {adding_extra(extra)}", 1)
    except BrokenPipeError:
        # The reader has seen enough (`| head`). Without this, Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (DriverError, HistoryError) as error:
        return _failed(str(error), 1)
    except OSError as error:
        return _failed(_where_and_what(error), 1)
    return code


def _where_and_what(error: OSError) -> str:
    """Return an error of the system as `file: what is wrong`, without its number."""
    if error.strerror is None:
        return str(error)
    files = [str(name) for name in (error.filename, error.filename2) if name is not None]
    return ": ".join([" -> ".join(files), error.strerror] if files else [error.strerror])


def _report_unexpected(log: Path, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Handle an uncaught exception: traceback to the log, one line to the user; Python then exits with 1."""
    _LOG.error("unexpected", exc_info=(kind, error, trace))
    _failed(f"{kind.__name__}: {error}: this is a bug in stridecue; please report it with the log {log}", 1)


def _failed(text: str, code: int) -> int:
    try_echo(f"stridecue: {text}", sys.stderr)
    return code
