"""The top line: who and what, how the run stands, and whether anything is lost: recording and link."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content
from textual.widgets import Static

from tui.words import clock, middle_cut

_STATE_MARK = {"waiting": "○", "running": "▶", "paused": "‖", "ended": "■"}
_LINK_MARK = {True: "●", False: "✗", None: "◌"}
_NOTE = {True: "♪", False: "✗"}
_WIDE_CELLS = 110
_LINK_COLOUR = {True: "$ok", False: "$bad", None: "$dim"}


@dataclass(frozen=True, slots=True)
class Status:
    """What the line shows.

    state      empty before the hub has spoken
    recording  a file name, None when nothing is recorded
    link_ok    None while the first connection is tried
    sound      what can be heard; `sound_wide`: the same where there is room; `sound_ok`: it is as it was meant
    muted      cues are
    """

    runner: str
    source: str
    state: str
    elapsed_s: float
    recording: str | None
    link: str
    link_ok: bool | None
    muted: bool
    sound: str = ""
    sound_wide: str = ""
    sound_ok: bool = True


class StatusLine(Static):
    """Repaints once a second at most."""

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
        state = f"{_STATE_MARK[now.state]} {now.state} {clock(now.elapsed_s)}" if now.state else ""
        source = f"  {now.source}" if now.source else ""
        link = f"{_LINK_MARK[now.link_ok]} {now.link}"
        muted = "  muted" if now.muted else ""
        words = now.sound_wide if width >= _WIDE_CELLS else now.sound
        sound = f"   {_NOTE[now.sound_ok]} {words}" if words and not (now.muted and words.endswith("muted")) else ""
        fixed = len(f"stridecue  {now.runner}{source}") + len(state) + len(link) + len(muted) + len(sound) + 8
        recording = self._recording(max(13, width - fixed))
        left = Content.assemble(
            ("stridecue", "bold $accent"), f"  {now.runner}", (source, "$dim"), "   ", (state, "bold"), muted
        )
        right = Content.assemble(
            (recording if now.state else "", "" if now.recording else "$dim"),
            (sound, "$dim" if now.sound_ok else "$caution"),
            "   ",
            (link, _LINK_COLOUR[now.link_ok]),
        )
        gap = max(1, width - left.cell_length - right.cell_length)
        self.update(Content.assemble(left, " " * gap, right), layout=False)

    def _recording(self, room: int) -> str:
        if self.status is None or self.status.recording is None:
            return "not recording"
        return "◉ rec " + middle_cut(self.status.recording, max(4, room - 6))
