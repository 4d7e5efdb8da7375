"""Run the core's tests on an emulated processor of a Raspberry Pi, and compare a replay with this machine's.

python -m tests.arm64 [FOLDER]   where to build, default build/arm64; kept, so that the next time is quicker

exit codes: 0 everything held, or it cannot be run here, which is then said loudly; 1 something did not hold, or it
cannot be run although CI=true
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.recorded_run import write_run
from tests.arm64.machine import PROCESSOR, ROOT, Machine, missing

LOADED = "hub.run.runtime, tui.app, tui.coach, bumble.device, amqtt.broker, segno, textual_serve.server"
"""The core, and of each extra what it is for; not the sound, which requires PortAudio."""

SECONDS, RATE_HZ = 60.0, 104.0
"""Of the simulated run that is replayed."""

CORE = (
    "tests/dsp/samples",
    "tests/dsp/test_packed.py",
    "tests/dsp/test_golden.py",
    "tests/dsp/test_stream_contract.py",
)
CUT = "test_stream_contract.py and not changes_nothing"
"""Of the streaming contract only that cutting and interleaving change nothing: the rest needs minutes."""

OTHER_KERNELS = ("ARMV8", "NEOVERSEN1")
PRODUCTS = ("tests/dsp/samples/test_averaging.py", "tests/dsp/test_packed.py")
"""Where packets taken together and one by one go different ways through OpenBLAS."""


def main(arguments: list[str]) -> int:
    """Run; give the exit code."""
    if absent := missing():
        print("THE RUN ON AN EMULATED ARM64 PROCESSOR IS SKIPPED: nothing is tested on arm64 here", file=sys.stderr)
        print(f"  to run it: apt-get install {' '.join(absent)}", file=sys.stderr)
        return 1 if os.environ.get("CI") == "true" else 0
    folder = Path(arguments[0]) if arguments else ROOT / "build/arm64"
    start_s = time.monotonic()
    machine = Machine(folder)
    machine.build()
    says = "import platform; print('Python', platform.python_version(), 'on', platform.machine())"
    print(machine.said("-c", says).strip(), f"({PROCESSOR}): built in {time.monotonic() - start_s:.0f} s", flush=True)
    pytest = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
    failed = [] if machine.run("-c", f"import {LOADED}") == 0 else ["loading"]
    failed += [] if same_replay(machine, folder / "run.mcap") else ["replay"]
    failed += [] if machine.run(*pytest, "-k", f"not ({CUT})", *CORE) == 0 else ["the core's tests"]
    for kernels in OTHER_KERNELS:
        print(f"OpenBLAS as on {kernels}:", flush=True)
        failed += [] if machine.run(*pytest, *PRODUCTS, kernels=kernels) == 0 else [kernels]
    print(f"\n{time.monotonic() - start_s:.0f} s in all. {'FAILED: ' + ', '.join(failed) if failed else 'All held.'}")
    return 1 if failed else 0


def same_replay(machine: Machine, run: Path) -> bool:
    """Return whether a simulated run gives the same lines there as here."""
    run.unlink(missing_ok=True)
    write_run(run, SECONDS, RATE_HZ)
    replay = ("-m", "hub.cli", "replay", run.resolve(), "--jsonl", "-", "--signals")
    there = machine.said(*replay).splitlines()
    here = subprocess.run(
        [sys.executable, *replay], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.splitlines()
    others = [(a, b) for a, b in zip(here, there, strict=False) if a != b]
    print(f"replay: {len(here)} lines here, {len(there)} there, {len(others)} of them differ", flush=True)
    for a, b in others[:5]:
        print(f"  here  {a}\n  there {b}", file=sys.stderr)
    return bool(here) and len(here) == len(there) and not others


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
