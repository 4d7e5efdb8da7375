"""The hip drop behind a threshold as it is now, in the numbers that its tile and its plot show."""

from __future__ import annotations

from dsp.records import ThresholdState
from dsp.texts import difference
from hub.messages.lines import MetricLine
from hub.messages.wire import ThresholdMessage, metric_field
from tui.state.board import Board
from tui.state.reason import DROP

_KEY = f"{DROP}_deg"


def drop_now(worst: ThresholdMessage, board: Board, now_s: float) -> tuple[str, str] | None:
    """Say it in full and in at most 40 cells; None: it is of something else, or not all of it is known.

    The value is that of the last ten landings or so; the threshold is judged by a slower mean, which its evidence has
    as it was when the state changed. So a threshold stays reached for a while when the value is back.
    """
    told = next((each for each in worst.because if isinstance(each, MetricLine) and each.key == _KEY), None)
    if told is None or told.side is None:
        return None
    now_deg, age_s = board.reading(metric_field(_KEY, told.side), now_s)
    usual_deg, limit_deg = board.usual_drop_deg(told.side, now_s), board.drop_limit_deg(told.side, now_s)
    if now_deg is None or age_s is not None or usual_deg is None or limit_deg is None:
        return None
    more = f"usual {usual_deg:.1f}° ({difference(now_deg, usual_deg, 1):+.1f}°)"
    limit = f"limit {limit_deg:.1f}°"
    if worst.state is ThresholdState.REACHED and now_deg < limit_deg and not board.is_over:
        head = f"back to {now_deg:.1f}° landing {told.side}"
        return f"{head}, {more} · {limit}; clears when it stays so", f"{head}, {limit}"
    head = f"landing {told.side} {now_deg:.1f}°{'' if board.is_over else ' now'}"
    return f"{head}, {more} · {limit}", f"{head}, {limit}"
