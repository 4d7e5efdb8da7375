"""The help: every number in plain words, and what this is not."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.reading import READINGS

_NOT_MEDICAL = (
    "Not a medical device. It measures and teaches; it does not diagnose and cannot say that you will or will not be "
    "injured. Numbness, tingling or pain that does not settle: see a clinician."
)
_MORE = (
    (
        "Hips, side to side: the tilt of your pelvis over the last 10 seconds, plus when the left side is higher. "
        "Swing is how far it goes from side to side; 8 to 10 degrees are usual. The shaded band is 5 degrees each way: "
        "a rule of thumb from video, not a limit for you."
    ),
    "Threshold: how far you are from your own usual self today: clear, watch, near, reached. It says why.",
    "Sensors: bat is the battery, lost the share of measurements that never arrived, /s the packets a second.",
    "A dimmed number is old; its age stands below it. -- means that it cannot be measured just now.",
    "Cues: seldom on purpose. ● information, ◆ advice, ▲ warning, ■ stop. Quiet is good.",
)
_KEYS = (
    "Keys: p report pain · m mute cues and sounds · d dark or light · ? this help · q quit (the run is kept). "
    "In a replay: space pause · + - speed · ← → 10 s back or on · , . 60 s (also Shift and an arrow) · Home from the "
    "start · n N to the next or last cue ◆, threshold ▲ or pain ✚ of the line at the bottom."
)


class HelpScreen(ModalScreen[None]):
    """Scrolls when the terminal is small; any of its keys closes it."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss", "Back"),
    ]

    def compose(self) -> ComposeResult:
        """One paragraph a number; the same words are not said twice."""
        meanings = list(dict.fromkeys(reading.meaning for reading in READINGS))
        with VerticalScroll(id="help-box") as box:
            box.border_title = "What the numbers mean"
            box.border_subtitle = "Esc closes · arrows scroll"
            yield Static(Content.styled(_NOT_MEDICAL, "bold"))
            for text in (*meanings, *_MORE):
                head, _, rest = text.partition(":")
                yield Static(Content.assemble((f"{head}:", "bold $accent"), rest) if rest else Content(text))
            yield Static(Content.styled(_KEYS, "$dim"))
