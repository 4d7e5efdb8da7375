"""Entry point of the command `stridecue`; imports lazily, so that even a Ctrl-C during the imports ends cleanly."""

from __future__ import annotations

import importlib
import os
import sys

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code: 0 done, 1 failed while running, 2 wrong arguments or settings."""
    for name in ONE_THREAD:  # our matrices are small: BLAS threads would only cost memory and wake-ups
        os.environ.setdefault(name, "1")
    try:
        code: int = importlib.import_module("hub.command_line.dispatch").carry_out(arguments)
    except KeyboardInterrupt:
        print("stridecue: interrupted", file=sys.stderr)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
