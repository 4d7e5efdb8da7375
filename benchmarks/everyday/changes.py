"""Standing, walking, running, walking, standing: synthetic changes with known times, hip sensor only.

A running step is a half-sine of force over 65-90 % of its step (Morin 2005) with an impact at contact, and free fall
between stances; the mean force of a step is 1 g.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.everyday.motion import Array, Motion, Scene, held, ring
from benchmarks.everyday.on_foot import SACRUM, contacts, on_feet, walk_on
from dsp.signals import GRAVITY_MPS2


@dataclass(frozen=True)
class Bout:
    """One bout of running: its contacts in s, and whether the wearer walked before and after (otherwise stood)."""

    contacts_s: Array
    from_walking: bool
    to_walking: bool


def run_on(pelvis: Motion, contacts_s: Array, rng: np.random.Generator) -> None:
    """Add running to the motion of a standing pelvis."""
    t = pelvis.t_s
    share, knock_g = rng.uniform(0.65, 0.9), rng.uniform(0.2, 0.8)
    phase = np.interp(t, contacts_s, np.arange(len(contacts_s)))
    first, last = float(contacts_s[0]), float(contacts_s[-1])
    on = held(t, (first - 0.1, first + 0.2), (last, last + 0.3))
    steps = np.diff(contacts_s, append=2.0 * contacts_s[-1] - contacts_s[-2])
    force = np.zeros(len(t))
    for k, (at, step) in enumerate(zip(contacts_s, steps, strict=True)):
        ends = k == len(contacts_s) - 1
        x = (t - at) / (share * step)
        stance = (x >= 0.0) & (x < 1.0)
        # The last stance brakes the fall and continues into standing.
        size = 0.5 * np.pi / share * (0.6 if ends else 1.0)
        force += np.where(stance, GRAVITY_MPS2 * size * np.sin(np.pi * x), 0.0)
        pelvis.force[:, 2] += GRAVITY_MPS2 * knock_g * rng.uniform(0.7, 1.3) * ring(t, at, 18.0, 0.03)
        pelvis.force[:, 1] += np.where(stance, (1.0 if k % 2 == 0 else -1.0) * 1.2 * np.sin(np.pi * x), 0.0)
    inside = (t >= contacts_s[0]) & (t < contacts_s[-1] + share * steps[-1])
    pelvis.force[:, 2] += np.where(inside, force - GRAVITY_MPS2, 0.0)
    pelvis.roll += 0.05 * on * np.sin(np.pi * phase)
    pelvis.pitch += 0.12 * on
    pelvis.yaw += 0.1 * on * np.cos(np.pi * phase)


def changes(seconds: float, rate_hz: float, rng: np.random.Generator) -> tuple[Scene, list[Bout]]:
    """Return a scene and its bouts of 12-40 running steps at 145-190 a minute, half of them from and to walking."""
    scene = on_feet(seconds, rate_hz, rng)
    pelvis, bouts, at = scene.parts[SACRUM], [], 5.0
    while at < seconds - 40.0:
        walks, walked = rng.uniform(size=2) < 0.5
        if walks:
            row = contacts(at, int(rng.integers(8, 14)), rng.uniform(95.0, 130.0), rng)
            walk_on(scene.parts, row, rng, rng.uniform(0.15, 0.35), rng.uniform(0.05, 0.3))
            at = float(row[-1])
        row = contacts(at, int(rng.integers(12, 41)), rng.uniform(145.0, 190.0), rng, uneven=0.015)
        run_on(pelvis, row, rng)
        bouts.append(Bout(row, bool(walks), bool(walked)))
        at = float(row[-1])
        if walked:
            row = contacts(at, int(rng.integers(8, 14)), rng.uniform(95.0, 130.0), rng)
            walk_on(scene.parts, row, rng, rng.uniform(0.15, 0.35), rng.uniform(0.05, 0.3))
            at = float(row[-1])
        at += rng.uniform(4.0, 8.0)
    return scene, bouts
