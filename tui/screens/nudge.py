"""A short message to a runner: shown on their screen, and spoken if they have a voice."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.state.words import sentence

LONGEST = 120
"""Characters; more cannot be said between two breaths, and the hub refuses it."""


class NudgeScreen(ModalScreen[str | None]):
    """Asks for a message; the result is the message, or None. `reach`: how it will reach the runner."""

    CSS_PATH = "nudge.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Back")]

    def __init__(self, runner: str, reach: str) -> None:
        super().__init__()
        self._runner = runner
        self._reach = reach

    def compose(self) -> ComposeResult:
        """Lay out one line to type in, and the hints."""
        with Vertical(id="nudge-box") as box:
            box.border_title = f"Message to {self._runner}"
            yield Input(placeholder="e.g. quick, light steps", max_length=LONGEST, id="nudge-words")
            yield Static(sentence(self._reach), id="nudge-reach")
            yield Static("Enter sends · Esc goes back", id="nudge-keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Return what was typed; an empty message is not sent, with a notification."""
        words = event.value.strip()
        if not words:
            self.notify("The message was empty, so nothing was sent.", title=self._runner)
        self.dismiss(words or None)
