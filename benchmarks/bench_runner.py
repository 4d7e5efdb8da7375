"""Cost of the virtual runner: CPU time of three IMUs at 208 Hz in packets of five, and memory over four hours.

    python -m benchmarks.bench_runner

No goal was set.
"""

from __future__ import annotations

import time
import tracemalloc

from benchmarks.yardstick import multiply_add_us
from drivers.virtual.runner import RunnerParams, VirtualRunner
from dsp.signals import Placement

RATE_HZ = 208.0
SAMPLES = 5
SECONDS = 120
IMUS = (Placement.SACRUM, Placement.LEFT_FOOT, Placement.RIGHT_FOOT)


def stream(runner: VirtualRunner, from_s: float, seconds: float) -> None:
    """Generate the samples of all three IMUs from `from_s` on, packet by packet, and discard them."""
    first = round(from_s * RATE_HZ)
    for index in range(first, first + round(seconds * RATE_HZ), SAMPLES):
        for placement in IMUS:
            runner.imu(placement, index, SAMPLES, RATE_HZ)


def main() -> None:
    """Print the share of a core, us per sample, ms per step of ground truth, and the memory in KiB by hour."""
    unit_us = multiply_add_us()
    runner = VirtualRunner(RunnerParams())
    began = time.process_time()
    stream(runner, 0.0, SECONDS)
    used_s = time.process_time() - began
    per_sample_us = used_s * 1e6 / (len(IMUS) * SECONDS * RATE_HZ)
    print(f"three IMUs at {RATE_HZ:.0f} Hz: {100 * used_s / SECONDS:.2f} % of a core")
    print(f"per sample: {per_sample_us:.2f} us = {per_sample_us / unit_us:.0f} Python float multiply-adds")
    began = time.process_time()
    steps = VirtualRunner(RunnerParams()).truth_steps(0.0, 600.0)
    print(f"ground truth: {1000 * (time.process_time() - began) / len(steps):.2f} ms per step")
    tracemalloc.start()
    runner = VirtualRunner(RunnerParams())
    for hour in range(4):
        stream(runner, hour * 3600.0, 20.0)
        print(f"memory after {hour} h: {tracemalloc.get_traced_memory()[0] / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
