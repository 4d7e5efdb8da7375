"""Entry point of the command `stridecue`. Loads nothing itself, so that even a Ctrl-C while loading is answered."""

from __future__ import annotations

import importlib
import os
import sys

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; gives 0 done, 1 failed at run time, 2 wrong arguments or configuration."""
    for name in ONE_THREAD:  # our matrices are small: threads would only cost memory, and wake-ups on a busy machine
        os.environ.setdefault(name, "1")
    try:
        code: int = importlib.import_module("hub.command_line.dispatch").carry_out(arguments)
    except KeyboardInterrupt:
        print("stridecue: interrupted", file=sys.stderr)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
