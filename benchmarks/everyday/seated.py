"""Sitting, cars, bicycles and lifts: synthetic.

The car is a quarter-car model (sprung mass 300 kg on 20 kN/m and 1.5 kNs/m, unsprung 40 kg on 180 kN/m: a mid-size car)
on a road of ISO 8608 roughness, with a seated body on a seat of 4.5 Hz; all linear, so it is solved in frequency.
"""

from __future__ import annotations

import numpy as np

from benchmarks.everyday.motion import Array, Motion, Scene, bump, held, ring, still, wander
from benchmarks.everyday.on_foot import LEFT, RIGHT, SACRUM, sway
from dsp.signals import GRAVITY_MPS2

SPRUNG_KG, UNSPRUNG_KG = 300.0, 40.0
SPRING_N_M, DAMPER_NS_M, TYRE_N_M = 20e3, 1.5e3, 180e3
SEAT_HZ, SEAT_DAMPING = 4.5, 0.35
ROUGHNESS_M3 = {"motorway": 16e-6, "road": 64e-6, "poor road": 256e-6, "gravel": 1024e-6}
"""Displacement spectrum at 0.1 cycles a metre, classes A to D of ISO 8608."""


def sitting(seconds: float, rate_hz: float, rng: np.random.Generator) -> Scene:
    """Return sitting on a chair: leaning, shuffling, a restless heel (3.5-6 Hz), getting up and sitting down hard."""
    parts = {place: still(seconds, rate_hz) for place in (SACRUM, LEFT, RIGHT)}
    pelvis = parts[SACRUM]
    t = pelvis.t_s
    sway(pelvis, rng, 0.02)
    pelvis.pitch -= rng.uniform(0.0, 0.4)
    at = rng.uniform(2.0, 8.0)
    while at < seconds - 12.0:
        what = rng.uniform()
        if what < 0.35:
            shuffle(pelvis, at, rng)
        elif what < 0.7:
            restless(pelvis, parts[LEFT if rng.uniform() < 0.5 else RIGHT], at, rng.uniform(3.0, 8.0), rng)
        else:
            rise, fall = at, at + rng.uniform(2.5, 6.0)
            pelvis.pitch += 0.6 * (bump(t, rise, 1.2) + bump(t, fall, 1.4)) + 0.15 * held(
                t, (rise, rise + 1), (fall, fall + 1)
            )
            pelvis.force[:, 2] += 2.5 * (bump(t, rise + 0.2, 0.7) - bump(t, rise + 0.9, 0.7))
            pelvis.force[:, 2] -= 2.5 * bump(t, fall, 0.7)
            pelvis.force[:, 2] += GRAVITY_MPS2 * rng.uniform(0.3, 2.0) * ring(t, fall + 0.9, 5.0, 0.12)
        at += rng.uniform(5.0, 14.0)
    return Scene(rate_hz, parts)


def shuffle(pelvis: Motion, at_s: float, rng: np.random.Generator) -> None:
    """Add moving about on the seat."""
    t = pelvis.t_s
    for k in range(int(rng.integers(1, 4))):
        began = at_s + 0.6 * k
        pelvis.force[:, 2] += GRAVITY_MPS2 * rng.uniform(0.05, 0.4) * ring(t, began, 4.0, 0.15)
        pelvis.force[:, 1] += 2.0 * rng.normal() * ring(t, began, 3.0, 0.15)
        pelvis.roll += rng.uniform(-0.15, 0.15) * bump(t, began, 0.6)


def restless(pelvis: Motion, foot: Motion, at_s: float, lasts_s: float, rng: np.random.Generator) -> None:
    """Add a heel that bounces on its toes."""
    t = pelvis.t_s
    hz = rng.uniform(3.5, 6.0)
    on = held(t, (at_s, at_s + 0.5), (at_s + lasts_s - 0.5, at_s + lasts_s))
    beat = np.sin(2.0 * np.pi * hz * t)
    foot.pitch += rng.uniform(0.04, 0.12) * on * (1.0 + beat)
    foot.force[:, 2] -= rng.uniform(1.0, 4.0) * on * beat
    pelvis.force[:, 2] += GRAVITY_MPS2 * rng.uniform(0.03, 0.15) * on * beat


def road_to_seat(height_m: Array, rate_hz: float) -> tuple[Array, Array]:
    """Return the vertical accelerations in m/s2 of a car's floor and a seated pelvis for a road height in m."""
    n = len(height_m)
    w = 2.0 * np.pi * np.fft.rfftfreq(n, 1.0 / rate_hz)
    strut = SPRING_N_M + 1j * w * DAMPER_NS_M
    sprung = strut - SPRUNG_KG * w**2
    unsprung = TYRE_N_M + strut - UNSPRUNG_KG * w**2
    floor = TYRE_N_M * strut / (sprung * unsprung - strut**2)
    own = 2.0 * np.pi * SEAT_HZ
    through = (own**2 + 2j * SEAT_DAMPING * own * w) / (own**2 - w**2 + 2j * SEAT_DAMPING * own * w)
    spectrum = np.fft.rfft(height_m) * floor * -(w**2)
    return np.fft.irfft(spectrum, n), np.fft.irfft(spectrum * through, n)


def drive(t: Array, speed_mps: Array, rng: np.random.Generator, rough_m3: Array, slab_m: float) -> Array:
    """Return the height in m under the wheel: roughness, slab joints (`slab_m` apart, 0: none), humps, potholes."""
    rate_hz = float(1.0 / (t[1] - t[0]))
    # White vertical speed: its two-sided spectrum is (2 pi n0)^2 Gd(n0) v / 2, n0 = 0.1 cycles a metre (ISO 8608).
    slope = 0.2 * np.pi * np.sqrt(0.5 * rough_m3 * speed_mps * rate_hz) * rng.normal(size=len(t))
    height: Array = np.cumsum(slope) / rate_hz
    height -= np.interp(t, t[:: int(20 * rate_hz)], height[:: int(20 * rate_hz)])
    way = np.cumsum(speed_mps) / rate_hz
    if slab_m:
        height += rng.uniform(0.002, 0.008) * np.maximum(0.0, 1.0 - (way % slab_m) / 0.15)
    at = rng.uniform(50.0, 300.0)
    while at < way[-1]:
        speed = float(np.interp(at, way, speed_mps))
        if speed < 9.0:
            height += rng.uniform(0.06, 0.1) * bump(way, at, rng.uniform(2.5, 3.7))
        else:
            height -= rng.uniform(0.01, 0.05) * bump(way, at, rng.uniform(0.4, 1.2))
        at += rng.uniform(40.0, 400.0)
    return height


def car(seconds: float, rate_hz: float, rng: np.random.Generator) -> Scene:
    """Return a drive: varying roads and speeds, engine, bends, braking, pedals under the feet."""
    fine_hz = 4.0 * rate_hz
    t = np.arange(int(seconds * fine_hz)) / fine_hz
    knots = np.arange(0.0, seconds + 40.0, 20.0)
    speed = np.clip(np.interp(t, knots, rng.choice([0.0, 6.0, 8.0, 14.0, 22.0, 33.0], size=len(knots))), 0.0, None)
    roads = list(ROUGHNESS_M3.values())
    rough = np.array([rng.choice(roads, p=[0.3, 0.4, 0.2, 0.1]) for _ in knots])
    rough_now = rough[np.minimum((t / 20.0).astype(int), len(knots) - 1)]
    rough_now = np.where((speed > 15.0) & (rough_now > 300e-6), 256e-6, rough_now)
    height = drive(t, speed, rng, rough_now, float(rng.choice([0.0, 5.0, 10.0, 12.0])))
    floor, seat = road_to_seat(height, fine_hz)
    engine = engine_shake(t, speed, rng)
    every = slice(None, None, 4)
    out = Scene(rate_hz, {place: still(seconds, rate_hz) for place in (SACRUM, LEFT, RIGHT)})
    pelvis = out.parts[SACRUM]
    n = len(pelvis.t_s)
    pelvis.force[:, 2] += (seat + engine)[every][:n]
    pelvis.force[:, 1] += 0.4 * engine[every][:n]
    yaw_rate = wander(pelvis.t_s, rng, 4.0, 0.12)
    v = speed[every][:n]
    yaw_rate = np.clip(yaw_rate, -4.0 / np.maximum(v, 1.0), 4.0 / np.maximum(v, 1.0)) * (v > 1.0)
    ahead = np.gradient(v) * rate_hz + wander(pelvis.t_s, rng, 3.0, 0.6) * (v > 1.0)
    for motion in out.parts.values():
        motion.yaw += np.cumsum(yaw_rate) / rate_hz
        motion.roll += 0.012 * yaw_rate * v
        turn = np.stack([np.cos(motion.yaw), np.sin(motion.yaw)], 1)
        motion.force[:, :2] += ahead[:, None] * turn + (yaw_rate * v)[:, None] * turn[:, ::-1] * [-1.0, 1.0]
    pelvis.pitch -= 0.35
    pelvis.pitch += 0.004 * seat[every][:n]
    for foot in (out.parts[LEFT], out.parts[RIGHT]):
        foot.force[:, 2] += (floor + 1.5 * engine)[every][:n]
        foot.pitch -= 0.6
        pedals(foot, seconds, rng)
    return out


def engine_shake(t: Array, speed_mps: Array, rng: np.random.Generator) -> Array:
    """Return the engine's vibration, 20-40 Hz by gear and speed, 0.01-0.08 g."""
    hz = 20.0 + 20.0 * ((speed_mps / 9.0) % 1.0)
    shake: Array = np.sin(2.0 * np.pi * np.cumsum(hz) * (t[1] - t[0]))
    return GRAVITY_MPS2 * rng.uniform(0.01, 0.08) * shake


def pedals(foot: Motion, seconds: float, rng: np.random.Generator) -> None:
    """Add pressing, holding and releasing pedals, sometimes with a quick change to the next one."""
    at = rng.uniform(1.0, 5.0)
    while at < seconds - 4.0:
        press, hold = rng.uniform(0.25, 0.7), rng.uniform(0.1, 4.0)
        let = at + press + hold
        foot.pitch += rng.uniform(0.1, 0.4) * held(foot.t_s, (at, at + press), (let, let + press))
        foot.yaw += rng.choice([0.0, 0.3]) * bump(foot.t_s, let, 0.5)
        at += 2 * press + hold + rng.uniform(0.2, 6.0)


def cycling(seconds: float, rate_hz: float, rng: np.random.Generator) -> Scene:
    """Return cycling, 60-105 revolutions a minute: road vibration, at times out of the saddle with 1-2 cm of bounce."""
    out = Scene(rate_hz, {place: still(seconds, rate_hz) for place in (SACRUM, LEFT, RIGHT)})
    pelvis = out.parts[SACRUM]
    t = pelvis.t_s
    hz = np.interp(
        t,
        np.arange(0.0, seconds + 30.0, 15.0),
        rng.uniform(1.0, 1.75, size=int(seconds / 15.0) + 2)[: len(np.arange(0.0, seconds + 30.0, 15.0))],
    )
    crank = 2.0 * np.pi * np.cumsum(hz) / rate_hz
    shake = rng.uniform(0.3, 1.5) * rng.normal(size=(len(t), 3)) * (1.0 + 0.5 * np.sin(0.3 * t)[:, None])
    pelvis.force += shake
    pelvis.pitch += rng.uniform(0.4, 0.8)
    pelvis.roll += rng.uniform(0.02, 0.06) * np.sin(crank)
    pelvis.yaw += rng.uniform(0.01, 0.04) * np.sin(crank + 0.5)
    at = rng.uniform(10.0, 30.0)
    while at < seconds - 20.0:
        lasts = rng.uniform(5.0, 12.0)
        up = held(t, (at, at + 1.0), (at + lasts, at + lasts + 1.0))
        size = rng.uniform(0.01, 0.02) * (4.0 * np.pi * hz) ** 2
        pelvis.force[:, 2] += up * np.minimum(size, 5.0) * np.cos(2.0 * crank)
        pelvis.force[:, 1] += up * 2.0 * np.sin(crank)
        pelvis.roll += 0.12 * up * np.sin(crank)
        at += lasts + rng.uniform(20.0, 60.0)
    for foot, phase in ((out.parts[LEFT], 0.0), (out.parts[RIGHT], np.pi)):
        # The crank moves the foot in a circle of 0.17 m radius, and the ankle tilts it by 10-25 deg.
        foot.pitch += 0.2 + rng.uniform(0.17, 0.43) * np.sin(crank + phase)
        spin = (2.0 * np.pi * hz) ** 2 * 0.17
        foot.force[:, 0] += spin * np.cos(crank + phase)
        foot.force[:, 2] += spin * np.sin(crank + phase)
        foot.force += shake
    return out


def lift(seconds: float, rate_hz: float, rng: np.random.Generator) -> Scene:
    """Return standing in a lift: 0.8-1.3 m/s2 for 1-2 s at starts and stops, a jolt, a hum."""
    out = Scene(rate_hz, {place: still(seconds, rate_hz) for place in (SACRUM, LEFT, RIGHT)})
    sway(out.parts[SACRUM], rng)
    t, at = out.parts[SACRUM].t_s, 3.0
    while at < seconds - 20.0:
        sign, size, rides = rng.choice([-1.0, 1.0]), rng.uniform(0.8, 1.3), rng.uniform(3.0, 12.0)
        for motion in out.parts.values():
            motion.force[:, 2] += sign * size * (bump(t, at, 2.0) - bump(t, at + rides, 2.0))
            motion.force[:, 2] += 0.6 * ring(t, at + rides + 2.0, 12.0, 0.1)
            motion.force[:, 2] += 0.1 * np.sin(2.0 * np.pi * 24.0 * t) * ((t > at) & (t < at + rides))
        at += rides + rng.uniform(4.0, 10.0)
    return out
