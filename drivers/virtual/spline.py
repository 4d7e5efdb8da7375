"""Smooth curves with exact derivatives: quintic B-splines, clamped cubics, C2 monotone maps, smooth steps.

The uniform quintic B-spline is local (six control points at a time) and has four continuous derivatives, so motion can
be built piecewise, for hours, and differentiated twice without discontinuities (de Boor, A Practical Guide to Splines,
1978).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

REACH = 3
"""Control points needed on either side of an argument."""

# rows: powers 0..5 of the local argument; columns: control points -2..+3
_BASIS: Floats = (
    np.array(
        [
            [1, 26, 66, 26, 1, 0],
            [-5, -50, 0, 50, 5, 0],
            [10, 20, -60, 20, 10, 0],
            [-10, 20, 0, -20, 10, 0],
            [5, -20, 30, -20, 5, 0],
            [-1, 5, -10, 10, -5, 1],
        ],
        dtype=np.float64,
    )
    / 120.0
)


class Curve(NamedTuple):
    """A curve and its first two derivatives, arrays of one shape."""

    value: Floats
    rate: Floats
    bend: Floats


def bspline(control: Floats, first: int, argument: Floats) -> Curve:
    """Evaluate the quintic B-spline of `control` (m, k), row 0 at `first`, at `argument` (n,) -> (n, k) each."""
    cell = np.floor(argument).astype(np.int64)
    u = (argument - cell)[:, None]
    one, zero = np.ones_like(u), np.zeros_like(u)
    powers = np.concatenate([one, u, u**2, u**3, u**4, u**5], axis=1)
    slopes = np.concatenate([zero, one, 2 * u, 3 * u**2, 4 * u**3, 5 * u**4], axis=1)
    bends = np.concatenate([zero, zero, 2 * one, 6 * u, 12 * u**2, 20 * u**3], axis=1)
    near = control[cell[:, None] + np.arange(-2, 4) - first]
    value, rate, bend = (np.einsum("nw,nwk->nk", p @ _BASIS, near) for p in (powers, slopes, bends))
    return Curve(value, rate, bend)


def along(curve: Curve, phase: Curve) -> Curve:
    """Apply the chain rule: a curve over phase (n, k) and the phase over time (n,) -> the curve over time."""
    rate, bend = phase.rate[:, None], phase.bend[:, None]
    return Curve(curve.value, curve.rate * rate, curve.bend * rate**2 + curve.rate * bend)


def clamped_cubic(knots: Floats, values: Floats, at: Floats) -> Floats:
    """Evaluate, at `at` (n,), the C2 cubic through (knots, values), (m,) each, with zero slope at both ends."""
    h = np.diff(knots)
    secant = np.diff(values) / h
    m = len(knots)
    system, right = np.eye(m), np.zeros(m)
    for i in range(1, m - 1):
        system[i, i - 1 : i + 2] = h[i], 2 * (h[i - 1] + h[i]), h[i - 1]
        right[i] = 3 * (h[i] * secant[i - 1] + h[i - 1] * secant[i])
    slope = np.linalg.solve(system, right)
    piece = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, m - 2)
    u = np.clip((at - knots[piece]) / h[piece], 0.0, 1.0)
    blend = u**2 * (3 - 2 * u)
    arc = h[piece] * (slope[piece] * u * (1 - u) ** 2 - slope[piece + 1] * u**2 * (1 - u))
    return np.asarray(values[piece] * (1 - blend) + values[piece + 1] * blend + arc)


def twice_integrated(bend: Floats) -> Floats:
    """Return zero-mean periodic samples whose second difference, in periods, is `bend` (.., n) minus its mean."""
    n = bend.shape[-1]
    spectrum = np.fft.rfft(bend, axis=-1)
    gain = -(2 - 2 * np.cos(2 * np.pi * np.arange(spectrum.shape[-1]) / n)) * n**2
    gain[0] = 1.0
    spectrum[..., 0] = 0.0
    return np.asarray(np.fft.irfft(spectrum / gain, n, axis=-1))


def monotone(at: Floats, knots: Floats, values: Floats) -> Curve:
    """Evaluate, at `at` (n,) inside knots[1:-1], a C2 map through increasing (knots, values), (m,) each.

    Quintic Hermite pieces with zero curvature at the knots; the slope at a knot is the mean of the adjacent secants,
    which keeps the map monotone as long as they differ by less than a factor of about two.
    """
    secant = np.diff(values) / np.diff(knots)
    slope = np.concatenate([secant[:1], 0.5 * (secant[1:] + secant[:-1]), secant[-1:]])
    i = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 2)
    h = knots[i + 1] - knots[i]
    u = (at - knots[i]) / h
    rise, a, b = values[i + 1] - values[i], slope[i] * h, slope[i + 1] * h
    u2, u3 = u**2, u**3
    value = (
        values[i]
        + a * (u - 6 * u3 + 8 * u2**2 - 3 * u2 * u3)
        + rise * smooth(u)
        + b * (7 * u2**2 - 4 * u3 - 3 * u2 * u3)
    )
    rate = a * (1 - 18 * u2 + 32 * u3 - 15 * u2**2) + rise * smooth_slope(u) + b * (28 * u3 - 12 * u2 - 15 * u2**2)
    bend = a * (96 * u2 - 36 * u - 60 * u3) + rise * (60 * u - 180 * u2 + 120 * u3) + b * (84 * u2 - 24 * u - 60 * u3)
    return Curve(value, rate / h, bend / h**2)


def smooth(u: Floats) -> Floats:
    """Return a C2 step from 0 (u <= 0) to 1 (u >= 1)."""
    u = np.clip(u, 0.0, 1.0)
    return np.asarray(u**3 * (10 - 15 * u + 6 * u**2))


def smooth_slope(u: Floats) -> Floats:
    """Return the derivative of `smooth`."""
    u = np.clip(u, 0.0, 1.0)
    return np.asarray(30 * u**2 * (1 - u) ** 2)


def smooth_area(u: Floats) -> Floats:
    """Return the integral of `smooth` from 0."""
    v = np.clip(u, 0.0, 1.0)
    return np.asarray(v**4 * (2.5 - 3 * v + v**2) + np.maximum(u - 1.0, 0.0))


def pulse(u: Floats) -> Curve:
    """Return a C2 bump on 0 < u < 1: second derivative 1 in the middle, no net velocity, no net displacement."""
    v = np.clip(u, 0.0, 1.0)
    w = v * (1 - v)
    scale = -1 / 0.375
    return Curve(scale * w**3, scale * 3 * w**2 * (1 - 2 * v), scale * 6 * w * (1 - 5 * w))
