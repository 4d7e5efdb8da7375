"""Options of our listening sockets."""

from __future__ import annotations

import socket


def exclusive(listener: socket.socket) -> socket.socket:
    """Reserve the address that `listener` will bind, but let it be reused right after closing; returns `listener`.

    On Windows SO_REUSEADDR would let any program listen on an address in use; SO_EXCLUSIVEADDRUSE exists only there.
    """
    option = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
    listener.setsockopt(socket.SOL_SOCKET, option, 1)
    return listener
