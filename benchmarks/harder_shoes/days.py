"""The same shoe on another day: a stop during the run, a walk before it, minutes of running, switched on late.

All cuts and joins are where the shoe is flat: there it hardly moves or rotates.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.harder_shoes.shoes import Array, Pair, Shoe, flats
from dsp.signals import GRAVITY_MPS2

STEADY_S = 0.15
"""Time in which a foot comes to rest."""


def from_s(pair: Pair, seconds: float) -> Pair:
    """Return the pair as if switched on `seconds` later, while running."""
    return {side: _cut(shoe, shoe.t_s[0] + seconds) for side, shoe in pair.items()}


def first_s(pair: Pair, seconds: float) -> Pair:
    """Return only the first seconds."""
    out = {}
    for side, shoe in pair.items():
        keep = shoe.t_s < shoe.t_s[0] + seconds
        stances = shoe.stances[shoe.stances[:, 0] < shoe.t_s[keep][-1]]
        out[side] = Shoe(shoe.t_s[keep], shoe.force[keep], shoe.rate[keep], stances)
    return out


def _cut(shoe: Shoe, begin_s: float) -> Shoe:
    keep = shoe.t_s >= begin_s
    return Shoe(shoe.t_s[keep], shoe.force[keep], shoe.rate[keep], shoe.stances[shoe.stances[:, 0] > begin_s])


def stopping(pair: Pair, at_s: float, standing_s: float) -> Pair:
    """Return the pair with a stop: each shoe rests when first flat after `at_s`, and continues `standing_s` later."""
    return {side: _held(shoe, at_s, standing_s) for side, shoe in pair.items()}


def _held(shoe: Shoe, at_s: float, standing_s: float) -> Shoe:
    k = next(k for k in flats(shoe) if shoe.t_s[k] > shoe.t_s[0] + at_s)
    period = float(np.median(np.diff(shoe.t_s)))
    extra = period * round(standing_s / period)
    still_s = shoe.t_s[k] + period * np.arange(1.0, extra / period + 0.5)
    force, rate = _resting(shoe.force[k], shoe.force[k], shoe.rate[k], shoe.rate[k], len(still_s), period)
    moved = shoe.stances + np.where(shoe.stances > shoe.t_s[k], extra, 0.0)
    return Shoe(
        np.concatenate([shoe.t_s[: k + 1], still_s, shoe.t_s[k + 1 :] + extra]),
        np.concatenate([shoe.force[: k + 1], force, shoe.force[k + 1 :]]),
        np.concatenate([shoe.rate[: k + 1], rate, shoe.rate[k + 1 :]]),
        moved,
    )


def _resting(
    force_a: Array, force_b: Array, rate_a: Array, rate_b: Array, count: int, period: float
) -> tuple[Array, Array]:
    """Return force and rate of a shoe at rest between two samples; remaining rotation fades out."""
    after = period * np.arange(1.0, count + 0.5)
    leave, enter = _ease(after / STEADY_S)[:, None], _ease((period * (count + 1) - after) / STEADY_S)[:, None]
    rest = np.where((after < 0.5 * after[-1])[:, None], _weight(force_a), _weight(force_b))
    return (
        rest + leave * (force_a - _weight(force_a)) + enter * (force_b - _weight(force_b)),
        leave * rate_a + enter * rate_b,
    )


def _weight(force: Array) -> Array:
    return np.asarray(GRAVITY_MPS2 * force / np.linalg.norm(force))


def _ease(share: Array) -> Array:
    """Return a smooth step from 1 to 0 for shares from 0 to 1 (smoothstep)."""
    x = 1.0 - np.clip(share, 0.0, 1.0)
    return np.asarray(x * x * (3.0 - 2.0 * x))


def after(pair: Pair, before: Pair, standing_s: float) -> Pair:
    """Return `before` up to its last flat stance, then standing, then the run from its first flat stance on.

    Both shoes stand until the same moment; the run then continues as recorded.
    """
    cuts = {side: (flats(before[side])[-1], flats(pair[side])[0]) for side in pair}
    first_s = min(pair[side].t_s[b] for side, (_, b) in cuts.items())
    last_s = max(before[side].t_s[a] for side, (a, _) in cuts.items())
    out = {}
    for side, (a, b) in cuts.items():
        walk, run = before[side], pair[side]
        period = float(np.median(np.diff(run.t_s)))
        later = last_s + standing_s - first_s
        walk_t: Array = np.arange(walk.t_s[0], walk.t_s[a], period)
        still_t: Array = np.arange(walk_t[-1] + period, run.t_s[b] + later - 0.5 * period, period)
        force, rate = _resting(walk.force[a], run.force[b], walk.rate[a], run.rate[b], len(still_t), period)

        def even(values: Array, at: Array = walk.t_s, to: Array = walk_t) -> Array:
            return np.stack([np.interp(to, at, axis) for axis in values.T], axis=1)

        kept = run.stances[run.stances[:, 0] > run.t_s[b]] + later
        out[side] = Shoe(
            np.concatenate([walk_t, still_t, run.t_s[b:] + later]),
            np.concatenate([even(walk.force), force, run.force[b:]]),
            np.concatenate([even(walk.rate), rate, run.rate[b:]]),
            kept,
        )
    return out


def for_long(pair: Pair, seconds: float) -> Pair:
    """Return the run repeated; each shoe is joined where it is flat, both with the same lap time."""
    marks = {side: flats(shoe) for side, shoe in pair.items()}
    strides = min(len(found) for found in marks.values()) - 6
    lap_s = float(np.mean([pair[side].t_s[m[2 + strides]] - pair[side].t_s[m[2]] for side, m in marks.items()]))
    out = {}
    for side, m in marks.items():
        shoe = pair[side]
        a, b = m[2], m[2 + strides]
        scale = lap_s / float(shoe.t_s[b] - shoe.t_s[a])
        t_s: Array = np.arange(0.0, seconds, float(np.median(np.diff(shoe.t_s))))
        lead_s = scale * float(shoe.t_s[a] - pair["left"].t_s[marks["left"][2]])
        phase = shoe.t_s[a] + np.mod(t_s - lead_s, lap_s) / scale
        fade = np.clip(np.mod(t_s - lead_s, lap_s) / STEADY_S, 0.0, 1.0)[:, None]

        def at(values: Array, when: Array, t_s: Array = shoe.t_s) -> Array:
            return np.stack([np.interp(when, t_s, axis) for axis in values.T], axis=1)

        force, rate = (
            fade * at(v, phase) + (1.0 - fade) * at(v, phase + (shoe.t_s[b] - shoe.t_s[a]))
            for v in (shoe.force, shoe.rate)
        )
        once = shoe.stances[(shoe.stances[:, 0] >= shoe.t_s[a]) & (shoe.stances[:, 0] < shoe.t_s[b])]
        laps = [(once - shoe.t_s[a]) * scale + lead_s + k * lap_s for k in range(-1, int(seconds / lap_s) + 1)]
        stances = np.concatenate(laps)
        out[side] = replace(
            shoe, t_s=t_s, force=force, rate=rate, stances=stances[(stances[:, 0] > 0.0) & (stances[:, 0] < seconds)]
        )
    return out
