"""What the core costs: per sample, in Python float multiply-adds of the same run.

    python -m benchmarks.bench_core [--packet 5] [--seconds 60]

The yardstick is `x = x * a + b` in a loop. Ratios travel between machines, microseconds do not. scipy `find_peaks` on
the whole recording stands beside it: it cannot stream and finds peaks only.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from scipy.signal import butter, find_peaks, sosfiltfilt

from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Step
from dsp.signals import Placement, SampleBlock
from tests.dsp.synthetic import blocks_of, make


def best_of(times: int, job: Callable[[], object]) -> float:
    """Shortest wall time in s of several runs: the machine's other work only adds."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        job()
        best = min(best, time.perf_counter() - start)
    return best


def multiply_add_s() -> float:
    """One Python float multiply-add in a loop."""

    def loop() -> float:
        x, a, b = 1.0, 0.999999, 1e-6
        for _ in range(300_000):
            x = x * a + b
        return x

    return best_of(9, loop) / 300_000


def play(blocks: list[SampleBlock], *, signals: bool = False) -> int:
    """Steps found."""
    pipeline = Pipeline(PipelineParams(signals=signals))
    steps = 0
    for block in blocks:
        steps += sum(isinstance(r, Step) for r in pipeline.update(block))
    return steps + sum(isinstance(r, Step) for r in pipeline.finish())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packet", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60.0)
    args = parser.parse_args()
    rate = 208.0
    made = make(seconds=args.seconds, rate_hz=rate)
    feet = [Placement.LEFT_FOOT, Placement.RIGHT_FOOT]
    unit = multiply_add_s()
    print(f"yardstick: one Python float multiply-add {1e6 * unit:.4f} us")
    rows: list[tuple[str, list[Placement], bool]] = [
        ("sacrum, whole chain", [Placement.SACRUM], False),
        ("sacrum, with attitude records", [Placement.SACRUM], True),
        ("one foot", feet[:1], False),
        ("sacrum and both feet", [Placement.SACRUM, *feet], False),
    ]
    for name, worn, signals in rows:
        blocks = blocks_of(made, worn, args.packet, rate_hz=rate)
        samples = len(made.t_s) * len(worn)
        found = play(blocks, signals=signals)
        each = best_of(5, lambda b=blocks, s=signals: play(b, signals=s)) / samples
        speed = 1.0 / (each * rate * len(worn))
        print(
            f"{name:32s} {1e6 * each:6.2f} us/sample = {each / unit:5.1f} multiply-adds; "
            f"{speed:6.0f} x real time; {found} of {len(made.contacts_s)} steps"
        )
    force = made.sensors[Placement.SACRUM][:, 2]
    low = butter(2, 5.0 / (rate / 2), output="sos")

    def peaks() -> int:
        return len(find_peaks(sosfiltfilt(low, force), height=np.mean(force), distance=rate * 0.2)[0])

    each, name = best_of(5, peaks) / len(force), "scipy find_peaks, whole array"
    print(f"{name:32s} {1e6 * each:6.2f} us/sample = {each / unit:5.1f} multiply-adds; {peaks()} peaks")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
