"""Standing, walking, stairs, stumbles and jumps: synthetic, none of it running.

A walker's trunk is never in flight: its force oscillates about 1 g once and twice per step, with an impact of 15-22 Hz
at each contact. Amplitudes: level walking 0.15-0.35 g (real lumbar recordings), stairs 0.25-0.55 g with impacts up to
0.8 g, so that peaks reach 1.3-1.8 g. Over whole steps the mean force is 1 g.
"""

from __future__ import annotations

import numpy as np

from benchmarks.everyday.motion import Array, Motion, Scene, bump, held, ramp, ring, still, wander
from dsp.signals import GRAVITY_MPS2, Placement

SACRUM, LEFT, RIGHT = Placement.SACRUM, Placement.LEFT_FOOT, Placement.RIGHT_FOOT


def standing(seconds: float, rate_hz: float, rng: np.random.Generator) -> Scene:
    """Return standing: quiet sway, weight shifts, turns on the spot, and sometimes bending down to a shoe."""
    parts = {place: still(seconds, rate_hz) for place in (SACRUM, LEFT, RIGHT)}
    pelvis = parts[SACRUM]
    t = pelvis.t_s
    sway(pelvis, rng)
    at = rng.uniform(3.0, 10.0)
    while at < seconds - 6.0:
        what = rng.uniform()
        if what < 0.6:  # weight to the other leg
            lasts = rng.uniform(0.5, 1.2)
            pelvis.force[:, 1] += rng.choice([-1, 1]) * rng.uniform(0.2, 0.8) * np.gradient(bump(t, at, lasts)) * 40.0
            pelvis.roll += rng.uniform(-0.08, 0.08) * held(t, (at, at + lasts), (at + 3.0, at + 4.0))
        elif what < 0.85:  # a turn in small steps of the feet
            angle = rng.uniform(-2.0, 2.0)
            for k in range(4):
                began = at + 0.7 * k
                pelvis.yaw += 0.25 * angle * ramp(t, began, began + 0.5)
                pelvis.force[:, 2] += GRAVITY_MPS2 * rng.uniform(0.05, 0.25) * ring(t, began + 0.45, 6.0, 0.12)
                foot = parts[LEFT if k % 2 else RIGHT]
                foot.yaw += 0.5 * angle * ramp(t, began, began + 0.45)
                foot.pitch += 0.25 * bump(t, began, 0.45)
                foot.force[:, 2] += 8.0 * ring(t, began + 0.45, 20.0, 0.04)
        else:  # down to a shoe and up
            low = rng.uniform(0.7, 1.3)
            pelvis.pitch += low * held(t, (at, at + 1.0), (at + 3.0, at + 4.2))
            pelvis.force[:, 2] += (
                3.0 * (np.gradient(bump(t, at, 1.0)) - np.gradient(bump(t, at + 3.0, 1.2))) * rate_hz / 5
            )
        at += rng.uniform(4.0, 15.0)
    return Scene(rate_hz, parts)


def sway(motion: Motion, rng: np.random.Generator, size: float = 0.03) -> None:
    """Add quiet sway, under 0.1 m/s2, and breathing."""
    for axis in range(3):
        motion.force[:, axis] += wander(motion.t_s, rng, 0.7, size)
    motion.roll += wander(motion.t_s, rng, 1.5, 0.01)
    motion.pitch += wander(motion.t_s, rng, 1.5, 0.01)
    motion.yaw += wander(motion.t_s, rng, 4.0, 0.03)


def walk_on(
    parts: dict[Placement, Motion],
    contacts_s: Array,
    rng: np.random.Generator,
    swing_g: float,
    knock_g: float,
    lift: float = 0.6,
) -> None:
    """Add walking to standing body parts, with contacts of alternating feet.

    swing_g  amplitude of the trunk's force
    knock_g  impact at each contact
    lift     pitch of the foot at push-off, rad
    """
    pelvis = parts[SACRUM]
    t = pelvis.t_s
    phase = np.interp(t, contacts_s, np.arange(len(contacts_s)), left=-0.25, right=len(contacts_s) - 0.75)
    first, last = contacts_s[0], contacts_s[-1]
    on = held(t, (first - 0.3, first + 0.3), (last - 0.1, last + 0.5))
    each = np.clip(wander(np.arange(len(contacts_s), dtype=float), rng, 1.0, 0.15) + 1.0, 0.6, 1.4)
    size = on * np.interp(t, contacts_s, each)
    twice = rng.uniform(0.0, 0.5)
    shape = (1 - twice) * np.cos(2 * np.pi * (phase - rng.uniform(0.1, 0.3)))
    shape = shape + twice * np.cos(4 * np.pi * (phase - rng.uniform(0.1, 0.4)))
    pelvis.force[:, 2] += GRAVITY_MPS2 * swing_g * size * shape
    pelvis.force[:, 0] += GRAVITY_MPS2 * rng.uniform(0.08, 0.2) * size * np.cos(2 * np.pi * (phase - rng.uniform()))
    pelvis.force[:, 1] += GRAVITY_MPS2 * rng.uniform(0.05, 0.2) * size * np.cos(np.pi * (phase - 0.4))
    pelvis.roll += rng.uniform(0.03, 0.09) * on * np.sin(np.pi * phase)
    pelvis.pitch += 0.1 * on + 0.03 * on * np.cos(2 * np.pi * phase)
    pelvis.yaw += rng.uniform(0.05, 0.15) * on * np.cos(np.pi * phase)
    hz, decay = rng.uniform(15.0, 22.0), rng.uniform(0.02, 0.05)
    for k, at in enumerate(contacts_s):
        knock = knock_g * rng.uniform(0.6, 1.4) * GRAVITY_MPS2 * ring(t, at, hz, decay)
        pelvis.force[:, 2] += knock
        pelvis.force[:, 0] -= 0.3 * knock
        foot = parts[LEFT if k % 2 == 0 else RIGHT]
        foot.force[:, 2] += rng.uniform(10.0, 30.0) * ring(t, at, 30.0, 0.02)
        stride = 2.0 * (contacts_s[k + 1] - at) if k + 1 < len(contacts_s) else 1.1
        # Heel up until toe-off at 0.62 of the stride, toes up before contact, flat soon after it.
        heel, toe, ahead, land = at + 0.4 * stride, at + 0.62 * stride, at + 0.85 * stride, at + stride
        foot.pitch += lift * held(t, (heel, toe), (toe, ahead))
        foot.pitch -= 0.35 * lift * held(t, (at + 0.7 * stride, at + 0.95 * stride), (land, land + 0.08 * stride))
        foot.force[:, 0] += 12.0 * (
            bump(t, at + 0.5 * stride, 0.25 * stride) - bump(t, at + 0.8 * stride, 0.2 * stride)
        )


def contacts(begin_s: float, count: int, spm: float, rng: np.random.Generator, uneven: float = 0.04) -> Array:
    """Return the contact times of `count` steps, with jitter and a small difference between the legs."""
    steps = 60.0 / spm * (1.0 + uneven * rng.normal(size=count))
    steps[::2] *= 1.0 + rng.uniform(-0.04, 0.04)
    return begin_s + np.cumsum(steps)


def on_feet(seconds: float, rate_hz: float, rng: np.random.Generator) -> Scene:
    """Return a scene of quiet standing, to which walking can be added."""
    parts = {place: still(seconds, rate_hz) for place in (SACRUM, LEFT, RIGHT)}
    sway(parts[SACRUM], rng)
    return Scene(rate_hz, parts)


def bouts(
    seconds: float,
    rate_hz: float,
    rng: np.random.Generator,
    spm: tuple[float, float],
    swing_g: tuple[float, float],
    knock_g: tuple[float, float],
    lift: tuple[float, float],
) -> Scene:
    """Return bouts of 8-24 steps with pauses."""
    scene = on_feet(seconds, rate_hz, rng)
    at = 4.0
    while at < seconds - 16.0:
        row = contacts(at, int(rng.integers(8, 25)), rng.uniform(*spm), rng)
        walk_on(scene.parts, row, rng, rng.uniform(*swing_g), rng.uniform(*knock_g), rng.uniform(*lift))
        at = float(row[-1]) + rng.uniform(0.8, 4.0)
    return scene


def walking(seconds: float, rate_hz: float, rng: np.random.Generator) -> Scene:
    """Return level walking at 90 to a brisk 140 steps a minute."""
    return bouts(seconds, rate_hz, rng, (90.0, 140.0), (0.15, 0.4), (0.05, 0.4), (0.5, 0.9))


def stairs_up(seconds: float, rate_hz: float, rng: np.random.Generator) -> Scene:
    """Return flights of stairs at 90-125 steps a minute."""
    return bouts(seconds, rate_hz, rng, (90.0, 125.0), (0.25, 0.45), (0.05, 0.35), (0.3, 0.6))


def stairs_down(seconds: float, rate_hz: float, rng: np.random.Generator) -> Scene:
    """Return flights of stairs at 100-130 steps a minute, with hard landings."""
    return bouts(seconds, rate_hz, rng, (100.0, 130.0), (0.3, 0.55), (0.2, 0.8), (0.3, 0.6))


def stumbling(seconds: float, rate_hz: float, rng: np.random.Generator) -> Scene:
    """Return walking with a stumble every ten seconds or so: an impact and two or three quick, deep steps."""
    scene = on_feet(seconds, rate_hz, rng)
    pelvis = scene.parts[SACRUM]
    t, at = pelvis.t_s, 4.0
    while at < seconds - 14.0:
        row = contacts(at, int(rng.integers(8, 16)), rng.uniform(95.0, 125.0), rng)
        hasty = float(row[-1]) + np.cumsum(rng.uniform(0.25, 0.4, size=int(rng.integers(2, 4))))
        walk_on(scene.parts, np.concatenate([row, hasty]), rng, rng.uniform(0.15, 0.35), rng.uniform(0.05, 0.3))
        for each in hasty:
            pelvis.force[:, 2] += (
                GRAVITY_MPS2 * rng.uniform(0.4, 1.2) * (bump(t, each, 0.2) - bump(t, each - 0.15, 0.2))
            )
        pelvis.force[:, :2] += 8.0 * ring(t, float(row[-1]), 9.0, 0.08)[:, None] * rng.normal(size=2)
        pelvis.pitch += rng.uniform(0.2, 0.6) * bump(t, float(row[-1]), 1.5)
        at = float(hasty[-1]) + rng.uniform(1.5, 4.0)
    return scene


def jumping(seconds: float, rate_hz: float, rng: np.random.Generator) -> Scene:
    """Return one to six jumps at a time on both feet, 0.9-3 s apart: crouch, push, flight of 0.35-0.55 s, landing."""
    scene = on_feet(seconds, rate_hz, rng)
    t, at = scene.parts[SACRUM].t_s, 4.0
    while at < seconds - 8.0:
        for _ in range(int(rng.integers(1, 7))):
            flight = rng.uniform(0.35, 0.55)
            push = rng.uniform(0.25, 0.4)
            land = rng.uniform(0.15, 0.3)
            speed = 0.5 * GRAVITY_MPS2 * flight
            left_s = at + 0.3 + push
            down_s = left_s + flight
            curve = -0.4 * GRAVITY_MPS2 * bump(t, at, 0.3)
            # A raised cosine of width w and height h gives the speed h * w / 2.
            curve += 2.0 * (speed + 0.06 * GRAVITY_MPS2) / push * bump(t, at + 0.3, push)
            curve += 2.0 * speed / land * bump(t, down_s, land)
            curve -= GRAVITY_MPS2 * ((t > left_s) & (t < down_s))
            for placement, motion in scene.parts.items():
                motion.force[:, 2] += curve
                knock = 0.5 if placement is SACRUM else 4.0
                motion.force[:, 2] += knock * GRAVITY_MPS2 * ring(t, down_s, 18.0, 0.03)
                if placement is not SACRUM:
                    motion.pitch += 0.7 * bump(t, left_s - 0.15, flight + 0.2)
            scene.parts[SACRUM].pitch += 0.4 * bump(t, at, 0.3 + push) + 0.3 * bump(t, down_s, 0.6)
            at = down_s + rng.uniform(0.4, 2.0)
        at += rng.uniform(3.0, 8.0)
    return scene
