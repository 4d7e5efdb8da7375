"""The line of keys at the bottom, with workarounds for what Textual's own footer leaks and cuts off."""

from __future__ import annotations

import importlib
from contextlib import suppress

from textual.widgets import Footer
from textual.widgets._footer import FooterKey

_ALWAYS = ("help", "quit")
"""Actions whose keys are shown even where not all keys fit."""


class KeyFooter(Footer):
    """Textual's footer, recomposed whenever the keys change: at every screen that opens or closes.

    Textual 8.2 then leaks two things: the removed keys, which stay subscribed to the footer's `compact` until it
    changes, and what closed screens had painted, in a cache of 1024 widgets. Without this a dashboard grew by 25 MB in
    an hour of `python -m benchmarks.dashboard_hour` (`docs/dashboard-costs.md`).
    """

    async def recompose(self) -> None:
        """Show the present keys, and release what Textual would keep."""
        await super().recompose()
        self.mutate_reactive(Footer.compact)
        _forget_painted()
        self._show_what_fits()

    def on_resize(self) -> None:
        """Show as many keys as fit the new width."""
        self._show_what_fits()

    def _show_what_fits(self) -> None:
        """Hide keys that would be cut off, but never help, which lists all keys, nor quit."""
        keys = list(self.query(FooterKey))
        left = self.size.width + 1  # the last key needs no gap after it
        for key in sorted(keys, key=lambda key: key.action not in _ALWAYS):
            left -= key.render().cell_len
            key.display = left >= 0


def _forget_painted() -> None:
    with suppress(ImportError, AttributeError):  # internal to Textual, so another version may differ
        importlib.import_module("textual._styles_cache").StylesCache.get_inner_outer.cache_clear()
