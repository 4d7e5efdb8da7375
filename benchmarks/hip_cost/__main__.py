"""Machine instructions per sample of a hip sensor in the core: a count that other work on the machine does not change.

    python -m benchmarks.hip_cost {pipeline,chain,decode,multiply-add}

pipeline      the whole core, from packed blocks to cues
chain         one trunk chain with its mount given, from packed blocks
decode        the same chain from bytes to drop
multiply-add  one Python float multiply-add, the unit of `docs/cost.md`

Needs valgrind. Each job is run once and three times, in separate processes; half the difference is one run. Printed per
sample, or per multiply-add.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys

from benchmarks.hip_cost.ours import MOUNT, drops
from benchmarks.hip_cost.packets import packed_blocks_of, packets_of, stamps_of
from dsp.chains.trunk import TrunkChain
from dsp.pipeline import Pipeline
from dsp.signals import Placement
from tests.dsp.synthetic import make

RATE_HZ, SECONDS, SIZE = 208.0, 30.0, 5
MULTIPLY_ADDS = 100_000
JOBS = ("pipeline", "chain", "decode", "multiply-add")
COUNTED = re.compile(r"I\s+refs:\s+([\d,]+)")


def play(job: str, times: int) -> None:
    """Run a job `times` times: the pipeline, one chain with its mount given, the same from bytes, or multiply-adds."""
    made = make(seconds=SECONDS, rate_hz=RATE_HZ)
    blocks = packed_blocks_of(made, [Placement.SACRUM], SIZE, RATE_HZ)
    packets, stamps = packets_of(made, RATE_HZ, SIZE), stamps_of(made, SIZE)
    for _ in range(times):
        if job == "pipeline":
            pipeline = Pipeline()
            for block in blocks:
                pipeline.update(block)
            pipeline.finish()
        elif job == "chain":
            chain = TrunkChain(Placement.SACRUM, MOUNT)
            for block in blocks:
                if chain.put(block):
                    chain.work()
        elif job == "decode":
            drops(packets, stamps, RATE_HZ)
        else:
            x, a, b = 1.0, 0.999999, 1e-6
            for _ in range(MULTIPLY_ADDS):
                x = x * a + b


def instructions(job: str, times: int) -> int:
    """Return the instructions of a process that runs a job `times` times; SystemExit if valgrind prints no count."""
    count = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    command = [*count, sys.executable, "-m", "benchmarks.hip_cost", job, "--play", str(times)]
    repeatable = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=repeatable).stderr
    found = COUNTED.search(output)
    if found is None:
        raise SystemExit(f"no instruction count in the output of valgrind: {output}")
    return int(found[1].replace(",", ""))


def main() -> None:
    """Print instructions per sample, or per multiply-add; `--play` is the measured process, and prints nothing."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.hip_cost", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("job", choices=JOBS)
    parser.add_argument("--play", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.play:
        play(args.job, args.play)
        return
    units = MULTIPLY_ADDS if args.job == "multiply-add" else round(SECONDS * RATE_HZ)
    each = (instructions(args.job, 3) - instructions(args.job, 1)) / 2 / units
    print(f"{args.job}: {each:.0f} instructions per {'multiply-add' if args.job == 'multiply-add' else 'sample'}")


if __name__ == "__main__":
    main()
