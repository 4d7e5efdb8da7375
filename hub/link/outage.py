"""Why there is no connection, for the log: a broker may be away for days, and is asked for every few seconds."""

from __future__ import annotations

from collections.abc import Callable


class Outage:
    """Hands each reason to `say` once, until there is a connection again: then `over` is called."""

    def __init__(self, say: Callable[[str], None], over: Callable[[], None]) -> None:
        self._say = say
        self._over = over
        self._said: set[str] = set()

    def because(self, reason: str) -> None:
        """Say why an attempt failed, where that is news."""
        if reason not in self._said:
            self._said.add(reason)
            self._say(reason)

    def over(self) -> None:
        """Say that there is a connection again, where there was none."""
        if self._said:
            self._said.clear()
            self._over()
