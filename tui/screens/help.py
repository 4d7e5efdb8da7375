"""The help screen: the keys, the disclaimer, and every number in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.explanations import NOT_MEDICAL

_COLUMN = 34
"""Cells of the left of the two columns of keys."""


class HelpScreen(ModalScreen[None]):
    """Shows keys and paragraphs; scrolls on a small terminal. The part of a paragraph before its colon is its heading.

    The keys come first, since they are what most people press `?` for.
    """

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss", "Back"),
    ]

    def __init__(self, paragraphs: Sequence[str], keys: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._paragraphs = paragraphs
        self._keys = keys

    def compose(self) -> ComposeResult:
        """Lay out the keys, the disclaimer and the paragraphs."""
        with VerticalScroll(id="help-box") as box:
            box.border_title = "Keys, and what the numbers mean"
            box.border_subtitle = "Esc closes · ↓ more"
            yield Static(_in_two_columns(self._keys), id="help-keys")
            yield Static(Content.styled(NOT_MEDICAL, "bold"))
            for text in self._paragraphs:
                head, _, rest = text.partition(":")
                yield Static(Content.assemble((f"{head}:", "bold $accent"), rest) if rest else Content(text))


def _in_two_columns(keys: Sequence[tuple[str, str]]) -> Content:
    rows = (len(keys) + 1) // 2
    cells = [_key(*each) for each in keys]
    pairs = zip_longest(cells[:rows], cells[rows:], fillvalue=Content(""))
    return Content("\n").join([left.pad_right(_COLUMN - left.cell_length) + right for left, right in pairs])


def _key(key: str, does: str) -> Content:
    return Content.assemble((f"{key:>5}", "bold $accent"), f"  {does}")
