"""Two moving plots with a common time axis: how far the free hip sinks at each landing, left above right."""

from __future__ import annotations

import numpy as np
from textual.app import ComposeResult
from textual.containers import Vertical

from dsp.records import Side
from dsp.signals import Placement
from tui.state.board import PLOT_WINDOW_S, Board
from tui.widgets.braille_plot import Axis, BraillePlot

BAND_DEG = 5.0
"""Rule of thumb from 2-D video for an unremarkable drop; a weak source, shown as a guide until the runner's own limit
is known, and described as such in the help."""
FULL_DEG = (6.0, 8.0, 10.0, 12.0, 16.0, 24.0, 40.0)
"""Possible values of the lower edge: few, so that the scale rarely changes."""
_SHRINK_BELOW = 0.6
_ROOM_BEYOND = 1.2
"""The axis always extends to this multiple of the limit, so that a bar beyond the limit is visible as such."""
_SILENT_S = 1.0
_CORNERS = 4
"""Cells of the lower border that a caption leaves free, less the two sides of the frame."""
_WIDE_CELLS, _NARROW_CELLS = 56, 36
_OTHER = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}


class HipPlots(Vertical):
    """Both plots on one scale, so that it is obvious which hip sinks further."""

    def __init__(self) -> None:
        self.plots = {side: BraillePlot(f"landing-{side}") for side in Side}
        self._full_deg = FULL_DEG[0]
        super().__init__(id="hips")

    def compose(self) -> ComposeResult:
        """Lay out left above right, as the tiles are from left to right."""
        yield from self.plots.values()

    def move(self, board: Board, now_s: float) -> None:
        """Draw the last seconds; cheap enough for ten times a second."""
        newest_s = board.drops.newest_s
        if newest_s is None:
            self._clear(_why_no_plot(board))
            return
        silent_s = now_s - board.attitude_at_s
        running = (board.session is None or board.session.state == "running") and not board.is_halted
        right_s = newest_s + (silent_s if running and silent_s > _SILENT_S else 0.0)
        depths = {
            side: board.drops.landing[side].columns(max(2, plot.dot_columns), right_s)
            for side, plot in self.plots.items()
        }
        rows = min(plot.content_size.height for plot in self.plots.values())
        if rows < 1 or np.isnan(list(depths.values())).all():
            self._clear(_why_nothing_is_drawn(board, silent_s))
            return
        limits = {side: board.drop_limit_deg(side, now_s) or BAND_DEG for side in Side}
        self._fit(float(np.nanmax(list(depths.values()))), max(limits.values()))
        for side, plot in self.plots.items():
            plot.show(depths[side], Axis(self._full_deg, limits[side], rows))

    def describe(self, board: Board, now_s: float) -> None:
        """Show in the frames which hip it is, how far it sinks now, and whether that is beyond the limit."""
        limits = {side: board.drop_limit_deg(side, now_s) for side in Side}
        shared_caption = not self.plots[Side.LEFT].styles.border_bottom[0]  # few rows: one lower caption for both
        for side, plot in self.plots.items():
            drop_deg, age_s = board.reading(f"drop_excursion_{side}_deg", now_s)
            limit_deg = limits[side]
            now_deg = drop_deg if age_s is None else None
            beyond = now_deg is not None and limit_deg is not None and now_deg > limit_deg
            width = plot.content_size.width
            wide = width >= _WIDE_CELLS
            title = f"On {side[0].upper() if width < _NARROW_CELLS else side} leg: {_OTHER[side]} hip"
            if now_deg is not None:
                number = f"{'▼ ' if beyond else ''}[b]{now_deg:.1f}°[/b]"
                usual_deg = board.usual_drop_deg(side, now_s)
                title += f" sinks {number}" if wide else f" {number}"
                if wide and usual_deg is not None:
                    title += f", usual {usual_deg:.1f}°"
            limit = _limits(limits) if shared_caption else _limit(limits[side])
            below = f"last {PLOT_WINDOW_S:.0f} s · {limit}"
            plot.describe(title, below if len(below) <= width - _CORNERS else limit)
            plot.set_class(beyond, "-beyond")

    def _clear(self, why: str) -> None:
        for plot in self.plots.values():
            plot.clear(why)

    def _fit(self, deepest_deg: float, limit_deg: float) -> None:
        needed_deg = max(deepest_deg, _ROOM_BEYOND * limit_deg)
        wanted_deg = next((each for each in FULL_DEG if needed_deg <= each), FULL_DEG[-1])
        if wanted_deg > self._full_deg or needed_deg < _SHRINK_BELOW * self._full_deg:
            self._full_deg = wanted_deg


def _limit(limit_deg: float | None) -> str:
    return f"rule of thumb {BAND_DEG:.0f}°" if limit_deg is None else f"limit {limit_deg:.1f}°"


def _limits(limits: dict[Side, float | None]) -> str:
    """Return both limits in one caption, the upper plot's first."""
    if None in limits.values():
        return _limit(None)
    return "limit " + ", ".join(f"{side[0].upper()} {limit_deg:.1f}°" for side, limit_deg in limits.items())


def _why_nothing_is_drawn(board: Board, silent_s: float) -> str:
    if board.replay is not None and board.replay.state in {"paused", "seeking"}:
        return "Paused" if board.replay.state == "paused" else "Skipping"
    return "Appears after a few steps" if silent_s < _SILENT_S else "No data from the hip sensor"


def _why_no_plot(board: Board) -> str:
    if board.session is None:
        return "Waiting for the hub"
    state = board.session.state
    if state == "ended":
        worn = any(each.message.placement is Placement.SACRUM for each in board.sensors.values())
        return "No landing was measured" if worn else "No hip sensor in this run"
    return "Waiting for the hip sensor" if state == "waiting" else "Needs a hip sensor"
