"""Decode to drop with VQF, in its own environment: `python -m benchmarks.hip_cost.vqf_worker run.npz`.

Our own implementation of the design's prototype (sources 9, style A): VQF in C++, `update` once per sample, the rest in
plain Python floats. It has no levelling of its own, no side of the step, no gap handling and no gate against walking.

Input: `bytes` (packets, length) uint8, `rate_hz`, `scale` (6,) to m/s2 and rad/s, `left` (3,).
Output: one line of JSON with `cost` of the whole run (`benchmarks.yardstick.Cost`) and `steps`.
"""

from __future__ import annotations

import json
import math
import struct
import sys
from pathlib import Path

import numpy as np
from vqf import VQF

from benchmarks.yardstick import cost_of

HEAD_BYTES = 9
GRAVITY_MPS2 = 9.80665
CUTOFF_HZ = 15.0
FALLING_G, CONTACT_G, UNLOAD_G = 0.45, 0.7, 1.0
SHORTEST_STEP_S, SHORTEST_STANCE_S = 0.2, 0.1


class Steps:
    """Low-pass, contacts and the largest change of obliquity in each stance, sample by sample."""

    def __init__(self, rate_hz: float) -> None:
        k = math.tan(math.pi * CUTOFF_HZ / rate_hz)
        norm = 1.0 / (1.0 + math.sqrt(2.0) * k + k * k)
        self._b0, self._b1 = k * k * norm, 2.0 * k * k * norm
        self._a1, self._a2 = 2.0 * (k * k - 1.0) * norm, (1.0 - math.sqrt(2.0) * k + k * k) * norm
        self._z1 = self._z2 = self._before = self._t_s = self._obliquity = self._drop = 0.0
        self._dt = 1.0 / rate_hz
        self._in_stance = self._armed = False
        self._contact_s = -9.0
        self.found: list[tuple[float, float, float]] = []

    def sample(self, force_g: float, obliquity: float) -> None:
        """Process the next sample: vertical force in g and obliquity in rad."""
        y = self._b0 * force_g + self._z1
        self._z1 = self._b1 * force_g - self._a1 * y + self._z2
        self._z2 = self._b0 * force_g - self._a2 * y
        self._t_s += self._dt
        t_s, before = self._t_s, self._before
        if self._in_stance:
            change = obliquity - self._obliquity
            if abs(change) > abs(self._drop):
                self._drop = change
            if t_s - self._contact_s > SHORTEST_STANCE_S and before > UNLOAD_G >= y:
                self.found.append((self._contact_s, t_s, self._drop))
                self._in_stance = False
        elif y < FALLING_G:
            self._armed = True
        elif self._armed and before < CONTACT_G <= y and t_s - self._contact_s > SHORTEST_STEP_S:
            self._contact_s = t_s - (y - CONTACT_G) / (y - before) * self._dt
            self._in_stance, self._armed = True, False
            self._obliquity, self._drop = obliquity, 0.0
        self._before = y


def play(packets: list[bytes], rate_hz: float, scale: list[float], left: list[float]) -> int:
    """Process all packets and return the number of steps."""
    vqf, steps = VQF(1.0 / rate_hz), Steps(rate_hz)
    update, quaternion, sample = vqf.update, vqf.getQuat6D, steps.sample
    unpack = struct.Struct("<6h").iter_unpack
    sx, sy, sz, tx, ty, tz = scale
    lx, ly, lz = left
    force, rate = np.empty(3), np.empty(3)
    per_g = 1.0 / GRAVITY_MPS2
    for packet in packets:
        for a, b, c, p, q, r in unpack(packet[HEAD_BYTES:]):
            force[0], force[1], force[2] = ax, ay, az = a * sx, b * sy, c * sz
            rate[0], rate[1], rate[2] = p * tx, q * ty, r * tz
            update(rate, force)
            w, x, y, z = quaternion().tolist()
            ux, uy, uz = 2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)
            sample((ux * ax + uy * ay + uz * az) * per_g, math.asin(ux * lx + uy * ly + uz * lz))
    return len(steps.found)


def main() -> None:
    """Print the line of JSON."""
    run = np.load(Path(sys.argv[1]))
    packets = [row.tobytes() for row in run["bytes"]]
    inputs = packets, float(run["rate_hz"]), run["scale"].tolist(), run["left"].tolist()
    print(json.dumps({"steps": play(*inputs), "cost": cost_of(lambda: play(*inputs))}))


if __name__ == "__main__":
    main()
