"""The parser of `stridecue` and of each of its commands: an error is followed by the help to read next."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

from hub.settings.folders import program
from hub.terminal.wrapping import wrap_words


class CommandParser(argparse.ArgumentParser):
    """An argument parser whose errors say what is wrong, how the command is used, and which help explains it."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and what is wrong, and exit with 2."""
        self.print_usage(sys.stderr)
        command = " ".join([program(), *self.prog.split()[1:], "--help"])
        wrong = wrap_words(f"{self.prog}: error: {message}", sys.stderr)
        self.exit(2, f"{wrong}\n`{command}` explains every option\n")

    def exit_with_help(self) -> NoReturn:
        """Print the whole help, for a command line that says nothing, and exit with 2."""
        self.print_help(sys.stderr)
        self.exit(2)
