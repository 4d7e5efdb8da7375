"""The pain form, on one screen; one digit and Enter are enough, even for a hand that is running."""

from __future__ import annotations

from itertools import zip_longest
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from dsp.records import Side
from dsp.runner.triage import SITES as PAIN_SITES
from dsp.runner.triage import PainRule, at_once
from dsp.texts import level_word
from hub.messages.incoming import PainMessage

SITES = (None, *PAIN_SITES)
LETTERS = "abcdefgh"
"""One per site, shown next to it; none of them is another key of this form."""
WORST = 10
_NAME, _COLUMN = 8, 23
"""Cells of a question, and of the left column of sites."""


class PainScreen(ModalScreen[PainMessage | None]):
    """Asks for a pain report; the result is the report, or None if the runner went back."""

    CSS_PATH = "pain.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        Binding("enter", "send", "Send"),
        Binding("left", "step(-1)", "Less"),
        Binding("right", "step(1)", "More"),
        Binding("up", "site(-1)", "Site"),
        Binding("down", "site(1)", "Site"),
        *(Binding(letter, f"place({place})", "Site", show=False) for place, letter in enumerate(LETTERS, 1)),
        Binding("l", "side('left')", "Left"),
        Binding("r", "side('right')", "Right"),
        Binding("n", "numb", "Numb"),
    ]

    def __init__(self, rule: PainRule = PainRule.TREK) -> None:
        super().__init__()
        self._rule = rule
        self.level: int | None = None
        self.site = 0
        self.side: Side | None = None
        self.numb = False

    def compose(self) -> ComposeResult:
        """Lay out the scale, what to do now, site, side, numbness and keys."""
        with Vertical(id="pain-box") as box:
            box.border_title = "How much does it hurt? 0 to 10, then Enter"
            for part in ("scale", "word", "act", "site", "side", "numb", "keys"):
                yield Static(id=f"pain-{part}")

    def on_mount(self) -> None:
        """Draw the empty form."""
        self._draw()

    def on_key(self, event: events.Key) -> None:
        """Let digits choose the level; a 0 typed after a 1 makes it ten."""
        if event.character is not None and event.character.isdecimal() and event.character.isascii():
            event.stop()
            digit = int(event.character)
            self.level = WORST if self.level == 1 and digit == 0 else digit
            self._draw()

    def action_step(self, by: int) -> None:
        """Change the level by `by`."""
        self.level = min(WORST, max(0, (self.level if self.level is not None else 0 if by > 0 else 1) + by))
        self._draw()

    def action_site(self, by: int) -> None:
        """Choose the next or the previous site."""
        self.site = (self.site + by) % len(SITES)
        self._draw()

    def action_place(self, place: int) -> None:
        """Choose a site by its letter; the same letter again clears it."""
        self.site = 0 if self.site == place else place
        self._draw()

    def action_side(self, side: str) -> None:
        """Choose the side; the same key again clears it."""
        self.side = None if self.side == side else Side(side)
        self._draw()

    def action_numb(self) -> None:
        """Toggle numbness or tingling."""
        self.numb = not self.numb
        self._draw()

    def action_back(self) -> None:
        """Close the form without a report."""
        self.dismiss(None)

    def action_send(self) -> None:
        """Close the form with the report, if a level was chosen."""
        if self.level is None:
            self.query_one("#pain-word", Static).update(
                Content.styled("Type a number from 0 to 10 first.", "bold $caution"), layout=False
            )
            return
        self.dismiss(PainMessage(level=self.level, site=SITES[self.site], side=self.side, numb=self.numb or None))

    def _act(self) -> str:
        """Return what to do now, as the hub's answer to such a report will begin."""
        if self.level is None:
            return ""
        return at_once(self.level, SITES[self.site], numb=self.numb, rule=self._rule)

    def _draw(self) -> None:
        scale = [_chosen(f"{level}", chosen=level == self.level) for level in range(WORST + 1)]
        word = "0 nothing hurts … 10 the worst you can think of" if self.level is None else level_word(self.level)
        sides = [
            _chosen(f"{key} {side}", chosen=side is self.side) for key, side in (("l", Side.LEFT), ("r", Side.RIGHT))
        ]
        numb = [_chosen("n yes", chosen=self.numb), Content.styled("numbness or tingling", "$dim")]
        lines = {
            "scale": Content("").join(scale),
            "word": Content.styled(word, "$dim" if self.level is None else "bold"),
            "act": Content(self._act()),
            "site": self._sites(),
            "side": _answers("Side", sides),
            "numb": _answers("Numb", numb),
            "keys": Content.styled("Enter sends · Esc goes back · the number is enough", "$dim"),
        }
        for name, content in lines.items():
            self.query_one(f"#pain-{name}", Static).update(content, layout=False)

    def _sites(self) -> Content:
        """Return all sites in two columns, each with its letter."""
        named = [
            _chosen(f"{letter} {site}", chosen=self.site == place)
            for place, (letter, site) in enumerate(zip(LETTERS, PAIN_SITES, strict=True), 1)
        ]
        rows = len(named) // 2
        pairs = zip_longest(named[:rows], named[rows:], fillvalue=Content(""))
        questions = ["Where", *[""] * (rows - 1)]
        return Content("\n").join(
            _answers(question, [left.pad_right(_COLUMN - left.cell_length), right])
            for question, (left, right) in zip(questions, pairs, strict=True)
        )


def _chosen(text: str, *, chosen: bool) -> Content:
    return Content.styled(f"[{text}]", "reverse bold") if chosen else Content(f" {text} ")


def _answers(question: str, answers: list[Content]) -> Content:
    return Content.assemble((f"{question:<{_NAME}}", "$dim"), *answers)
