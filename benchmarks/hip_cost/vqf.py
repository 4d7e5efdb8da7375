"""The VQF prototype on the same packets, in its own environment (`make bench-peers` builds it)."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.hip_cost.ours import MOUNT
from benchmarks.hip_cost.packets import ACC_RANGE_G, GYRO_RANGE_DPS
from benchmarks.peers.environments import ROOT, python_of
from benchmarks.yardstick import Cost
from drivers.decoders.imu6 import counts_per_unit


class VqfCost(NamedTuple):
    """Cost of the whole run and number of steps found in it."""

    cost: Cost
    steps: int


def vqf_cost(packets: Sequence[bytes], rate_hz: float) -> VqfCost | None:
    """Return what the worker measured; None if the environment has not been built."""
    python = python_of("vqf")
    if not python.exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder, "run.npz")
        np.savez(
            run,
            bytes=np.array([np.frombuffer(packet, np.uint8) for packet in packets]),
            rate_hz=rate_hz,
            scale=1.0 / counts_per_unit(ACC_RANGE_G, GYRO_RANGE_DPS),
            left=np.array(MOUNT.left),
        )
        command = [str(python), "-m", "benchmarks.hip_cost.vqf_worker", str(run)]
        output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    answer = json.loads(output)
    return VqfCost(Cost(*answer["cost"]), answer["steps"])
