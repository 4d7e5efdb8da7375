"""The line of keys at the bottom; with every screen that opens or closes it sees to it that nothing of it stays."""

from __future__ import annotations

import importlib
from contextlib import suppress

from textual.widgets import Footer
from textual.widgets._footer import FooterKey

_ALWAYS = ("help", "quit")
"""What the keys do that are shown where not all have room."""


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
        self._show_what_fits()

    def on_resize(self) -> None:
        """Show as many keys as there is room for now."""
        self._show_what_fits()

    def _show_what_fits(self) -> None:
        """Leave out what the edge would cut, but neither help, which has all the keys, nor the way out."""
        keys = list(self.query(FooterKey))
        left = self.size.width + 1  # behind the last one nothing need follow
        for key in sorted(keys, key=lambda key: key.action not in _ALWAYS):
            left -= key.render().cell_len
            key.display = left >= 0


def _forget_painted() -> None:
    with suppress(ImportError, AttributeError):  # its own business, which another version may do otherwise
        importlib.import_module("textual._styles_cache").StylesCache.get_inner_outer.cache_clear()
