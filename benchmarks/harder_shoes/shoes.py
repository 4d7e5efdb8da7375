"""One shoe of a recorded run: its samples in the shoe's axes (x forward, y left, z up in standing) and its stances."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from benchmarks.harder_runs.runners import of
from benchmarks.score_recordings import number
from dsp.gait.foot_stride import rotate, turned_frames
from dsp.signals import GRAVITY_MPS2
from tests.recorded import Recorded

Array = npt.NDArray[np.float64]
SIDES = {"left": "L", "right": "R"}


@dataclass(frozen=True)
class Shoe:
    """Samples and truth of one shoe.

    t_s      s, evenly spaced
    force    (n, 3) m/s2; rate: (n, 3) rad/s
    stances  (m, 2) contact and toe-off, s; a toe-off may be NaN
    """

    t_s: Array
    force: Array
    rate: Array
    stances: Array


Pair = dict[str, Shoe]


def names(side: str, kind: str) -> tuple[str, ...]:
    """Return the column names of one quantity, `a` (force) or `g` (angular rate)."""
    return tuple(f"{side}_foot_{kind}{axis}" for axis in "xyz")


def shoes_of(recorded: Recorded) -> Pair:
    """Return both shoes of a recording."""
    out = {}
    for side, letter in SIDES.items():
        stances = [(number(s["ic_s"]), number(s.get("to_s"))) for s in recorded.steps if s["foot"] == letter]
        columns = recorded.columns
        out[side] = Shoe(
            columns["t_s"], of(columns, names(side, "a")), of(columns, names(side, "g")), np.array(stances)
        )
    return out


def columns_of(pair: Pair) -> dict[str, Array]:
    """Return the columns of one or both shoes at common sample times."""
    first = next(iter(pair.values()))
    begin, end = max(shoe.t_s[0] for shoe in pair.values()), min(shoe.t_s[-1] for shoe in pair.values())
    t_s = first.t_s[(first.t_s >= begin) & (first.t_s <= end)]
    columns = {"t_s": t_s}
    for side, shoe in pair.items():
        for kind, values in (("a", shoe.force), ("g", shoe.rate)):
            for name, axis in zip(names(side, kind), values.T, strict=True):
                columns[name] = np.interp(t_s, shoe.t_s, axis)
    return columns


def flats(shoe: Shoe) -> list[int]:
    """Return the sample of every stance at which the shoe rotates least."""
    turn = np.sqrt((shoe.rate**2).sum(axis=1))
    turn = np.convolve(turn, np.ones(9) / 9.0, "same")
    out = []
    for contact_s, _ in shoe.stances:
        a, b = np.searchsorted(shoe.t_s, (contact_s + 0.06, contact_s + 0.18))
        if 8 < a < b < len(turn) - 8:
            out.append(int(a + np.argmin(turn[a:b])))
    return out


def ups(shoe: Shoe) -> tuple[Array, Array]:
    """Return up and forward (n, 3) in sensor axes, stride by stride from flat to flat; the ends as in standing.

    Between two flat stances velocity does not change, so the mean force is gravity; forward is perpendicular to it and
    to the left axis of the flat shoe.
    """
    above, ahead = np.tile((0.0, 0.0, 1.0), (len(shoe.t_s), 1)), np.tile((1.0, 0.0, 0.0), (len(shoe.t_s), 1))
    marks = flats(shoe)
    for a, b in pairwise(marks):
        dt = np.diff(shoe.t_s[a : b + 1])
        frames = turned_frames(0.5 * (shoe.rate[a:b] + shoe.rate[a + 1 : b + 1]).T * dt)
        up = rotate(frames, shoe.force[a : b + 1].T).mean(axis=1)
        up /= np.linalg.norm(up)
        forward = np.cross((0.0, 1.0, 0.0), up)
        forward /= np.linalg.norm(forward)
        back = frames * np.array([[1.0], [-1.0], [-1.0], [-1.0]])
        above[a : b + 1] = rotate(back, np.tile(up[:, None], b - a + 1)).T
        ahead[a : b + 1] = rotate(back, np.tile(forward[:, None], b - a + 1)).T
    return above, ahead


def uphill(shoe: Shoe, percent: float) -> Shoe:
    """Return the same motion on an inclined belt: only the direction of gravity changes."""
    above, ahead = ups(shoe)
    angle = np.arctan(0.01 * percent)
    lean = np.cos(angle) * above + np.sin(angle) * ahead
    return replace(shoe, force=shoe.force + GRAVITY_MPS2 * (lean - above))


def worn_at(shoe: Shoe, x_m: float, y_m: float, z_m: float) -> Shoe:
    """Return the shoe with its sensor moved forward, to the left and up on a rigid shoe."""
    place, period = np.array((x_m, y_m, z_m)), float(np.median(np.diff(shoe.t_s)))
    turning = np.gradient(shoe.rate, period, axis=0)
    force = shoe.force + np.cross(turning, place) + np.cross(shoe.rate, np.cross(shoe.rate, place))
    return replace(shoe, force=force)


def loose(shoe: Shoe, hz: float, damping: float) -> Shoe:
    """Return the shoe with an elastic lace: the sensor's pitch follows the shoe's through a spring and a damper."""
    period, spring = float(np.median(np.diff(shoe.t_s))), (2.0 * np.pi * hz) ** 2
    damper = 2.0 * damping * 2.0 * np.pi * hz
    parts, angle, rate = 4, 0.0, 0.0
    lag = np.empty(len(shoe.t_s))
    extra = np.empty(len(shoe.t_s))
    drive = np.gradient(shoe.rate[:, 1], period)
    for k, now in enumerate(drive.tolist()):
        for _ in range(parts):
            rate += period / parts * (-now - spring * angle - damper * rate)
            angle += period / parts * rate
        lag[k], extra[k] = angle, rate
    cos, sin = np.cos(lag), np.sin(lag)
    force, turned = shoe.force.copy(), shoe.rate.copy()
    for was, out in ((shoe.force, force), (shoe.rate, turned)):
        out[:, 0] = cos * was[:, 0] - sin * was[:, 2]
        out[:, 2] = sin * was[:, 0] + cos * was[:, 2]
    turned[:, 1] += extra
    return replace(shoe, force=force, rate=turned)


def knocked(shoe: Shoe, size_g: float, size_radps: float, hz: float, fades_s: float) -> Shoe:
    """Return the shoe with landing shocks, which markers do not show: a damped oscillation from each contact on.

    Position and pitch follow x exp(-x) sin(2 pi hz t) with x = t / fades_s; force and rate are their derivatives.
    """
    fine_s = np.arange(0.0, 10.0 * fades_s, 1e-4)
    ring = fine_s / fades_s * np.exp(-fine_s / fades_s) * np.sin(2.0 * np.pi * hz * fine_s)
    turn = np.gradient(ring, fine_s)
    jolt = np.gradient(turn, fine_s)
    force, rate = shoe.force.copy(), shoe.rate.copy()
    for contact_s, _ in shoe.stances:
        pushed, turned = (
            np.interp(shoe.t_s - contact_s, fine_s, x / np.abs(x).max(), left=0.0, right=0.0) for x in (jolt, turn)
        )
        force[:, 2] += GRAVITY_MPS2 * size_g * pushed
        force[:, 0] -= 0.5 * GRAVITY_MPS2 * size_g * pushed
        rate[:, 1] += size_radps * turned
    return replace(shoe, force=force, rate=rate)


def slipped(shoe: Shoe, at_s: float, degrees: float, axis: int) -> Shoe:
    """Return the shoe with its sensor turned about one axis, within 0.1 s, when first flat after `at_s`."""
    k = next(k for k in flats(shoe) if shoe.t_s[k] > shoe.t_s[0] + at_s)
    share = np.clip((shoe.t_s - shoe.t_s[k]) / 0.1, 0.0, 1.0)
    angle = np.radians(degrees) * share * share * (3.0 - 2.0 * share)
    cos, sin = np.cos(angle), np.sin(angle)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    force, rate = shoe.force.copy(), shoe.rate.copy()
    for was, out in ((shoe.force, force), (shoe.rate, rate)):
        out[:, i] = cos * was[:, i] + sin * was[:, j]
        out[:, j] = cos * was[:, j] - sin * was[:, i]
    rate[:, axis] += np.gradient(angle, shoe.t_s)
    return replace(shoe, force=force, rate=rate)


def similar(shoe: Shoe, scale: float) -> Shoe:
    """Return a runner `scale`^2 as tall, same motion and forces (Froude): all times longer by `scale`, turns slower."""
    return replace(shoe, t_s=shoe.t_s * scale, rate=shoe.rate / scale, stances=shoe.stances * scale)


def mirrored(pair: Pair) -> Pair:
    """Return the pair with left and right exchanged: force is a vector, angular rate a pseudovector."""
    seen = {
        side: replace(shoe, force=shoe.force * (1.0, -1.0, 1.0), rate=shoe.rate * (-1.0, 1.0, -1.0))
        for side, shoe in pair.items()
    }
    return {"left": seen["right"], "right": seen["left"]}


def late(shoe: Shoe, by_s: float) -> Shoe:
    """Return the shoe with a delayed clock: all timestamps are `by_s` late, the true stances are not."""
    return replace(shoe, t_s=shoe.t_s + by_s)
