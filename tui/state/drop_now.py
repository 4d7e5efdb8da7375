"""The hip drop behind a threshold as it is now, in the numbers that its tile and its plot show."""

from __future__ import annotations

from collections.abc import Sequence

from dsp.texts import difference
from hub.messages.lines import EvidenceLine, MetricLine
from hub.messages.wire import metric_field
from tui.state.board import Board
from tui.state.reason import DROP

_KEY = f"{DROP}_deg"


def drop_now(because: Sequence[EvidenceLine], board: Board, now_s: float) -> tuple[str, str] | None:
    """Say it in full and in at most 40 cells; None: it is of something else, or not all of it is known.

    The value is that of the last ten landings or so; the threshold is judged by a slower mean, which `because` has as
    it was when the state changed.
    """
    told = next((each for each in because if isinstance(each, MetricLine) and each.key == _KEY), None)
    if told is None or told.side is None:
        return None
    now_deg, age_s = board.reading(metric_field(_KEY, told.side), now_s)
    usual_deg, limit_deg = board.usual_drop_deg(told.side, now_s), board.drop_limit_deg(told.side, now_s)
    if now_deg is None or age_s is not None or usual_deg is None or limit_deg is None:
        return None
    more_deg = difference(now_deg, usual_deg, 1)
    head = f"landing {told.side} {now_deg:.1f}° now"
    in_full = f"{head}, usual {usual_deg:.1f}° ({more_deg:+.1f}°) · limit {limit_deg:.1f}°"
    return in_full, f"{head}, limit {limit_deg:.1f}°"
