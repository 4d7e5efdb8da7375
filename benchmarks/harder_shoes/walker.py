"""The shoe sensors of a real walker, in the axes of the recorded runs."""

from __future__ import annotations

from functools import cache

import numpy as np

from benchmarks.harder_shoes.shoes import Array, Pair, Shoe, flats, shoes_of
from dsp.orientation.pitch_axis import PitchAxis
from tests.recorded import folders, load

WALK = "FZ_PWS"
CHUNK = 4


@cache
def walker(seconds: float) -> Pair:
    """Return her first seconds on a treadmill at 1.0 m/s."""
    found = shoes_of(load(next(folder for folder in folders() if folder.name == WALK)))
    return {side: _turned(_first(shoe, seconds)) for side, shoe in found.items()}


def _first(shoe: Shoe, seconds: float) -> Shoe:
    keep = shoe.t_s < shoe.t_s[0] + seconds
    stances = shoe.stances[shoe.stances[:, 1] < shoe.t_s[keep][-1] - 0.2]
    return Shoe(shoe.t_s[keep], shoe.force[keep], shoe.rate[keep], stances)


def _turned(shoe: Shoe) -> Shoe:
    """Return the shoe in axes forward, left and up when flat; on a treadmill the mean rate is the gyroscope's bias."""
    rate = shoe.rate - shoe.rate.mean(axis=0)
    pitch = PitchAxis(CHUNK * float(np.median(np.diff(shoe.t_s))))
    for k in range(0, len(rate) - CHUNK, CHUNK):
        pitch.update([*shoe.force[k : k + CHUNK].mean(axis=0).tolist(), *rate[k : k + CHUNK].mean(axis=0).tolist()])
    assert pitch.axis is not None
    left = np.array(pitch.axis)
    above: Array = shoe.force[flats(shoe)].mean(axis=0)
    above -= left * (above @ left)
    above /= np.linalg.norm(above)
    axes = np.stack([np.cross(left, above), left, above])
    return Shoe(shoe.t_s, shoe.force @ axes.T, rate @ axes.T, shoe.stances)
