"""The pain prompt: one digit and Enter is enough, made for a hand that is running."""

from __future__ import annotations

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
WORST = 10


class PainScreen(ModalScreen[PainMessage | None]):
    """Gives back the report, or None when the runner went back."""

    CSS_PATH = "pain.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        Binding("enter", "send", "Send"),
        Binding("left", "step(-1)", "Less"),
        Binding("right", "step(1)", "More"),
        Binding("up", "site(-1)", "Site"),
        Binding("down", "site(1)", "Site"),
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
        """Question, scale, site, side, keys."""
        with Vertical(id="pain-box") as box:
            box.border_title = "How much does it hurt?"
            yield Static(id="pain-scale")
            yield Static(id="pain-word")
            yield Static(id="pain-act")
            yield Static(id="pain-site")
            yield Static(id="pain-side")
            yield Static(id="pain-numb")
            yield Static(id="pain-keys")

    def on_mount(self) -> None:
        """Draw the first state."""
        self._draw()

    def on_key(self, event: events.Key) -> None:
        """Digits choose the level; a 0 typed after 1 makes ten."""
        if event.character is not None and event.character.isdecimal() and event.character.isascii():
            event.stop()
            digit = int(event.character)
            self.level = WORST if self.level == 1 and digit == 0 else digit
            self._draw()

    def action_step(self, by: int) -> None:
        """Change the level by arrow key."""
        self.level = min(WORST, max(0, (self.level if self.level is not None else 0 if by > 0 else 1) + by))
        self._draw()

    def action_site(self, by: int) -> None:
        """Choose the site."""
        self.site = (self.site + by) % len(SITES)
        self._draw()

    def action_side(self, side: str) -> None:
        """Choose the side; the same key again takes it back."""
        self.side = None if self.side == side else Side(side)
        self._draw()

    def action_numb(self) -> None:
        """Numbness or tingling; the same key again takes it back."""
        self.numb = not self.numb
        self._draw()

    def action_back(self) -> None:
        """Report nothing."""
        self.dismiss(None)

    def action_send(self) -> None:
        """Give the report back, if there is a level."""
        if self.level is None:
            self.query_one("#pain-word", Static).update(
                Content.styled("Type a number from 0 to 10 first.", "bold $caution"), layout=False
            )
            return
        self.dismiss(PainMessage(level=self.level, site=SITES[self.site], side=self.side, numb=self.numb or None))

    def _act(self) -> str:
        """What to do now: the words that the answer to such a report begins with."""
        if self.level is None:
            return ""
        return at_once(self.level, SITES[self.site], numb=self.numb, rule=self._rule)

    def _draw(self) -> None:
        cells = [
            Content.styled(f"[{level}]", "reverse bold") if level == self.level else Content(f" {level} ")
            for level in range(WORST + 1)
        ]
        word = "0 none … 10 the worst you can think of" if self.level is None else level_word(self.level)
        lines = {
            "scale": Content(" ").join(cells),
            "word": Content.styled(word, "$dim" if self.level is None else "bold"),
            "act": Content(self._act()),
            "site": _choice("Where", SITES[self.site] or "not said", "↑ ↓"),
            "side": _choice("Side", self.side.value if self.side is not None else "not said", "l r"),
            "numb": _choice("Numb", "yes" if self.numb else "no", "n"),
            "keys": Content.styled("Enter sends · Esc goes back · only the number is needed", "$dim"),
        }
        for name, content in lines.items():
            self.query_one(f"#pain-{name}", Static).update(content, layout=False)


def _choice(name: str, value: str, keys: str) -> Content:
    return Content.assemble((f"{name:<8}", "$dim"), (f"{value:<18}", "bold"), (keys, "$dim"))
