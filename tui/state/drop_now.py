"""The current hip drop behind a threshold: the slow mean that is judged, and its limit."""

from __future__ import annotations

from dsp.records import Side, ThresholdState
from dsp.texts import detector_and_side, difference
from dsp.thresholds.drift import DROP as WATCHED
from dsp.thresholds.drift import DriftParams
from hub.messages.lines import MetricLine
from hub.messages.wire import ThresholdMessage, metric_field
from tui.state.board import Board
from tui.state.reason import DROP, JUDGED

_ROOM = 40
"""Cells of the panel on a small screen."""


def side_of(worst: ThresholdMessage) -> Side | None:
    """Return the leg whose hip drop a threshold is about; None if it is about something else."""
    lines = (each for each in worst.because if isinstance(each, MetricLine) and each.key == f"{DROP}_deg")
    return next((each.side for each in lines), None)


def side_in(name: str) -> Side | None:
    """Return the same from the name of a threshold in the session message."""
    detector, side = detector_and_side(name)
    return Side(side) if detector == WATCHED.detector and side is not None else None


def drop_now(side: Side, state: ThresholdState, board: Board, now_s: float) -> tuple[str, str] | None:
    """Return the mean, usual and limit in words, in full and in at most 40 cells; None if any is unknown.

    Tile and plot show the median of the last ten landings, which leads this mean. Where the mean is on one side of the
    limit and the state on the other, the words explain it: a state is debounced upwards and has hysteresis downwards.
    """
    mean_deg, age_s = board.reading(metric_field(f"{DROP}_mean_deg", side), now_s)
    usual_deg, limit_deg = board.usual_drop_deg(side, now_s), board.drop_limit_deg(side, now_s)
    if mean_deg is None or age_s is not None or usual_deg is None or limit_deg is None:
        return None
    head = f"{JUDGED} {mean_deg:.1f}° on {side} leg"
    more = f"usual {usual_deg:.1f}° ({difference(mean_deg, usual_deg, 1):+.1f}°)"
    limit, then = f"limit {limit_deg:.1f}°", ""
    brief = limit
    if state is ThresholdState.REACHED and mean_deg <= limit_deg and not board.is_over:
        eases_deg = limit_deg - DriftParams().release * (limit_deg - usual_deg)
        then = brief = f"eases below {eases_deg:.1f}°"
    elif state is ThresholdState.NEAR and mean_deg > limit_deg:
        then, brief = "reached if it stays so", f"just over {limit_deg:.1f}°"
    full = f"{head}, {more} · {limit}{f'; {then}' if then else ''}"
    short = f"{head}, {brief}"
    return full, short if len(short) <= _ROOM else short.removeprefix("slow ")
