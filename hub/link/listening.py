"""What a listening socket of ours is set to."""

from __future__ import annotations

import socket


def alone(door: socket.socket) -> socket.socket:
    """Let nobody else listen where `door` will, and let it be opened again at once after it was closed; gives it back.

    Windows means something else by SO_REUSEADDR: anybody may listen on an address that is in use.
    """
    option = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)  # the first is there on Windows only
    door.setsockopt(socket.SOL_SOCKET, option, 1)
    return door
