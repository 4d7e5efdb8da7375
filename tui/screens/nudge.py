"""A few words to a runner: shown on their screen, and spoken to them where there is a voice."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.state.words import sentence

LONGEST = 120
"""Characters; more cannot be said between two breaths (and is refused by the hub)."""


class NudgeScreen(ModalScreen[str | None]):
    """Gives back the words, or None. `reach`: how they get to the runner."""

    CSS_PATH = "nudge.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Back")]

    def __init__(self, runner: str, reach: str) -> None:
        super().__init__()
        self._runner = runner
        self._reach = reach

    def compose(self) -> ComposeResult:
        """One line to write in."""
        with Vertical(id="nudge-box") as box:
            box.border_title = f"Say to {self._runner}"
            yield Input(placeholder="e.g. quick, light steps", max_length=LONGEST, id="nudge-words")
            yield Static(sentence(self._reach), id="nudge-reach")
            yield Static("Enter sends · Esc goes back", id="nudge-keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Send what was written; nothing when it is empty, and say so."""
        words = event.value.strip()
        if not words:
            self.notify("Nothing was written: nothing was sent.", title=self._runner)
        self.dismiss(words or None)
