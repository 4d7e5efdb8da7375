"""Three taps: false detections in recordings (goal: none), and the share detected of those added to the recordings.

A tap is a push of 8-14 ms and a rebound of the same area, in a random direction, sampled by a sensor that averages over
its sample period; its strength is that of the push. It is a model: no taps on a worn sensor have been recorded.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from dsp.signals import GRAVITY_MPS2
from dsp.taps import ThreeTaps
from tests.recorded import folders, load

RATES_HZ = (104.0, 208.0)
STRENGTHS_G = (3.0, 4.0, 6.0)
LONGEST_S = 60.0
"""Taps are added to the first minute only, which is enough and faster."""


def trunk_recordings(part: str = "") -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Return (name, times (n,) in s, acceleration (n, 3) in m/s2) of every sensor on trunk, hip or in a pocket.

    Only recordings whose path contains `part`.
    """
    out = []
    for folder in folders():
        if part not in str(folder):
            continue
        recording = load(folder)
        t_s = recording.columns["t_s"]
        for sensor in recording.sensors:
            if sensor.endswith(("foot", "shoe")):
                continue
            axes = [np.nan_to_num(recording.columns.get(f"{sensor}_a{x}", np.zeros(len(t_s)))) for x in "xyz"]
            out.append((recording.name, t_s, np.stack(axes, axis=1)))
    return out


def resampled(t_s: np.ndarray, a: np.ndarray, rate_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """Return times and acceleration at another rate, by linear interpolation."""
    at = t_s[0] + np.arange(int((t_s[-1] - t_s[0]) * rate_hz)) / rate_hz
    return at, np.stack([np.interp(at, t_s, a[:, k]) for k in range(3)], axis=1)


def found(t_s: np.ndarray, a: np.ndarray, rate_hz: float, size: int = 50) -> list[float]:
    """Return the times in s of the detected triple taps, feeding `size` samples at a time."""
    taps, out = ThreeTaps(rate_hz), []
    t_ns, values = np.round(t_s * 1e9).astype(np.int64).tolist(), np.hstack([a, np.zeros_like(a)])
    for k in range(0, len(t_s), size):
        out += taps.look(t_ns[k : k + size], [values[k : k + size]])
    return out


def with_taps(
    t_s: np.ndarray, a: np.ndarray, at_s: float, apart_s: float, force_g: float, rng: np.random.Generator
) -> np.ndarray:
    """Return the acceleration with three taps from `at_s` on, about `apart_s` apart, each slightly different."""
    a, sample_s = a.copy(), float(np.median(np.diff(t_s)))
    direction = 0.4 * rng.standard_normal(3)
    direction[rng.integers(3)] += 1.0
    direction /= np.linalg.norm(direction)
    within = np.linspace(-0.5, 0.5, 9) * sample_s
    for _ in range(3):
        push_s = rng.uniform(0.008, 0.014)
        near = (t_s > at_s - 0.05) & (t_s < at_s + 0.1)
        since = t_s[near, None] + within - at_s
        shape = np.sin(np.pi * np.clip(since / push_s, 0, 1))
        shape -= 0.5 * np.sin(np.pi * np.clip((since - push_s) / (2 * push_s), 0, 1))
        a[near] += force_g * rng.uniform(0.7, 1.3) * GRAVITY_MPS2 * shape.mean(axis=1)[:, None] * direction
        at_s += apart_s * rng.uniform(0.85, 1.15)
    return a


def table(tries: int) -> None:
    """Print false detections and the share of added taps found."""
    recordings, rng = trunk_recordings(), np.random.default_rng(1)
    if not recordings:
        print("the recorded runs were not found: set STRIDECUE_DATA to their folder")
        return
    false, hours = 0, 0.0
    added: Counter[tuple[float, float]] = Counter()
    seen: Counter[tuple[float, float]] = Counter()
    for _name, t_s, a in recordings:
        for rate_hz in RATES_HZ:
            at, force = resampled(t_s, a, rate_hz)
            false += len(found(at, force, rate_hz))
            hours += len(at) / rate_hz / 3600.0
            end = int(LONGEST_S * rate_hz)
            at, force = at[:end], force[:end]
            if at[-1] - at[0] < 10.0:
                continue
            for force_g in STRENGTHS_G:
                for _ in range(tries):
                    start_s = at[0] + rng.uniform(6.0, at[-1] - at[0] - 3.0)
                    tapped = with_taps(at, force, start_s, rng.uniform(0.2, 0.4), force_g, rng)
                    added[rate_hz, force_g] += 1
                    seen[rate_hz, force_g] += any(abs(tap_s - start_s) < 1.0 for tap_s in found(at, tapped, rate_hz))
    print(
        f"{len(recordings)} recordings of trunk, hip and pocket, {hours:.1f} h at two rates: "
        f"three taps falsely detected {false} times"
    )
    print("| rate | strength | added | found |")
    print("|---|---|---|---|")
    for (rate_hz, force_g), count in sorted(added.items()):
        print(f"| {rate_hz:.0f} Hz | {force_g:.0f} g | {count} | {seen[rate_hz, force_g] / count:.0%} |")
