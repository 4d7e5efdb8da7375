"""Entry point of the command `stridecue`. Loads nothing itself, so that even a Ctrl-C while loading is answered."""

from __future__ import annotations

import importlib
import sys


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; gives 0 done, 1 failed at run time, 2 wrong arguments or configuration."""
    try:
        code: int = importlib.import_module("hub.command_line").carry_out(arguments)
    except KeyboardInterrupt:
        print("stridecue: interrupted", file=sys.stderr)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
