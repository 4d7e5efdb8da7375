"""The help: every number in plain words, and what this is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.explanations import NOT_MEDICAL


class HelpScreen(ModalScreen[None]):
    """Scrolls when the terminal is small; any of its keys closes it. A paragraph begins with what it is about."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss", "Back"),
    ]

    def __init__(self, paragraphs: Sequence[str], keys: str) -> None:
        super().__init__()
        self._paragraphs = paragraphs
        self._keys = keys

    def compose(self) -> ComposeResult:
        """One paragraph a number, and the keys."""
        with VerticalScroll(id="help-box") as box:
            box.border_title = "What the numbers mean"
            box.border_subtitle = "Esc closes · arrows scroll"
            yield Static(Content.styled(NOT_MEDICAL, "bold"))
            for text in self._paragraphs:
                head, _, rest = text.partition(":")
                yield Static(Content.assemble((f"{head}:", "bold $accent"), rest) if rest else Content(text))
            yield Static(Content.styled(self._keys, "$dim"))
