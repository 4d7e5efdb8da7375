"""Determine which leg a trunk sensor's step stands on.

Early in left stance a pelvis sensor measures a force to its left, early in right stance to its right: the leg takes the
weight under one side and the free side drops, so the supporting force leans to the stance side in the pelvis's own
axes. The sign is the same in all recordings (25 of 25, sources 9; roll and yaw agree in 16-21). One step is noisy; feet
alternate, so the evidence of many steps adds up. Where nothing alternates, nobody runs.

One contact at a wrong time can shift the count of steps by one, and left and right with it. The next steps then
contradict the mean of all before, one after the other; their contradiction is summed as in Page's test for a change
(sources 7). Noise contradicts now and then, a limp or a sensor that tilts at every second step only: neither adds up.
They contradict as well when the sensor was turned back to front. Then the force along the run is reversed too and the
count is right: no side is named until the mount is known again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from dsp.orientation.vectors import dot
from dsp.records import Side
from dsp.signals import GRAVITY_MPS2, Vector


@dataclass(frozen=True, slots=True)
class SideParams:
    """When a side is named.

    from_s, to_s          part of the stance that is averaged, from the trunk's own contact time on (that is late by
                          0-40 ms)
    memory_steps          length of the running mean
    first_steps           minimum steps for a side
    sure                  minimum standard errors between the mean and zero
    feet_steps            steps after which it is tested whether feet alternate at all (sides come with the 10th to
                          15th)
    min_alternating_mps2  alternating feet push the trunk alternately aside by more than this, a twentieth of the body's
                          weight. Of 41 recordings of runners (tight, loose, in pockets) none could be below 0.57;
                          simulated bouncing on both feet is below 0.06
    most_against          most that one step can contradict the mean, standard deviations of a step
    expected_against      contradiction subtracted at each step: only what exceeds it adds up
    doubt                 while the sum is at least this, no side is named (two clear contradictions reach it)
    shifted               once the sum is at least this, the count was shifted (six clear contradictions reach it)
    min_along_mps2        the usual force along the run tells a turned sensor from a shifted count if it is at least
                          this (0.6 to 6.8 in seven runs, on the sacrum and in front)
    turned_share          it is reversed if it is at least this share of the usual, the other way
    """

    from_s: float = 0.02
    to_s: float = 0.12
    memory_steps: int = 60
    first_steps: int = 5
    sure: float = 3.0
    feet_steps: int = 20
    min_alternating_mps2: float = 0.05 * GRAVITY_MPS2
    most_against: float = 2.0
    expected_against: float = 0.5
    doubt: float = 2.5
    shifted: float = 8.0
    min_along_mps2: float = 0.5
    turned_share: float = 0.25


class SideFinder:
    """Takes the mean force of each early stance (sensor axes), tracks the alternation, names the side."""

    def __init__(self, params: SideParams | None = None) -> None:
        self._p = params or SideParams()
        self.reset()

    def reset(self) -> None:
        """Restart after a gap: which foot was which is unknown again."""
        self._even = True
        self._steps = 0
        self._centre: Vector = (0.0, 0.0, 0.0)
        self._mean: Vector = (0.0, 0.0, 0.0)
        self._square = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)  # xx yy zz xy xz yz
        self._usual: Vector = (0.0, 0.0, 0.0)  # centre before the steps that contradict
        self._forget_contradictions()

    def _forget_contradictions(self) -> None:
        self._against = 0.0  # sum of contradictions
        self._part: Vector = (0.0, 0.0, 0.0)  # of the mean: what the steps of that sum have added to it
        self._since: Vector = (0.0, 0.0, 0.0)  # sum of their forces
        self._since_steps = 0

    def step(self, beats: int, force: Vector, left: Vector | None = None, forward: Vector | None = None) -> None:
        """Take the next stance, `beats` steps after the last one, with its early mean force, m/s2.

        left, forward   directions, if known: a shifted count is noticed along the one, a turned sensor along the other
        """
        if self._against <= 0.0:
            self._usual = self._centre
        if beats % 2:
            self._even = not self._even
        if self._steps < self._p.memory_steps:
            self._steps += 1
        share = 1.0 / self._steps
        sign = 1.0 if self._even else -1.0
        cx, cy, cz = self._centre
        cx += share * (force[0] - cx)
        cy += share * (force[1] - cy)
        cz += share * (force[2] - cz)
        self._centre = (cx, cy, cz)
        x, y, z = sign * (force[0] - cx), sign * (force[1] - cy), sign * (force[2] - cz)
        against = self._contradiction((x, y, z), left) if left else 0.0
        mx, my, mz = self._mean
        self._mean = (mx + share * (x - mx), my + share * (y - my), mz + share * (z - mz))
        xx, yy, zz, xy, xz, yz = self._square
        keep = 1.0 - share
        self._square = (
            keep * xx + share * x * x,
            keep * yy + share * y * y,
            keep * zz + share * z * z,
            keep * xy + share * x * y,
            keep * xz + share * x * z,
            keep * yz + share * y * z,
        )
        self._against = min(self._p.shifted, max(0.0, self._against + against))
        if self._against <= 0.0:
            self._forget_contradictions()
            return
        (px, py, pz), (sx, sy, sz) = self._part, self._since
        self._part = (keep * px + share * x, keep * py + share * y, keep * pz + share * z)
        self._since = (sx + force[0], sy + force[1], sz + force[2])
        self._since_steps += 1
        if self._against >= self._p.shifted and not (forward and self._has_turned(forward)):
            self._mean = self._mean_shifted()
            self._even = not self._even
            self._forget_contradictions()

    def _has_turned(self, forward: Vector) -> bool:
        """Return whether the force along the run is reversed since the steps contradict."""
        usual, since = dot(self._usual, forward), dot(self._since, forward) / self._since_steps
        if abs(usual) < self._p.min_along_mps2:
            return False
        return (-since if usual > 0.0 else since) > self._p.turned_share * abs(usual)

    def _mean_shifted(self) -> Vector:
        """Return the mean if the count was shifted before the steps that contradict: with these turned round."""
        (mx, my, mz), (px, py, pz) = self._mean, self._part
        return mx - 2.0 * px, my - 2.0 * py, mz - 2.0 * pz

    def _contradiction(self, alternating: Vector, left: Vector) -> float:
        """Return what a step adds to the sum of contradictions; all of it is taken back where the mean is not clear.

        alternating  force of the step less the centre, m/s2, with the sign of the count
        """
        p = self._p
        mean, spread = self._along(self._mean_shifted(), left)
        if self._steps <= p.first_steps or abs(mean) * math.sqrt(self._steps) < p.sure * spread:
            return -self._against
        here = dot(left, alternating)
        against = (-here if mean > 0.0 else here) / spread
        return max(-p.most_against, min(p.most_against, against)) - p.expected_against

    def _along(self, mean_force: Vector, left: Vector) -> tuple[float, float]:
        """Return along `left`: this mean of the alternating force, and the standard deviation of a step, m/s2."""
        x, y, z = left
        mean = dot(left, mean_force)
        xx, yy, zz, xy, xz, yz = self._square
        square = x * x * xx + y * y * yy + z * z * zz + 2.0 * (x * y * xy + x * z * xz + y * z * yz)
        return mean, math.sqrt(max(square - mean * mean, 1e-3))

    def evidence(self, left: Vector) -> float:
        """Return the standard errors between zero and the mean alternating force along `left`, with a sign."""
        if self._steps < self._p.first_steps:
            return 0.0
        mean, spread = self._along(self._mean, left)
        return mean / spread * math.sqrt(self._steps)

    def side(self, left: Vector) -> Side | None:
        """Return the stance leg of the last step; None with too little evidence, or while newer steps contradict."""
        evidence = self.evidence(left)
        if abs(evidence) < self._p.sure or self._against >= self._p.doubt:
            return None
        return Side.LEFT if (evidence > 0.0) == self._even else Side.RIGHT

    def feet_alternate(self) -> bool:
        """Return whether the horizontal force, whatever the mount, may alternate by as much as a runner's.

        The force of a loose sensor scatters so much that it may. That of a sensor which sits well and does not
        alternate is from someone who bounces on both feet, or on one.
        """
        p = self._p
        if self._steps < p.feet_steps:
            return True
        cx, cy, cz = self._centre
        mx, my, mz = self._mean
        xx, yy, zz, xy, xz, yz = self._square
        length = cx * cx + cy * cy + cz * cz or 1.0
        along = cx * mx + cy * my + cz * mz
        mean_square = max(0.0, mx * mx + my * my + mz * mz - along * along / length)
        up = cx * cx * xx + cy * cy * yy + cz * cz * zz + 2.0 * (cx * cy * xy + cx * cz * xz + cy * cz * yz)
        spread = math.sqrt(max(0.0, xx + yy + zz - up / length - mean_square))
        return math.sqrt(mean_square) + p.sure * spread / math.sqrt(self._steps) > p.min_alternating_mps2
