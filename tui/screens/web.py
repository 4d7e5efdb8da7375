"""The dialog for the coach's dashboard in a browser: its address, how to open it here, how to reach it by phone."""

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

POLL_S = 0.2
"""How often the state of the page is polled."""
_WORDS: dict[State, tuple[str, str]] = {
    "off": ("○ off: nobody can open it now", "$dim"),
    "starting": ("◌ starting, a few seconds …", "$dim"),
    "on": ("● on", "$ok"),
    "failed": ("✗ failed to start", "$bad"),
}
_KEYS = {
    "on": "Enter opens it here · s stops it · Esc goes back, it stays on",
    "starting": "Enter opens it here when it is ready · s stops it · Esc goes back",
    "off": "Enter starts it · Esc goes back",
    "failed": "Enter tries again · Esc goes back",
}
_PHONE_HINT = (
    "Phone or tablet: this address works on this machine only, because anyone who opens it can also send messages to "
    "runners. To let everyone on your Wi-Fi in, type this in another terminal; it prints an address and a QR code:"
)
OPENED = {
    "asking": "Asking the browser …",
    "asked": "The browser was asked to open it. If nothing appears, copy the address into it.",
    "silent": "The browser was asked to open it but has not answered. If nothing appears, copy the address into it.",
    "failed": "The browser could not open it. Copy the address into a browser on this machine.",
    "none": "No browser can be shown here (no display). Copy the address into a browser on this machine.",
}
"""The words for each `Page.opened`."""


class WebScreen(ModalScreen[None]):
    """Starts serving as soon as it is opened; closing it does not stop the page."""

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
        self._open_when_on = False
        self._drawn: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out the state, the address, the hints for a phone, and the keys."""
        with Vertical(id="web-box") as box:
            box.border_title = "The coach's view, in a browser"
            yield Static(id="web-state")
            yield Static(id="web-address")
            yield Static(id="web-opened")
            yield Static(id="web-phone")
            yield Static(id="web-command")
            yield Static(id="web-keys")

    def on_mount(self) -> None:
        """Start serving, and polling the state."""
        self._command = self._page.phone_command
        self._shell.serve_page()
        self.poll()
        self.set_interval(POLL_S, self.poll)

    def action_open(self) -> None:
        """Open the page in this machine's browser, or start serving it if it is not served."""
        if self._page.state in {"off", "failed"}:
            self._shell.serve_page()
        else:
            self._open_when_on = True
        self.poll()

    def action_stop(self) -> None:
        """Stop serving."""
        self._open_when_on = False
        self._shell.stop_page()

    def poll(self) -> None:
        """Show the present state of the page, and open it if that was asked for and it is ready."""
        page = self._page
        if self._open_when_on and page.state == "on":
            self._open_when_on = False
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
            "phone": Content.styled(_PHONE_HINT if self._command else "", "$dim"),
            "command": Content(self._command or ""),
            "keys": Content.styled(_KEYS[page.state], "$dim"),
        }
        for name, content in lines.items():
            line = self.query_one(f"#web-{name}", Static)
            line.update(content)
            line.display = bool(content)
