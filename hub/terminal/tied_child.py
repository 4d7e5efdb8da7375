"""Run a child process that ends with us: signals to end are passed on; if we are killed, it notices by the tether."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from types import FrameType

from hub.terminal.ending import end_process_blocking
from hub.terminal.interrupts import interrupts_blocked
from hub.terminal.tether import Tether

ASKED_TO_END = 143
"""Exit code after SIGTERM or SIGHUP, as shells report SIGTERM (128 + 15)."""
STOP_TIMEOUT_S = 5.0


def run_tied(command: Sequence[str], environment: Mapping[str, str], last: Sequence[str] = ()) -> int:
    """Run `command`, the tether's arguments and `last`; return the exit code, ASKED_TO_END, or 0 after a Ctrl-C."""
    tether = Tether()
    with contextlib.ExitStack() as stack:
        stack.callback(tether.cut)
        stack.enter_context(_ending_on_signals())
        try:
            with interrupts_blocked():
                child = subprocess.Popen(
                    [*command, *tether.arguments, *last], env=environment, pass_fds=tether.descriptors
                )
                tether.tied()
                stack.callback(end_process_blocking, child, STOP_TIMEOUT_S)
            return child.wait()
        except KeyboardInterrupt:
            return 0
        except _AskedToEndError:
            return ASKED_TO_END


class _AskedToEndError(Exception):
    pass


@contextlib.contextmanager
def _ending_on_signals() -> Iterator[None]:
    """Inside the block, SIGTERM and SIGHUP raise _AskedToEndError, once."""
    asked = False

    def ask(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if not asked:
            asked = True
            raise _AskedToEndError

    names = ("SIGTERM", "SIGHUP") if threading.current_thread() is threading.main_thread() else ()
    before = {number: signal.signal(number, ask) for name in names if (number := getattr(signal, name, None))}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
