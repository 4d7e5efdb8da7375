"""Run VQF, in its own environment, on cases: `python -m benchmarks.orientation.vqf_worker cases.npz out.npz`.

Input: `i/rate_hz`, `i/gyr` (n, 3) rad/s, `i/acc` (n, 3) m/s2, `i/left` (3,) and `i/speed_mps` (0: no bend) per case i.
Output: `i/<variant>` (n, 3), up in sensor axes, and `cost_us` with the multiply-add of the same run.
"""

from __future__ import annotations

import sys
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from vqf import VQF, offlineVQF

from benchmarks.yardstick import multiply_add_us

BIAS_5 = {"biasClip": 10.0, "biasSigmaInit": 3.0}
"""The default clips the bias at 2 deg/s; uncalibrated cheap gyroscopes reach 5."""
YAW_TAU_S = 0.7
FIRST_S = 20.0


def up_of(quat: np.ndarray) -> np.ndarray:
    """Return up (n, 3) in sensor axes for quaternions (n, 4), w first, that rotate sensor to earth axes."""
    w, x, y, z = quat.T
    return np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], axis=1)


def plain(tau_s: float, **params: float) -> Callable[..., np.ndarray]:
    """Return a variant with a fixed time constant in s: it maps gyroscope, accelerometer and `dt` in s to up (n, 3)."""

    def run(gyr: np.ndarray, acc: np.ndarray, dt: float, *_: object) -> np.ndarray:
        return up_of(VQF(dt, tauAcc=tau_s, **params).updateBatch(gyr, acc)["quat6D"])

    return run


def quick_then_slow(gyr: np.ndarray, acc: np.ndarray, dt: float, *_: object) -> np.ndarray:
    """Return up (n, 3) with time constant 1 s for the first 20 s, then 2 s."""
    vqf = VQF(dt, tauAcc=1.0, **BIAS_5)
    n = min(len(gyr), round(FIRST_S / dt))
    first = vqf.updateBatch(gyr[:n], acc[:n])["quat6D"]
    if n == len(gyr):
        return up_of(first)
    vqf.setTauAcc(2.0)
    return up_of(np.concatenate([first, vqf.updateBatch(gyr[n:], acc[n:])["quat6D"]]))


def centripetal(gyr: np.ndarray, acc: np.ndarray, dt: float, left: np.ndarray, speed_mps: float) -> np.ndarray:
    """Return up (n, 3) with true speed times yaw rate (bias-corrected, low-passed) subtracted along the left axis."""
    vqf = VQF(dt, tauAcc=2.0, **BIAS_5)
    up, yaw_rate = np.empty_like(acc), 0.0
    share = dt / YAW_TAU_S
    now = acc[0] / np.linalg.norm(acc[0])
    for k in range(len(gyr)):
        rate = gyr[k] - vqf.getBiasEstimate()[0]
        yaw_rate += share * (float(now @ rate) - yaw_rate)
        vqf.update(gyr[k], acc[k] - speed_mps * yaw_rate * left)
        now = up[k] = up_of(vqf.getQuat6D()[None])[0]
    return up


def offline(gyr: np.ndarray, acc: np.ndarray, dt: float, *_: object) -> np.ndarray:
    """Return up (n, 3) from the offline filter, which gets the whole recording at once."""
    return up_of(offlineVQF(gyr, acc, None, dt, {"tauAcc": 2.0, **BIAS_5})["quat6D"])


VARIANTS: dict[str, Callable[..., np.ndarray]] = {
    "VQF, defaults (tau 3 s)": plain(3.0),
    "VQF, tau 3 s, bias to 10 dps": plain(3.0, **BIAS_5),
    "VQF, tau 2 s, bias to 10 dps": plain(2.0, **BIAS_5),
    "VQF, tau 1 s, bias to 10 dps": plain(1.0, **BIAS_5),
    "VQF, tau 1 s for 20 s, then 2 s": quick_then_slow,
    "VQF offline (sees the future), tau 2 s": offline,
}


def cost_us(gyr: np.ndarray, acc: np.ndarray, dt: float) -> np.ndarray:
    """Return (4,) us: multiply-add; per sample by `update` + `getQuat6D`; in packets of five; whole array."""
    unit = multiply_add_us()
    n = 5000
    rows = list(zip(gyr[:n], acc[:n], strict=True))

    def each() -> None:
        vqf = VQF(dt)
        for g, a in rows:
            vqf.update(g, a)
            vqf.getQuat6D()

    def fives() -> None:
        vqf = VQF(dt)
        for k in range(0, len(rows), 5):
            vqf.updateBatch(gyr[k : k + 5], acc[k : k + 5])

    jobs = (each, fives, lambda: VQF(dt).updateBatch(gyr[:n], acc[:n]))
    return np.array([unit, *(1e6 * min(timeit.repeat(job, number=1, repeat=5)) / len(rows) for job in jobs)])


def main() -> None:
    """Write the results of every variant on every case; print nothing."""
    cases = np.load(Path(sys.argv[1]))
    out: dict[str, Any] = {}  # not np.ndarray: savez's stub takes its own keyword for bool
    for i in range(int(cases["count"])):
        dt = 1.0 / float(cases[f"{i}/rate_hz"])
        gyr, acc = (np.ascontiguousarray(cases[f"{i}/{name}"]) for name in ("gyr", "acc"))
        speed = float(cases[f"{i}/speed_mps"])
        for name, run in VARIANTS.items():
            out[f"{i}/{name}"] = run(gyr, acc, dt)
        if speed:
            out[f"{i}/VQF, tau 2 s, true speed known"] = centripetal(gyr, acc, dt, cases[f"{i}/left"], speed)
    out["cost_us"] = cost_us(gyr, acc, dt)
    np.savez(Path(sys.argv[2]), **out)


if __name__ == "__main__":
    main()
