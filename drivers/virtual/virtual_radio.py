"""Detect, before a run, whether a radio leads to virtual sensors, whose data must not enter a runner's history.

The controller is queried, not a sensor: everything received through a controller of the virtual air is virtual, while
a real sensor built from our sketch behaves exactly like the virtual one. Only TCP on this machine is queried, where the
virtual air serves; USB, serial and system adapters never are.
"""

from __future__ import annotations

import socket

EPOCH_NAME = "stridecue air since "
"""Prefix of the local name of every controller of the virtual air, followed by its start as `time.monotonic()`."""
PATIENCE_S = 1.0
"""Our controllers answer within milliseconds."""

_TCP = "bumble:tcp-client:"
_READ_LOCAL_NAME = bytes.fromhex("01140c00")
_LOCAL_NAME = bytes.fromhex("040efc")
"""H4 packets (Core 5.4, Vol 4, Part A, 2): command 0x0c14, and the start of its Command Complete event, 252 bytes."""
_NAME_FROM, _NAME_TO = 7, 255


def is_virtual(radio: str) -> bool:
    """Return whether `radio` (see `radio_choice.open_radio`) is `virtual` or leads to the air of `stridecue sim`.

    Return False for a radio that does not answer: opening it reports the reason.
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
    """Read a controller's local name; empty if it does not answer, or not with a name."""
    with socket.create_connection((host, port), PATIENCE_S) as connection:
        connection.settimeout(PATIENCE_S)
        connection.sendall(_READ_LOCAL_NAME)
        answer = b""
        while len(answer) < _NAME_TO and (more := connection.recv(_NAME_TO - len(answer))):
            answer += more
    return answer[_NAME_FROM:_NAME_TO] if answer.startswith(_LOCAL_NAME) else b""
