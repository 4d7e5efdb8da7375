"""The coach's dashboard in a browser: its address, how to open it here, and what a phone needs."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.page.served import Page, State
from tui.shell import Shell

LOOK_S = 0.2
"""How often what became of it is looked at."""
_WORDS: dict[State, tuple[str, str]] = {
    "off": ("○ off: nobody can open it now", "$dim"),
    "starting": ("◌ starting, a few seconds …", "$dim"),
    "on": ("● on", "$ok"),
    "failed": ("✗ could not be served", "$bad"),
}
_KEYS = {
    "on": "Enter opens it here · s stops it · Esc goes back, it stays on",
    "starting": "Enter opens it here when it is ready · s stops it · Esc goes back",
    "off": "Enter starts it · Esc goes back",
    "failed": "Enter tries again · Esc goes back",
}
_WHY_ONLY_HERE = (
    "Phone or tablet: this address works on this machine only, since whoever opens it can also speak to runners. To "
    "let everybody in your wifi in, type this in another terminal; it prints an address and a code for the camera:"
)
OPENED = {
    "asking": "Asking the browser …",
    "asked": "The browser was asked to open it; where it shows nothing, copy the address into it.",
    "silent": "The browser was asked to open it, and has not answered; else copy the address into one here.",
    "failed": "The browser could not open it: copy the address into one on this machine.",
    "none": "No browser can be shown from here (no display): copy the address into one on this machine.",
}
"""By `Page.opened`."""


class WebScreen(ModalScreen[None]):
    """Serves from the moment it is opened; closing it changes nothing."""

    CSS_PATH = "web.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open here"),
        Binding("s", "stop", "Stop it"),
        Binding("escape,w,q", "dismiss", "Back"),
    ]

    def __init__(self, shell: Shell, page: Page) -> None:
        super().__init__()
        self._shell = shell
        self._page = page
        self._command: str | None = None
        self._wanted = False  # as soon as it is on
        self._drawn: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """Where it is, how it is opened, for whom it is not."""
        with Vertical(id="web-box") as box:
            box.border_title = "The coach's view, in a browser"
            yield Static(id="web-state")
            yield Static(id="web-address")
            yield Static(id="web-opened")
            yield Static(id="web-phone")
            yield Static(id="web-command")
            yield Static(id="web-keys")

    def on_mount(self) -> None:
        """Begin to serve, and to look how that goes."""
        self._command = self._page.phone_command
        self._shell.serve_page()
        self._look()
        self.set_interval(LOOK_S, self._look)

    def action_open(self) -> None:
        """Open it in this machine's browser; where it is not served, serve it."""
        if self._page.state in {"off", "failed"}:
            self._shell.serve_page()
        else:
            self._wanted = True
        self._look()

    def action_stop(self) -> None:
        """Serve no more."""
        self._wanted = False
        self._shell.stop_page()

    def _look(self) -> None:
        page = self._page
        if self._wanted and page.state == "on":
            self._wanted = False
            self._shell.show_page()
        now = (page.state, page.why, page.address, page.opened)
        if now != self._drawn:
            self._drawn = now
            self._draw()

    def _draw(self) -> None:
        page = self._page
        word, colour = _WORDS[page.state]
        lines = {
            "state": Content.styled(f"{word}{f': {page.why}' if page.why else ''}", colour),
            "address": Content.styled(page.address, "bold"),
            "opened": Content(OPENED[page.opened] if page.opened is not None else ""),
            "phone": Content.styled(_WHY_ONLY_HERE if self._command else "", "$dim"),
            "command": Content(self._command or ""),
            "keys": Content.styled(_KEYS[page.state], "$dim"),
        }
        for name, content in lines.items():
            line = self.query_one(f"#web-{name}", Static)
            line.update(content)
            line.display = bool(content)
