"""Machine instructions of a hip sensor's way through the core, which a busy machine does not change.

    python -m benchmarks.hip_cost {pipeline,chain,decode,multiply-add}

Needs valgrind. The job is played once and three times in processes of their own; half the difference is one play. Told
per sample, or per multiply-add.
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
    """The whole pipeline, one chain with its mount given, the same from bytes, or the yardstick."""
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
    """Of a process that plays a job so many times."""
    count = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    command = [*count, sys.executable, "-m", "benchmarks.hip_cost", job, "--play", str(times)]
    alike = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=alike).stderr
    found = COUNTED.search(said)
    if found is None:
        raise SystemExit(f"valgrind did not say how many: {said}")
    return int(found[1].replace(",", ""))


def main() -> None:
    """Print instructions a sample, or a multiply-add; `--play` is the process that is counted, and prints nothing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("job", choices=JOBS)
    parser.add_argument("--play", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.play:
        play(args.job, args.play)
        return
    units = MULTIPLY_ADDS if args.job == "multiply-add" else round(SECONDS * RATE_HZ)
    each = (instructions(args.job, 3) - instructions(args.job, 1)) / 2 / units
    print(f"{args.job}: {each:.0f} instructions")


if __name__ == "__main__":
    main()
