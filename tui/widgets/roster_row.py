"""One runner as a row of the coach's table: marks and words, with colour only in addition."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from dsp.records import ThresholdState
from dsp.texts import clock
from dsp.thresholds import onset
from tui.state.asked import asked_words
from tui.state.roster import Need, Watched
from tui.state.words import age, middle_cut, sensor_word, watched_words, wrap_lines
from tui.widgets.roster_columns import HEADINGS, NOTE, TREND, Column
from tui.widgets.sparkline import sparkline

NEED_MARK = {
    Need.REACHED: ("■", "bold $bad"),
    Need.SILENT: ("✗", "bold $bad"),
    Need.NEAR: ("▲", "bold $caution"),
    Need.SENSOR: ("◐", "$caution"),
    Need.WATCH: ("◆", "$watch"),
    Need.RUNNING: ("▶", "$ok"),
    Need.NOTHING: ("○", "$dim"),
}
_THRESHOLD = {
    ThresholdState.CLEAR: ("clear", "$dim"),
    ThresholdState.WATCH: ("watch", "$watch"),
    ThresholdState.NEAR: ("near", "bold $caution"),
    ThresholdState.REACHED: ("REACHED", "bold $bad"),
    ThresholdState.REPORTED: ("REACHED", "bold $bad"),
}
_FROM_COACHES = frozenset({"nudge", "ask_pain"})
"""Rules of the cues that a coach's dashboard sends."""
QUIET_DEG = 2.0
"""A drop that varies less than this over the trend is drawn flat: the smallest change that is
real in 2-D video two weeks apart is 2.7 degrees (sources 2)."""


def cells(watched: Watched, now_s: float, shown: Sequence[Column], *, note_rows: int = 1) -> list[Content]:
    """Return the cells of a row, one for each of `shown`; `note_rows`: rows that the note may take."""
    board, session = watched.board, watched.board.session
    silent_s = watched.silent_s(now_s)
    dim = "$dim" if silent_s is not None or board.hub_online is False or board.is_over else ""
    mark, colour = NEED_MARK[watched.need(now_s)]
    word, look = ("warm-up", "$dim") if watched.is_warming_up else _THRESHOLD[watched.threshold]
    gone = board.hub_online is False and not board.is_over
    state = "gone" if gone else session.state if session is not None else "?"
    run = clock(board.elapsed_s) if state == "running" else state
    room = {HEADINGS[column.index]: column.cells for column in shown}
    row = [
        Content.styled(mark, colour),
        Content.styled(middle_cut(watched.runner, room["Runner"]), f"bold {dim}".strip()),
        Content.styled(run.rjust(room.get("Run", 0)), dim),
        *(_number(watched, key, form, now_s, dim) for key, form in _NUMBERS),
        Content.styled(_drop_line(watched, room.get(TREND, 0)), dim or "$accent"),
        Content.styled(word, dim or look),
        _sensors(watched, dim),
        Content.styled("\n".join(wrap_lines(note(watched, now_s), room.get(NOTE, 0), note_rows)), dim),
    ]
    return [row[column.index] for column in shown]


_NUMBERS = (("cadence_spm", "{:.0f}"), ("drop_excursion_left_deg", "{:.1f}°"), ("drop_excursion_right_deg", "{:.1f}°"))


def _number(watched: Watched, key: str, form: str, now_s: float, dim: str) -> Content:
    value, old_s = watched.board.reading(key, now_s)
    look = "$dim" if value is None or old_s else dim or "bold"
    return Content.styled("--" if value is None else form.format(value), look)


def _drop_line(watched: Watched, cells_wide: int) -> str:
    """Return a sparkline of the larger drop of the two legs, minute by minute, newest on the right."""
    trend = watched.trend
    if trend is None:
        return ""
    pairs = zip(trend.drop_excursion_left_deg, trend.drop_excursion_right_deg, strict=False)
    worse = [max((v for v in pair if v is not None), default=None) for pair in pairs]
    return sparkline(worse, cells_wide, least_span=QUIET_DEG).rjust(cells_wide)


def _sensors(watched: Watched, dim: str) -> Content:
    sensors = [each for each in watched.board.sensors.values() if each.is_used]
    streaming = sum(each.message.state == "streaming" for each in sensors)
    return Content.styled(f"{streaming}/{len(sensors)}", dim or ("" if streaming == len(sensors) else "bold $caution"))


def note(watched: Watched, now_s: float) -> str:
    """Return what a coach most needs to know of a runner, in a few words; empty if there is nothing."""
    board = watched.board
    silent_s = watched.silent_s(now_s)
    if board.hub_online is False:
        return "the run has ended, and the hub has stopped" if board.is_over else "the hub has stopped"
    if silent_s is not None:
        return f"nothing heard for {age(silent_s)}"
    for each in board.sensor_list:
        if each.is_in_trouble:
            return f"{sensor_word(each.message).lower()} sensor {each.message.state}"
    session = board.session
    muted = f"muted by the {session.muted_by}" if session is not None and session.muted_by is not None else ""
    return " · ".join(filter(None, (muted, asked_words(session), _why(watched))))


def _why(watched: Watched) -> str:
    """Return the last cue, except those from coaches, else a notice, else which threshold is near or reached."""
    board, session = watched.board, watched.board.session
    pressing = watched.threshold in (ThresholdState.NEAR, ThresholdState.REACHED)
    last = next((cue for _, cue in reversed(board.cue_history) if cue.rule not in _FROM_COACHES), None)
    if last is not None:
        return last.text
    if session is not None and session.notice:
        return session.notice
    if pressing:
        unexplained = board.unexplained_threshold
        if unexplained is None or unexplained[0].startswith(onset.DETECTOR):
            return f"a threshold is {watched.threshold}; the reason stays with the runner"
        return watched_words(unexplained[0])
    return ""
