"""How far today: the distance run, how far such runs stay free of pain, and today's cap."""

from __future__ import annotations

from dataclasses import dataclass

from dsp.texts import distance
from tui.state.board import Board

_KILOMETRE_M = 1000.0
_HILLY = 1.03
"""Ratio of flat-equivalent to plain distance above which the difference shows in the figures displayed."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """Distances in metres; None where unknown. `docs/thresholds.md` explains where each comes from.

    run_m       distance run so far
    exposure_m  the same in flat-equivalent metres, the unit of the limits: downhill counts more
    safe_m      eight of ten such runs get this far before it begins to hurt (flat-equivalent)
    chance_pct  chance that pain begins within the next five minutes
    cap_m       today's cap, the strictest of all rules (flat-equivalent)
    """

    run_m: float | None = None
    exposure_m: float | None = None
    safe_m: float | None = None
    chance_pct: float | None = None
    cap_m: float | None = None

    @property
    def short(self) -> str:
        """The distance so far (as the limit counts it, if there is one) and the nearest limit; at most 36 cells."""
        if self.cap_m is not None and (self.safe_m is None or self.cap_m < self.safe_m):
            passed = self.exposure_m is not None and self.exposure_m > self.cap_m
            limit = f"{'beyond ' if passed else ''}today's cap {distance(self.cap_m)}"
        else:
            limit = "" if self.safe_m is None else f"pain-free to {distance(self.safe_m)}"
        run_m, counted_m = self.run_m, self.exposure_m
        if run_m is None:
            so_far = ""
        elif limit and counted_m is not None and counted_m > _HILLY * run_m:
            so_far = f"{distance(counted_m)} with hills"
        else:
            so_far = distance(run_m) if run_m < _KILOMETRE_M else f"{run_m / _KILOMETRE_M:.2f} km"
        return " · ".join(filter(None, (so_far, limit)))

    @property
    def sentences(self) -> tuple[str, ...]:
        """The same in full sentences, for where there is room."""
        sentences = []
        if self.safe_m is not None:
            sentences.append(f"Pain-free to {distance(self.safe_m)} in 8 of 10 such runs.")
        if self.chance_pct is not None:
            sentences.append(f"Chance that it begins within 5 min: {self.chance_pct:.0f} %.")
        if self.cap_m is not None:
            sentences.append(f"Today's cap: {distance(self.cap_m)}.")
        return tuple(sentences)


def ahead(board: Board, now_s: float) -> Ahead:
    """Return the distances on the board at `now_s`."""
    return Ahead(
        run_m=board.reading("distance_m", now_s)[0],
        exposure_m=board.reading("exposure_m", now_s)[0],
        safe_m=board.reading("onset_safe_m", now_s)[0],
        chance_pct=board.reading("onset_chance_pct", now_s)[0],
        cap_m=board.reading("cap_m", now_s)[0],
    )


def for_coach(own: Ahead) -> Ahead:
    """Return what a coach may see of it: a limit would reveal pain, which is the runner's business."""
    return Ahead(run_m=own.run_m)
