"""Steps of a foot that hardly turns about its pitch axis: in a tight turn, the first from standing, a shuffle.

Whatever the foot does in between, it lies still, moves, and lies still again somewhere else. A movement that is no step
(a pivot, a fidget) ends where it began: in seven recorded walkers pivots moved the shoe 1-8 cm, steps 13 cm and more.
The foot lands with the first of the jolts that end the move (`touch_down`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import mul

from dsp.signals import GRAVITY_MPS2


@dataclass(frozen=True, slots=True)
class FootMoveParams:
    """When a foot moves.

    still_radps            mean rate of a chunk in which it lies still,
    still_g                with a mean force no further from 1 g than this: a foot that glides without turning is
                           accelerated or braked
    rest_chunks            chunks in a row that end a move
    shortest_s, longest_s  a move that can be one step
    min_length_m           of a step over the ground
    landing_s              the jolts of landing come in this last part of the move (0.03-0.21 s in ten recorded ones;
                           before it a foot may knock against the other)
    """

    still_radps: float = 1.2
    still_g: float = 0.15
    rest_chunks: int = 4
    shortest_s: float = 0.25
    longest_s: float = 2.5
    min_length_m: float = 0.15
    landing_s: float = 0.25


@dataclass(frozen=True, slots=True)
class FootMove:
    """A move from lying still to lying still; times in s."""

    start_s: float
    end_s: float


class FootMoves:
    """Takes every chunk of a shoe; returns its moves."""

    def __init__(self, params: FootMoveParams | None = None) -> None:
        self._p = params or FootMoveParams()
        self.reset()

    def reset(self) -> None:
        """Restart after a gap: wait until the foot lies still."""
        self._start_s: float | None = None
        self._rested = 0
        self._rest_s = 0.0
        self._was_still = False

    def update(self, start_s: float, chunk: list[list[float]]) -> FootMove | None:
        """Take a chunk, its first time and six axes (m/s2, rad/s); return a move when the foot has come to rest."""
        p = self._p
        if self._rotates(chunk[3:]) or self._accelerates(chunk[:3]):
            self._rested = 0
            if self._start_s is None and self._was_still:
                self._start_s = start_s
            self._was_still = False
            return None
        if not self._rested:
            self._rest_s = start_s
        self._rested += 1
        if self._rested < p.rest_chunks:
            return None
        self._was_still = True
        begun_s, self._start_s = self._start_s, None
        if begun_s is None or not p.shortest_s < self._rest_s - begun_s < p.longest_s:
            return None
        return FootMove(begun_s, self._rest_s)

    def _rotates(self, rates: list[list[float]]) -> bool:
        """Return whether the mean square rate is that of a moving foot; one axis alone usually shows it."""
        square, moves = 0.0, len(rates[0]) * self._p.still_radps * self._p.still_radps
        for rate in rates:
            square += sum(map(mul, rate, rate))
            if square >= moves:
                return True
        return False

    def _accelerates(self, forces: list[list[float]]) -> bool:
        """Return whether the mean force differs from 1 g."""
        force = math.hypot(*map(sum, forces)) / len(forces[0])
        return abs(force / GRAVITY_MPS2 - 1.0) > self._p.still_g
