"""A loose strap: after each impact, the sensor rocks about the forward axis at 9 Hz for a quarter of a second."""

from __future__ import annotations

import numpy as np

from drivers.virtual.spline import Floats

_HZ = 9.0
_LASTS_S = 0.25


def rocked(perfect: Floats, t_s: Floats, impacts_s: Floats, size_deg: float) -> Floats:
    """Convert body-axes samples (n, 6) at `t_s` (n,) to those of a sensor rocking by `size_deg` after impacts."""
    last = np.concatenate([[-np.inf], impacts_s])[np.searchsorted(impacts_s, t_s, side="right")]
    since = np.clip(t_s - last, 0.0, _LASTS_S)
    u = since / _LASTS_S
    swell, slope = 64 * (u * (1 - u)) ** 3, 192 * (u * (1 - u)) ** 2 * (1 - 2 * u) / _LASTS_S
    w = 2 * np.pi * _HZ
    size = np.deg2rad(size_deg)
    angle = size * swell * np.sin(w * since)
    rate = size * (slope * np.sin(w * since) + swell * w * np.cos(w * since))
    cos, sin = np.cos(angle), np.sin(angle)
    felt = perfect.copy()
    for y in (1, 4):
        felt[:, y] = cos * perfect[:, y] + sin * perfect[:, y + 1]
        felt[:, y + 1] = cos * perfect[:, y + 1] - sin * perfect[:, y]
    felt[:, 3] += rate
    return felt
