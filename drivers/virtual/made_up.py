"""Whether a radio leads to made-up sensors, asked before a run: what they tell must not become anybody's history.

Asked is the controller, not a sensor: all that is heard through a controller of our air is made up, and a sensor that
is built after our sketch speaks as the virtual one does. Only TCP on this machine is asked, where the air serves; a
USB, serial or system adapter never is.
"""

from __future__ import annotations

import socket

EPOCH_NAME = "stridecue air since "
"""Local name of every controller of the air; what follows is `time.monotonic()`, one clock for all processes."""
PATIENCE_S = 1.0
"""A controller answers within milliseconds (ours)."""

_TCP = "bumble:tcp-client:"
_READ_LOCAL_NAME = bytes.fromhex("01140c00")
_LOCAL_NAME = bytes.fromhex("040efc")
"""H4 packets (Core 5.4, Vol 4, Part A, 2): the command 0x0c14 and the event that completes it, of 252 bytes."""
_NAME_FROM, _NAME_TO = 7, 255


def is_made_up(radio: str) -> bool:
    """Whether `radio` (a word for `radio_choice.open_radio`) is `virtual`, or leads to the air of `stridecue sim`.

    A radio that does not answer is not: why is said when it is opened.
    """
    if radio == "virtual":
        return True
    host, _, port = radio.removeprefix(_TCP).rpartition(":")
    if not radio.startswith(_TCP) or not (host == "localhost" or host.startswith("127.")) or not port.isdecimal():
        return False
    try:
        return _local_name(host, int(port)).startswith(EPOCH_NAME.encode())
    except (OSError, OverflowError):
        return False


def _local_name(host: str, port: int) -> bytes:
    """Ask a controller for its name; empty when it is silent, or says something else."""
    with socket.create_connection((host, port), PATIENCE_S) as connection:
        connection.settimeout(PATIENCE_S)
        connection.sendall(_READ_LOCAL_NAME)
        answer = b""
        while len(answer) < _NAME_TO and (more := connection.recv(_NAME_TO - len(answer))):
            answer += more
    return answer[_NAME_FROM:_NAME_TO] if answer.startswith(_LOCAL_NAME) else b""
