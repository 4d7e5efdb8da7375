"""The jump targets of a replay, laid out as signs on a line of character cells."""

from __future__ import annotations

from collections.abc import Sequence

from hub.messages.session_status import MarkKind, ReplayMark

SIGN: dict[MarkKind, str] = {"cue": "◆", "threshold": "▲", "mark": "★", "pain": "✚"}
"""Shapes, so that they differ without colour; in ascending order of importance."""
_RANK = list(SIGN)


def cell(t_s: float, duration_s: float, width: int) -> int:
    """Return the index of the cell that holds `t_s`."""
    return min(width - 1, max(0, int(width * t_s / max(duration_s, 1e-9))))


def arranged(marks: Sequence[ReplayMark], duration_s: float, width: int) -> dict[int, MarkKind]:
    """Return the kind of mark in each cell: the most important at its place, another kind in a free neighbour."""
    kinds = {(cell(mark.t_s, duration_s, width), mark.kind) for mark in marks}
    own = {at for at, _ in kinds}
    placed: dict[int, MarkKind] = {}
    for at, kind in sorted(kinds, key=lambda each: (-_RANK.index(each[1]), each[0])):
        beside = [near for near in (at + 1, at - 1) if 0 <= near < width and near not in placed and near not in own]
        if at not in placed:
            placed[at] = kind
        elif beside:
            placed[beside[0]] = kind
    return placed
