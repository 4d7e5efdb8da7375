"""How fast a recording of three IMUs is analysed again: reader, ingest and pipeline at full speed on one core.

    python -m benchmarks.bench_reanalysis [--minutes 5] [--rate 208] [--rounds 5] [--signals] [--profile]

CPU time of this process, so that other work on the machine does not count. Goal: 200 x real time, so that a run of
three hours takes 54 s. Nothing grows with the length of the recording, so five minutes stand for three hours.
Also told: what a replay keeps of the core for each place that it can go back to (`checkpoints`); a replay with
a dashboard works with `--signals`, the pelvis' angles at every sample.
"""

from __future__ import annotations

import argparse
import cProfile
import math
import pstats
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TypeAlias

from benchmarks.recorded_run import write_run
from benchmarks.yardstick import multiply_add_us
from drivers.fewer_blocks import taken_together
from drivers.ingest import Ingest
from drivers.packets import DeviceInfo, Packet, Said
from drivers.recordings.recording import RecordingReader
from dsp.pipeline import Pipeline
from dsp.records import Record, Step
from dsp.signals import Placement, SampleBlock
from firmware_profiles.catalog import load_catalog
from hub.flow.engine import Engine
from hub.settings.run_settings import RunSettings

GOAL = 200.0
THREE_HOURS_S = 3 * 3600.0
SLOWEST = 18
WHOLE = "all of it"
Item: TypeAlias = DeviceInfo | Packet | Said
CATALOG = load_catalog()
"""Read once, whatever the length of a recording: not counted."""


def read(path: Path) -> list[Item]:
    """Everything in the file, in its order, held in memory."""
    return list(RecordingReader(path))


def decode(items: Iterable[Item]) -> list[SampleBlock]:
    """Blocks with recovered times, from packets taken together as a replay takes them."""
    ingest = Ingest(CATALOG)
    blocks: list[SampleBlock] = []
    for item in taken_together(items):
        if isinstance(item, list):
            blocks += ingest.update_all(item, lambda _device: nullcontext())
        elif isinstance(item, DeviceInfo):
            ingest.add_device(item)
    return blocks


def analyse(blocks: Iterable[SampleBlock]) -> int:
    """Steps found."""
    pipeline = Pipeline()
    steps = 0
    for block in blocks:
        steps += sum(isinstance(record, Step) for record in pipeline.update(block))
    return steps + sum(isinstance(record, Step) for record in pipeline.finish())


def an_engine(*, signals: bool) -> Engine:
    """As a replay makes it."""
    return Engine(CATALOG, RunSettings().pipeline(signals=signals), strict=True)


def whole(path: Path, *, signals: bool = False) -> int:
    """All of it as `stridecue replay --jsonl` does, but for the lines; steps found."""
    engine = an_engine(signals=signals)
    return steps_of(
        engine.feed_all(item) if isinstance(item, list) else engine.feed(item)
        for item in taken_together(RecordingReader(path))
    ) + steps_of([engine.finish()])


def one_by_one(path: Path, *, signals: bool) -> int:
    """The same packet by packet, as a live run gets them."""
    engine = an_engine(signals=signals)
    return steps_of(map(engine.feed, RecordingReader(path))) + steps_of([engine.finish()])


def kept_bytes(path: Path, *, signals: bool) -> int:
    """Memory that a copy of the state of the core takes at the end."""
    engine = an_engine(signals=signals)
    for item in RecordingReader(path):
        engine.feed(item)
    tracemalloc.start()
    kept = engine.state()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return taken


def steps_of(told: Iterable[list[Record]]) -> int:
    """How many of the records told are steps."""
    return sum(isinstance(record, Step) for records in told for record in records)


def shortest_s(jobs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """CPU time in s of each job, the shortest of some rounds: neighbours on the machine only add.

    The jobs take turns, so that a neighbour who is busy for a while is not taken for a slow part.
    """
    used_s = dict.fromkeys(jobs, math.inf)
    for _ in range(rounds):
        for name, job in jobs.items():
            began = time.process_time()
            job()
            used_s[name] = min(used_s[name], time.process_time() - began)
    return used_s


def report(path: Path, seconds: float, samples: int, rounds: int, *, signals: bool) -> None:
    """Print the speed beside the goal, MB kept for going back, and what each part takes of the CPU time."""
    unit_s = 1e-6 * multiply_add_us()
    steps = whole(path, signals=signals)
    assert one_by_one(path, signals=signals) == steps
    items = read(path)
    blocks = decode(items)
    jobs: dict[str, Callable[[], object]] = {
        WHOLE: lambda: whole(path, signals=signals),
        "packet by packet": lambda: one_by_one(path, signals=signals),
        "read the file": lambda: read(path),
        "decode, clocks, blocks": lambda: decode(items),
    }
    feet = {Placement.LEFT_FOOT, Placement.RIGHT_FOOT}
    for name, wanted in (("sacrum", {Placement.SACRUM}), ("both feet", feet), ("all three", {Placement.SACRUM} | feet)):
        jobs[f"pipeline, {name}"] = partial(analyse, [block for block in blocks if block.placement in wanted])
    parts = shortest_s(jobs, rounds)
    total_s = parts[WHOLE]
    verdict = "reached" if seconds / total_s >= GOAL else "MISSED"
    print(
        f"{seconds / 60:.0f} min, {samples} samples, {steps} steps in {total_s:.2f} s of CPU: "
        f"{seconds / total_s:.0f} x real time (goal {GOAL:.0f}: {verdict}); "
        f"3 h would take {THREE_HOURS_S * total_s / seconds:.0f} s; "
        f"state kept for going back: {1e-6 * kept_bytes(path, signals=signals):.2f} MB"
    )
    packets = len(items) - 3
    print(f"{'part':26s} {'s':>7s} {'share':>6s} {'x real time':>11s} {'us/packet':>9s} {'multiply-adds/sample':>20s}")
    for name, used_s in parts.items():
        part = {"pipeline, sacrum": 1 / 3, "pipeline, both feet": 2 / 3}.get(name, 1.0)
        print(
            f"{name:26s} {used_s:7.2f} {100 * used_s / total_s:5.0f}% {seconds / used_s:11.0f} "
            f"{1e6 * used_s / (packets * part):9.1f} {used_s / (samples * part) / unit_s:20.0f}"
        )


def main() -> int:
    """Make a recording and print the report on it; with `--profile` the slowest functions too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--rate", type=float, default=208.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--signals", action="store_true", help="all of it and packet by packet: angles at every sample")
    parser.add_argument(
        "--profile", action="store_true", help="also list the slowest functions (which slows all of it)"
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "run.mcap")
        samples = write_run(path, 60 * args.minutes, args.rate)
        report(path, 60 * args.minutes, samples, args.rounds, signals=args.signals)
        if args.profile:
            profile = cProfile.Profile()
            profile.runcall(whole, path)
            pstats.Stats(profile).strip_dirs().sort_stats("tottime").print_stats(SLOWEST)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
