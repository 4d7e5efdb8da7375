"""Taking sensors off and putting them on, synthetic: large rotations, knocks of 1-6 g, lying on a table, a drop."""

from __future__ import annotations

import numpy as np

from benchmarks.everyday.motion import Motion, Scene, bump, ring, still, wander
from benchmarks.everyday.on_foot import LEFT, RIGHT, SACRUM
from dsp.signals import GRAVITY_MPS2


def handling(seconds: float, rate_hz: float, rng: np.random.Generator) -> Scene:
    """Return a scene in which every sensor is repeatedly handled, and lies or is worn in between."""
    parts = {place: still(seconds, rate_hz) for place in (SACRUM, LEFT, RIGHT)}
    for motion in parts.values():
        at = rng.uniform(1.0, 6.0)
        while at < seconds - 16.0:
            at = fiddle(motion, at, rng) + rng.uniform(2.0, 8.0)
    return Scene(rate_hz, parts)


def fiddle(motion: Motion, at_s: float, rng: np.random.Generator) -> float:
    """Add handling for 4-12 s, and return the time in s at which it ends."""
    t = motion.t_s
    end = at_s + rng.uniform(4.0, 12.0)
    held = ((t > at_s) & (t < end)).astype(float)
    soft = np.convolve(held, np.ones(25) / 25.0, "same")
    for angle in (motion.yaw, motion.roll, motion.pitch):
        angle += soft * wander(t, rng, rng.uniform(0.25, 0.8), rng.uniform(0.3, 1.0))
    for axis in range(3):
        motion.force[:, axis] += soft * wander(t, rng, rng.uniform(0.12, 0.4), rng.uniform(0.5, 3.0))
    for _ in range(int(rng.integers(2, 9))):
        knock = rng.uniform(1.0, 6.0) * GRAVITY_MPS2 * ring(t, rng.uniform(at_s, end), rng.uniform(10.0, 40.0), 0.02)
        motion.force += knock[:, None] * rng.normal(size=3) * 0.6
    if rng.uniform() < 0.3:  # dropped to the floor: 0.4 s of free fall, then an impact
        falls = rng.uniform(at_s + 1.0, end - 1.0)
        free = (t > falls) & (t < falls + 0.4)
        motion.force[free] *= 0.02
        motion.force += (8.0 * GRAVITY_MPS2 * ring(t, falls + 0.4, 30.0, 0.02))[:, None] * rng.normal(size=3)
    if rng.uniform() < 0.3:  # strapped on with a tug or two
        for _ in range(2):
            motion.force[:, 2] += rng.uniform(2.0, 10.0) * bump(t, rng.uniform(at_s, end), 0.3)
    return end
