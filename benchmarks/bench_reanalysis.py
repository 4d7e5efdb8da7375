"""How fast a recording of three IMUs is re-analysed: reader, ingest and pipeline at full speed on one core.

    python -m benchmarks.bench_reanalysis [--minutes 5] [--rate 208] [--rounds 5] [--signals] [--profile]

Measured in CPU time of this process, so that other work on the machine does not count. Goal: 200 x real time, so that a
run of three hours takes 54 s. The cost per minute does not depend on the length of the recording, so five minutes
represent three hours. Also printed: the size of the core's state in a checkpoint, one for each position that a replay
can seek back to. A replay with a dashboard works like `--signals`, with the angles of the pelvis at every sample.
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
from drivers.packets import DeviceInfo, Packet, UserInput
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
WHOLE = "complete replay"
Item: TypeAlias = DeviceInfo | Packet | UserInput
CATALOG = load_catalog()
"""Read once, however long a recording is: not counted."""


def read(path: Path) -> list[Item]:
    """Return everything in the file, in its order."""
    return list(RecordingReader(path))


def decode(items: Iterable[Item]) -> list[SampleBlock]:
    """Return blocks with recovered times, packets joined as in a replay."""
    ingest = Ingest(CATALOG)
    blocks: list[SampleBlock] = []
    for item in taken_together(items):
        if isinstance(item, list):
            blocks += ingest.update_all(item, lambda _device: nullcontext())
        elif isinstance(item, DeviceInfo):
            ingest.add_device(item)
    return blocks


def analyse(blocks: Iterable[SampleBlock]) -> int:
    """Run the pipeline on the blocks and return the number of steps."""
    pipeline = Pipeline()
    steps = 0
    for block in blocks:
        steps += sum(isinstance(record, Step) for record in pipeline.update(block))
    return steps + sum(isinstance(record, Step) for record in pipeline.finish())


def replay_engine(*, signals: bool) -> Engine:
    """Return an engine as a replay creates it."""
    return Engine(CATALOG, RunSettings().pipeline(signals=signals), strict=True)


def whole(path: Path, *, signals: bool = False) -> int:
    """Process the file as `stridecue replay --jsonl` does, without writing lines; return the number of steps."""
    engine = replay_engine(signals=signals)
    return steps_of(
        engine.feed_all(item) if isinstance(item, list) else engine.feed(item)
        for item in taken_together(RecordingReader(path))
    ) + steps_of([engine.finish()])


def one_by_one(path: Path, *, signals: bool) -> int:
    """Process the file packet by packet, as a live run receives them; return the number of steps."""
    engine = replay_engine(signals=signals)
    return steps_of(map(engine.feed, RecordingReader(path))) + steps_of([engine.finish()])


def checkpoint_bytes(path: Path, *, signals: bool) -> int:
    """Return the memory in bytes of a copy of the core's state at the end of the file."""
    engine = replay_engine(signals=signals)
    for item in RecordingReader(path):
        engine.feed(item)
    tracemalloc.start()
    state = engine.state()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del state
    return size


def steps_of(batches: Iterable[list[Record]]) -> int:
    """Return how many of the records are steps."""
    return sum(isinstance(record, Step) for records in batches for record in records)


def shortest_s(jobs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the CPU time in s of each job, the shortest of several rounds: other work on the machine only adds to it.

    The jobs alternate, so that a busy period of the machine does not look like a slow part.
    """
    used_s = dict.fromkeys(jobs, math.inf)
    for _ in range(rounds):
        for name, job in jobs.items():
            began = time.process_time()
            job()
            used_s[name] = min(used_s[name], time.process_time() - began)
    return used_s


def report(path: Path, seconds: float, samples: int, rounds: int, *, signals: bool) -> None:
    """Print the speed and its goal, the size of a checkpoint, and each part's share of the CPU time."""
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
        f"a checkpoint takes {1e-6 * checkpoint_bytes(path, signals=signals):.2f} MB"
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
    """Simulate a recording and print the report on it, with `--profile` also the slowest functions."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0, help="length of the recording (default: %(default)g)")
    parser.add_argument("--rate", type=float, default=208.0, help="samples per second (default: %(default)g)")
    parser.add_argument("--rounds", type=int, default=5, help="the fastest of these counts (default: %(default)s)")
    parser.add_argument("--signals", action="store_true", help=f"{WHOLE} and packet by packet: angles at every sample")
    parser.add_argument("--profile", action="store_true", help="also list the slowest functions")
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
