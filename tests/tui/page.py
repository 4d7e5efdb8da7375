"""A fake page without a server, for tests of the keys."""

from __future__ import annotations

from hub.page.address import LOOPBACK, whole
from tui.page.served import Page


class WrittenPage(Page):
    """A page that is on at once; `shown` counts requests to open a browser, `browser`: whether there is one."""

    def __init__(self, *, browser: bool = True) -> None:
        super().__init__(())
        self.shown = 0
        self.phone_asked = 0
        self.browser = browser

    async def start(self, theme: str) -> None:
        del theme
        self.state, self.why, self.address = "on", "", whole(LOOPBACK, 8765, "dG9rZW4tb2YtYS10ZXN0Xw")

    async def show(self) -> None:
        self.shown += self.browser
        self.opened = "asked" if self.browser else "none"

    @property
    def phone_command(self) -> str | None:
        self.phone_asked += 1
        return "stridecue watch --serve 192.168.1.20 --port 1883"
