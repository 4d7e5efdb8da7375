"""What the core costs: per sample, in Python float multiply-adds of the same run.

    python -m benchmarks.bench_core [--packet 5] [--seconds 60]

The yardstick is `x = x * a + b` in a loop. Ratios travel between machines, microseconds do not. scipy `find_peaks` on
the whole recording stands beside it: it cannot stream and finds peaks only.

Then what each part of the sacrum's chain takes of it (`benchmarks.parts`), and how long after an event it is told, by
the newest sample given by then: a contact after it happened, a step after the contact that ends it. Radio and packets
come on top.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from scipy.signal import butter, find_peaks, sosfiltfilt

from benchmarks.parts import split_s
from dsp.chains.foot import FootChain
from dsp.chains.trunk import TrunkChain
from dsp.gait.sightings import Contact, Release, Sighting
from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Step
from dsp.signals import NS_PER_S, Placement, SampleBlock
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


STEADY_S = 15.0
"""Latency counts from here: at a start contacts are held back until a row of them is running."""


def contact_delays_s(blocks: list[SampleBlock], chain: TrunkChain | FootChain) -> dict[str, list[float]]:
    """Contacts and toe-offs as one sensor's chain tells them.

    The trunk reads a toe-off from the whole step, so it is told with the next contact; where none comes (the last
    stance of a run) it is told 0.7 s after its own, `StanceParams.last_s`. That one has a row of its own.
    """
    out: dict[str, list[float]] = {"contact": [], "toe-off": [], "last toe-off": []}
    for block in blocks:
        newest_s = int(block.t_ns[-1]) / NS_PER_S
        seen: list[Sighting] = chain.work() if chain.put(block) else []
        for s in seen:
            if newest_s > STEADY_S and isinstance(s, Contact):
                out["contact"].append(newest_s - s.t_s)
            elif newest_s > STEADY_S and isinstance(s, Release) and s.t_s is not None:
                last = isinstance(chain, TrunkChain) and not any(isinstance(other, Contact) for other in seen)
                out["last toe-off" if last else "toe-off"].append(newest_s - s.t_s)
    return {event: delays for event, delays in out.items() if delays}


def step_delays_s(blocks: list[SampleBlock]) -> list[float]:
    """Steps as the pipeline tells them, after the contact that ends them."""
    pipeline, out = Pipeline(), []
    for block in blocks:
        newest_ns = int(block.t_ns[-1])
        steps = [r for r in pipeline.update(block) if isinstance(r, Step) and newest_ns > STEADY_S * NS_PER_S]
        out += [(newest_ns - s.t_ns) / NS_PER_S - s.step_time_s for s in steps if s.step_time_s is not None]
    return out


def print_delays(name: str, delays_s: list[float], rate_hz: float) -> None:
    middle, worst = float(np.median(delays_s)), max(delays_s)
    print(
        f"{name:32s} {1e3 * middle:4.0f} ms = {middle * rate_hz:3.0f} samples, "
        f"worst {1e3 * worst:4.0f} ms = {worst * rate_hz:3.0f} samples; {len(delays_s)} of them"
    )


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
    for name, sensors, signals in rows:
        blocks = blocks_of(made, sensors, args.packet, rate_hz=rate)
        samples = len(made.t_s) * len(sensors)
        found = play(blocks, signals=signals)
        each = best_of(5, lambda b=blocks, s=signals: play(b, signals=s)) / samples
        speed = 1.0 / (each * rate * len(sensors))
        print(
            f"{name:32s} {1e6 * each:6.2f} us/sample = {each / unit:5.1f} multiply-adds; "
            f"{speed:6.0f} x real time; {found} of {len(made.contacts_s)} steps"
        )
    blocks = blocks_of(made, [Placement.SACRUM], args.packet, rate_hz=rate)
    print("sacrum, whole chain, by part (each function timed, the timing taken off):")
    for part, took_s in split_s(lambda: play(blocks)).items():
        each = took_s / len(made.t_s)
        print(f"  {part:30s} {1e6 * each:6.2f} us/sample = {each / unit:5.1f} multiply-adds")
    force = made.sensors[Placement.SACRUM][:, 2]
    low = butter(2, 5.0 / (rate / 2), output="sos")

    def peaks() -> int:
        return len(find_peaks(sosfiltfilt(low, force), height=np.mean(force), distance=rate * 0.2)[0])

    each, name = best_of(5, peaks) / len(force), "scipy find_peaks, whole array"
    print(f"{name:32s} {1e6 * each:6.2f} us/sample = {each / unit:5.1f} multiply-adds; {peaks()} peaks")
    print("told after:")
    for name, worn, chain in (
        ("sacrum", Placement.SACRUM, TrunkChain(Placement.SACRUM)),
        ("foot", Placement.LEFT_FOOT, FootChain(Placement.LEFT_FOOT)),
    ):
        for event, delays_s in contact_delays_s(blocks_of(made, [worn], args.packet, rate_hz=rate), chain).items():
            print_delays(f"{event}, {name}", delays_s, rate)
    for name, sensors in (("sacrum", [Placement.SACRUM]), ("sacrum and both feet", [Placement.SACRUM, *feet])):
        print_delays(f"step, {name}", step_delays_s(blocks_of(made, sensors, args.packet, rate_hz=rate)), rate)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
