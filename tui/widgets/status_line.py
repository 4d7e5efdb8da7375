"""The top line: the runner, the state of the run, sound, and whether recording and link work."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content
from textual.widgets import Static

from dsp.texts import clock
from tui.state.words import middle_cut

_STATE_MARK = {"waiting": "○", "running": "▶", "paused": "‖", "ended": "■"}
_LINK_MARK = {True: "●", False: "✗", None: "◌"}
RUNNING_TIME = "running time"
_NOTE = {True: "♪", False: "✗"}
_WIDE_CELLS = 110
_GAP = "   "
_SHORTEST = 7
"""Shortest form of a recording's name, in cells; with less room it is left out."""
_LINK_COLOUR = {True: "$ok", False: "$bad", None: "$dim"}


@dataclass(frozen=True, slots=True)
class Status:
    """The contents of the line.

    state         state of the run; empty before the first message of the hub
    recording     name of the recording; None when nothing is recorded
    records       whether a run of this kind can be recorded
    recording_ok  whether the data reach the disk
    link_ok       None while the first connection is being tried
    sound         what can be heard
    sound_wide    the same, for where there is room
    sound_ok      whether sound works as configured
    muted         whether cues are muted
    served        whether the coach's page is on
    replayed      whether this is a replay
    """

    runner: str
    source: str
    state: str
    elapsed_s: float
    recording: str | None
    records: bool
    link: str
    link_ok: bool | None
    muted: bool
    sound: str = ""
    sound_wide: str = ""
    sound_ok: bool = True
    served: bool = False
    recording_ok: bool = True
    replayed: bool = False


class StatusLine(Static):
    """The top line; repaints at most once a second."""

    def __init__(self) -> None:
        super().__init__(id="status")
        self.status: Status | None = None

    def show(self, status: Status) -> None:
        """Show `status`."""
        if status == self.status:
            return
        self.status = status
        self._draw()

    def on_resize(self) -> None:
        """Fit to the new width."""
        self._draw()

    def _draw(self) -> None:
        if self.status is None:
            return
        now, width = self.status, self.content_size.width
        # A replay has a clock and a pause of its own: there the word names the kind of time instead of the state.
        word = RUNNING_TIME if now.replayed else now.state
        state = f"{_STATE_MARK[now.state]} {word} {clock(now.elapsed_s)}" if now.state else ""
        left = Content.assemble(
            ("stridecue", "bold $accent"),
            f"  {now.runner}",
            (f"  {now.source}" if now.source else "", "$dim"),
            "   ",
            (state, "bold"),
            "  muted" if now.muted else "",
            ("  web on" if now.served else "", "$caution"),
        )
        link = f"{_LINK_MARK[now.link_ok]} {now.link}"
        room = width - left.cell_length - len(link) - 1
        sound = _fitting(self._sound(now, wide=width >= _WIDE_CELLS), room)
        recording = _fitting(self._recording(now, room - len(sound) - 2 * len(_GAP)), room - len(sound))
        right = Content.assemble(
            (recording, "$bad" if not now.recording_ok else "" if now.recording else "$dim"),
            (sound, "$dim" if now.sound_ok else "$caution"),
            (link, _LINK_COLOUR[now.link_ok]),
        )
        gap = max(1, width - left.cell_length - right.cell_length)
        self.update(Content.assemble(left, " " * gap, right), layout=False)

    def _sound(self, now: Status, *, wide: bool) -> str:
        words = now.sound_wide if wide else now.sound
        return f"{_NOTE[now.sound_ok]} {words}" if words and not (now.muted and words.endswith("muted")) else ""

    def _recording(self, now: Status, room: int) -> str:
        if not now.state or not now.records:
            return ""
        if not now.recording_ok:
            return "✗ rec"
        if now.recording is None:
            return "not recording"
        return "◉ rec " + middle_cut(now.recording, max(_SHORTEST, room - len("◉ rec ")))


def _fitting(words: str, room: int) -> str:
    """Return the words and a gap if there is room for both, else nothing."""
    return words + _GAP if words and len(words) + len(_GAP) <= room else ""
