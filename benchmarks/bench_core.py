"""Cost of the core per sample, in Python float multiply-adds timed in the same run; and its latency.

    python -m benchmarks.bench_core [--packet 5] [--seconds 60]

The unit is one `x = x * a + b` in a loop: ratios carry over to other machines, microseconds do not. scipy `find_peaks`
on the whole recording is printed for comparison: it cannot stream and finds peaks only.

Goals (`docs/cost.md`): 130 multiply-adds a sample for the whole core of a hip sensor, and 60 of the design's own
multiply-adds (`benchmarks.yardstick`) for what the design counts of it: int16 decoding, orientation, vertical force,
low-pass, contact and toe-off, obliquity and drop, with the mount given. The latter has rows of its own, in both units
(`benchmarks.hip_cost`), next to the design's prototype built around VQF, if its environment exists.

Then follow the share of each part of the sacrum's chain (`benchmarks.parts`) and the latency of events: time of the
newest sample processed when an event is reported, minus the time of the event (of a step: of the contact that ends it).
Radio and packet delays come on top.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.signal import butter, find_peaks, sosfiltfilt

from benchmarks.hip_cost.ours import UNCOUNTED, drops, only_counted
from benchmarks.hip_cost.packets import packed_blocks_of, packets_of, stamps_of
from benchmarks.hip_cost.vqf import vqf_cost
from benchmarks.parts import split_s
from benchmarks.yardstick import Cost, Yardstick, cost_of
from dsp.chains.foot import FootChain
from dsp.chains.trunk import TrunkChain
from dsp.gait.sightings import Contact, Release, Sighting
from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Step
from dsp.signals import NS_PER_S, Placement, SampleBlock
from tests.dsp.synthetic import Made, blocks_of, make


def best_of(times: int, job: Callable[[], object]) -> float:
    """Return the shortest CPU time in s of several runs: other work on the machine only adds to it."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        job()
        best = min(best, time.process_time() - start)
    return best


def play(blocks: list[SampleBlock], *, signals: bool = False) -> int:
    """Run the pipeline on the blocks and return the number of steps."""
    pipeline = Pipeline(PipelineParams(signals=signals))
    steps = 0
    for block in blocks:
        steps += sum(isinstance(r, Step) for r in pipeline.update(block))
    return steps + sum(isinstance(r, Step) for r in pipeline.finish())


STEADY_S = 15.0
"""Latency is measured from here on: at the start, contacts are held back until a series of them shows running."""


def contact_delays_s(blocks: list[SampleBlock], chain: TrunkChain | FootChain) -> dict[str, list[float]]:
    """Return the latencies in s of the contacts and toe-offs that one sensor's chain reports, by event.

    The trunk chain derives a toe-off from the whole step and reports it with the next contact; if none follows (the
    last stance of a run), 0.7 s after its own contact, `StanceParams.last_s`. That one has a row of its own.
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
    """Return the latencies in s of the pipeline's steps, counted from the contact that ends each."""
    pipeline, out = Pipeline(), []
    for block in blocks:
        newest_ns = int(block.t_ns[-1])
        steps = [r for r in pipeline.update(block) if isinstance(r, Step) and newest_ns > STEADY_S * NS_PER_S]
        out += [(newest_ns - s.t_ns) / NS_PER_S - s.step_time_s for s in steps if s.step_time_s is not None]
    return out


def print_delays(name: str, delays_s: list[float], rate_hz: float) -> None:
    """Print median and worst latency, in ms and samples, and the number of events."""
    middle, worst = float(np.median(delays_s)), max(delays_s)
    print(
        f"{name:32s} {1e3 * middle:4.0f} ms = {middle * rate_hz:3.0f} samples, "
        f"worst {1e3 * worst:4.0f} ms = {worst * rate_hz:3.0f} samples; {len(delays_s)} events"
    )


def print_decode_to_drop(made: Made, rate_hz: float, size: int) -> None:
    """Print the cost of a hip sensor from packets to drops: everything, what the design counts, the prototype."""
    packets, stamps = packets_of(made, rate_hz, size), stamps_of(made, size)
    samples = size * len(packets)

    def job() -> int:
        return drops(packets, stamps, rate_hz)

    def row(name: str, cost: Cost, found: str) -> None:
        units = f"{cost.multiply_adds:5.1f} multiply-adds, {cost.design_multiply_adds:5.1f} of the design's"
        print(f"{name:42s} {cost.us:6.2f} us/sample = {units}; {found}")

    row("hip, bytes to drop, everything", cost_of(job).times(1.0 / samples), f"{job()} drops")
    with only_counted():
        row("hip, decode to drop (as the design counts)", cost_of(job).times(1.0 / samples), f"{job()} drops")
    print(f"  (switched off, since the design does not count it: {'; '.join(UNCOUNTED)})")
    vqf = vqf_cost(packets, rate_hz)
    if vqf is None:
        print("  (no comparison with the VQF prototype: `make bench-peers` builds its environment)")
    else:
        row("decode to drop, prototype with VQF (C++)", vqf.cost.times(1.0 / samples), f"{vqf.steps} steps")


def main() -> int:
    """Print the cost of sets of sensors and of parts in us and multiply-adds per sample, then the latencies."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packet", type=int, default=5, help="samples per packet (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the run (default: %(default)g)")
    args = parser.parse_args()
    rate = 208.0
    made = make(seconds=args.seconds, rate_hz=rate)
    feet = [Placement.LEFT_FOOT, Placement.RIGHT_FOOT]
    yardstick = Yardstick()
    print(f"CPU time per sample; the unit, one Python float multiply-add, takes {1e6 * yardstick.unit_s():.4f} us")
    print(
        "goals: 130 multiply-adds for the sacrum's whole chain, 60 of the design's from decoding to drop as it counts"
    )
    rows: list[tuple[str, list[Placement], bool]] = [
        ("sacrum, whole chain", [Placement.SACRUM], False),
        ("sacrum, with attitude records", [Placement.SACRUM], True),
        ("one foot", feet[:1], False),
        ("sacrum and both feet", [Placement.SACRUM, *feet], False),
    ]
    for name, sensors, signals in rows:
        blocks = packed_blocks_of(made, sensors, args.packet, rate)
        samples = len(made.t_s) * len(sensors)
        found = play(blocks, signals=signals)
        each = best_of(9, partial(play, blocks, signals=signals)) / samples
        speed = 1.0 / (each * rate * len(sensors))
        print(
            f"{name:32s} {1e6 * each:6.2f} us/sample = {each / yardstick.unit_s():5.1f} multiply-adds; "
            f"{speed:6.0f} x real time; {found} of {len(made.contacts_s)} steps"
        )
    print_decode_to_drop(made, rate, args.packet)
    blocks = packed_blocks_of(made, [Placement.SACRUM], args.packet, rate)
    print("sacrum, whole chain, by part (each function timed, timing overhead subtracted):")
    unit = yardstick.unit_s()
    for part, took_s in split_s(lambda: play(blocks)).items():
        each = took_s / len(made.t_s)
        print(f"  {part:30s} {1e6 * each:6.2f} us/sample = {each / unit:5.1f} multiply-adds")
    force = made.sensors[Placement.SACRUM][:, 2]
    low = butter(2, 5.0 / (rate / 2), output="sos")

    def peaks() -> int:
        return len(find_peaks(sosfiltfilt(low, force), height=np.mean(force), distance=rate * 0.2)[0])

    each, name = best_of(5, peaks) / len(force), "scipy find_peaks, whole array"
    print(f"{name:32s} {1e6 * each:6.2f} us/sample = {each / unit:5.1f} multiply-adds; {peaks()} peaks")
    print("latency, median and worst, without radio and packet delays:")
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
