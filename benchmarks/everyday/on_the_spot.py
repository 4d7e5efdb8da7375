"""Feet that move like a runner's in some respect, on the spot: synthetic, designed to fool a shoe sensor.

Harder than `seated`: heels that bounce slowly and high and hit the floor, pedals under an ankle that tilts as far as a
walker's, and marching on the spot, which has flights, impacts and high knees, but covers no distance.
"""

from __future__ import annotations

import numpy as np

from benchmarks.everyday.motion import Scene, bump, held, ring, still
from benchmarks.everyday.on_foot import LEFT, RIGHT, SACRUM

TOES_TO_SENSOR_M = 0.18
CRANK_M = 0.17


def _at_rest(seconds: float, rate_hz: float) -> Scene:
    return Scene(rate_hz, {place: still(seconds, rate_hz) for place in (SACRUM, LEFT, RIGHT)})


def heels(seconds: float, rate_hz: float, rng: np.random.Generator) -> Scene:
    """Return one foot bouncing on its toes, 1.2-6 Hz, 6-40 deg; in half of the cases the heel hits the floor."""
    scene = _at_rest(seconds, rate_hz)
    foot, at = scene.parts[LEFT], 2.0
    t = foot.t_s
    while at < seconds - 12.0:
        lasts, hz = rng.uniform(4.0, 12.0), rng.uniform(1.2, 6.0)
        turn = 2.0 * np.pi * hz
        tips = min(rng.uniform(0.05, 0.35), 12.0 / turn)
        on = held(t, (at, at + 0.5), (at + lasts - 0.5, at + lasts))
        foot.pitch += tips * on * (1.0 - np.cos(turn * t))
        foot.force[:, 2] += on * tips * TOES_TO_SENSOR_M * turn**2 * np.cos(turn * t)
        if rng.uniform() < 0.5:
            for beat in range(int(np.ceil((at + 0.5) * hz)), int((at + lasts - 0.5) * hz)):
                foot.force[:, 2] += rng.uniform(2.0, 30.0) * ring(t, beat / hz, 20.0, 0.02)
        at += lasts + rng.uniform(2.0, 5.0)
    return scene


def pedals(seconds: float, rate_hz: float, rng: np.random.Generator) -> Scene:
    """Return pedalling at 54-114 revolutions a minute; each foot tilts by 6-34 deg either way, in any phase."""
    scene = _at_rest(seconds, rate_hz)
    t = scene.parts[LEFT].t_s
    knots = np.arange(0.0, seconds + 30.0, 15.0)
    hz = np.interp(t, knots, rng.uniform(0.9, 1.9, size=len(knots)))
    crank = 2.0 * np.pi * np.cumsum(hz) / rate_hz
    shake = rng.uniform(0.05, 0.5)
    for foot, phase in ((scene.parts[LEFT], 0.0), (scene.parts[RIGHT], np.pi)):
        foot.pitch += 0.2 + rng.uniform(0.1, 0.6) * np.sin(crank + phase + rng.uniform(-0.8, 0.8))
        spin = (2.0 * np.pi * hz) ** 2 * CRANK_M
        foot.force[:, 0] += spin * np.cos(crank + phase)
        foot.force[:, 2] += spin * np.sin(crank + phase)
        foot.force += shake * rng.normal(size=foot.force.shape)
    return scene


def marching(seconds: float, rate_hz: float, rng: np.random.Generator) -> Scene:
    """Return marching on the spot, 150-185 steps a minute: feet lifted 0.25 m, tilted by 63 deg, landing hard."""
    scene = _at_rest(seconds, rate_hz)
    t, stride = scene.parts[LEFT].t_s, rng.uniform(0.65, 0.8)
    for foot, begins in ((scene.parts[LEFT], 3.0), (scene.parts[RIGHT], 3.0 + 0.5 * stride)):
        for at in np.arange(begins, seconds - 3.0, stride):
            foot.pitch += 1.1 * bump(t, at + 0.25, 0.4)
            height = 0.25 * bump(t, at + 0.27, stride - 0.3)
            foot.force[:, 2] += np.gradient(np.gradient(height, t), t) + 20.0 * ring(t, at + stride, 18.0, 0.03)
    return scene
