"""The line of keys at the bottom; with every screen that opens or closes it sees to it that nothing of it stays."""

from __future__ import annotations

import importlib
from contextlib import suppress

from textual.widgets import Footer


class KeyFooter(Footer):
    """Textual's own, made anew whenever the keys change: at every screen that opens or closes.

    Textual 8.2 keeps two things then: the keys that are gone, which follow the footer's `compact` until it changes, and
    what closed screens had painted, in a cache of 1024 widgets. Without this a dashboard grew by 25 MB in an hour of
    `python -m benchmarks.dashboard_hour` (`docs/dashboard-costs.md`).
    """

    async def recompose(self) -> None:
        """Show the keys of now."""
        await super().recompose()
        self.mutate_reactive(Footer.compact)
        _forget_painted()


def _forget_painted() -> None:
    with suppress(ImportError, AttributeError):  # its own business, which another version may do otherwise
        importlib.import_module("textual._styles_cache").StylesCache.get_inner_outer.cache_clear()
