"""The runner's main screen: numbers to glance at, one message, hip-drop plots, threshold, sensors, cues."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from textual.app import ComposeResult
from textual.containers import Grid, Horizontal, Vertical
from textual.events import Resize
from textual.screen import Screen

from dsp.records import ThresholdState
from dsp.texts import counted
from hub.messages.wire import ThresholdMessage, metric_field
from tui.state.ahead import Ahead, ahead
from tui.state.announcement import announce
from tui.state.board import Board, Sensor
from tui.state.drop_now import drop_now, side_in, side_of
from tui.state.reading import READINGS, Reading
from tui.state.reason import DROP, change, reason
from tui.state.words import THRESHOLD_WORD, sensor_word, sound_words, watched_words
from tui.widgets.cue_banner import CueBanner
from tui.widgets.cue_log import CueLog
from tui.widgets.device_row import DeviceRow
from tui.widgets.hip_plots import HipPlots
from tui.widgets.key_footer import KeyFooter
from tui.widgets.metric_tile import MetricTile
from tui.widgets.sensor_table import SensorTable
from tui.widgets.status_line import Status, StatusLine
from tui.widgets.threshold_gauge import ThresholdGauge

_LEVEL = {
    ThresholdState.CLEAR: 0,
    ThresholdState.WATCH: 1,
    ThresholdState.NEAR: 2,
    ThresholdState.REACHED: 3,
    ThresholdState.REPORTED: 3,
}


_SLIM_COLUMNS = 60
"""Width below which four tiles side by side have no room for their titles."""
_GAUGE_ROWS = 4
"""Rows that a small screen needs for the threshold below the banner."""


class RunnerScreen(Screen[None]):
    """Shows a Board, wherever its data come from."""

    CSS_PATH = "runner.tcss"

    def __init__(self) -> None:
        super().__init__()
        # Stored rather than queried: painting must not search ten times a second, nor fail while the app closes.
        self._status = StatusLine()
        self._tiles = [MetricTile(reading) for reading in READINGS]
        self._banner = CueBanner()
        self._hips = HipPlots()
        self._gauge = ThresholdGauge()
        self._sensors = SensorTable()
        self._cues = CueLog()
        self._lower = Horizontal(self._hips, Vertical(self._gauge, self._sensors, self._cues, id="right"), id="lower")

    def compose(self) -> ComposeResult:
        """Lay out the widgets from the most to the least important."""
        yield self._status
        yield Grid(*self._tiles, id="tiles")
        yield self._banner
        yield self._lower
        yield KeyFooter(show_command_palette=False)

    def on_resize(self, event: Resize) -> None:
        """Use two columns of tiles where four are too narrow."""
        self.set_class(event.size.width < _SLIM_COLUMNS, "-slim")

    def paint_plot(self, board: Board, now_s: float) -> None:
        """Advance the plots; cheap enough for ten times a second."""
        self._hips.move(board, now_s)

    def paint(self, board: Board, now_s: float, runner: str, *, muted: bool, served: bool = False) -> None:
        """Update all but the plots; each widget repaints only on a change. `served`: the coach's page is on."""
        self._status.show(replace(_status(board, now_s, runner, muted=muted), served=served))
        flagged = board.flagged | _flagged_by_name(board)
        for tile in self._tiles:
            tile.show(*board.reading(tile.reading.key, now_s), _beside(tile.reading, board, now_s))
            tile.set_class(tile.reading.key in flagged, "-flagged")
        self._banner.show(announce(board, now_s, muted=muted))
        self.set_class(self._has_room_below(), "-roomy")
        distances = self._ahead(board, now_s)
        self._gauge.show(*_threshold(board, now_s), more=distances.sentences, below=distances.short)
        self._sensors.show([_row(each, now_s) for each in board.sensor_list], _why_no_sensors(board))
        self._cues.show([(at_s, cue.severity, cue.text) for at_s, cue in board.cue_history], recorded=board.is_replay)
        self._hips.describe(board, now_s)

    def _has_room_below(self) -> bool:
        below = self._lower.size.height if self._lower.display else 0
        return self._banner.size.height + below >= self._banner.rows_needed + _GAUGE_ROWS

    def _ahead(self, board: Board, now_s: float) -> Ahead:
        """Return what the runner may see of the distance ahead; a coach sees less of it."""
        return ahead(board, now_s)


def _beside(reading: Reading, board: Board, now_s: float) -> str:
    """Return what a number is compared with, in a few words: the target, or the usual."""
    target, usual = board.target(now_s, reading.target), board.reading(reading.usual, now_s)[0]
    if target is not None:
        return reading.target_text(board.reading(reading.key, now_s)[0], target)
    return "" if usual is None else f"usual {reading.text(usual)}°"


def _why_no_sensors(board: Board) -> str:
    if board.session is None:
        return "Waiting for the hub."
    if board.session.source == "demo":
        return "Virtual sensors connect by themselves."
    if board.is_replay:
        return "None in the recording up to here."
    return "No sensors yet: wake your pod by shaking it."


def _status(board: Board, now_s: float, runner: str, *, muted: bool) -> Status:
    session, link = board.session, board.link
    if link.up:
        words = "hub" if board.hub_online is not False else "hub ended" if board.is_over else "hub gone"
    elif link.ever_up and link.retry_at_s is not None:
        words = f"no link, retry {max(0.0, link.retry_at_s - now_s):.0f} s"
    else:
        words = "connecting"
    return Status(
        runner=runner,
        source=session.source if session is not None and session.source != runner else "",
        state=session.state if session is not None else "",
        elapsed_s=board.elapsed_s,
        recording=PurePath(session.recording).stem if session is not None and session.recording else None,
        records=session is not None and session.source != "replay",
        recording_ok=session is None or session.recording_ok is not False,
        link=words,
        sound=sound_words(session.sound, wide=False) if session is not None else "",
        sound_wide=sound_words(session.sound, wide=True) if session is not None else "",
        sound_ok=session is None or session.sound is None or session.sound.output is not None,
        link_ok=None if not link.ever_up else link.up and (board.hub_online is not False or board.is_over),
        muted=muted or (session is not None and session.muted_by is not None),
        replayed=board.is_replay,
    )


def _threshold(board: Board, now_s: float) -> tuple[int | None, str, str]:
    """Return the level (None while unknown), the reason, and a short reason for where there is less room."""
    worst = board.worst_threshold
    if board.unexplained_threshold is not None:
        name, state = board.unexplained_threshold
        side = side_in(name)
        now = None if side is None else drop_now(side, state, board, now_s)
        return _LEVEL[state], *(now or (watched_words(name), ""))
    if worst is None and (waiting := _awaited(board)):
        return None, waiting, ""
    if worst is not None and worst.state is ThresholdState.REPORTED:
        return 3, "You reported pain.", ""
    if worst is None or worst.state is ThresholdState.CLEAR:
        earlier = board.session.earlier_runs if board.session is not None else 0
        return 0, "As usual for you" + (f" ({counted(earlier, 'earlier run')})." if earlier else "."), ""
    return _LEVEL[worst.state], *_pressing(worst, board, now_s)


def _pressing(worst: ThresholdMessage, board: Board, now_s: float) -> tuple[str, str]:
    """Return why a threshold is not clear, in full and in short: with current numbers, else those at its change.

    A threshold is published when its state changes, so its own evidence is of that time while the numbers move on.
    """
    at_change = reason(worst.because)
    side = side_of(worst)
    now = None if side is None else drop_now(side, worst.state, board, now_s)
    if now is not None:
        return now
    word = THRESHOLD_WORD[worst.state]
    if not at_change:
        return watched_words(f"{worst.detector}_{worst.side}" if worst.side else worst.detector), ""
    return f"At the change to {word}: {at_change}", change(worst.because)


def _flagged_by_name(board: Board) -> frozenset[str]:
    """Return the hip-drop fields near or beyond their threshold by the session, for a dashboard that joined late."""
    states = {} if board.session is None else board.session.thresholds
    sides = (side_in(name) for name, state in states.items() if _LEVEL[state] >= _LEVEL[ThresholdState.NEAR])
    return frozenset(metric_field(f"{DROP}_deg", side) for side in sides if side is not None)


def _awaited(board: Board) -> str:
    """Return what a threshold still waits for; empty once the run's own usual is known."""
    if board.session is None or board.session.state != "running":
        return "Starts when the running starts." if board.is_replay else "Starts when you run."
    if board.is_warm:
        return ""
    if any(reading.usual in board.held for reading in READINGS if reading.usual):
        return "Warming up: only earlier runs count."
    return "Learning what is usual for you today."


def _row(sensor: Sensor, now_s: float) -> DeviceRow:
    message = sensor.message
    made = message.samples + message.lost
    silent_s = message.last_seen_s
    if silent_s is not None:
        silent_s += now_s - sensor.at_s
    note = f"silent {silent_s:.0f} s" if sensor.is_in_trouble and silent_s is not None else ""
    return DeviceRow(
        place=sensor_word(message),
        state=message.state if sensor.is_used else None,
        battery_pct=message.battery_pct,
        lost_pct=100.0 * message.lost / made if made else None,
        packets_per_s=sensor.packets_per_s,
        note=note,
    )
