"""Build the machine, let the hub run through the scenario in it, and repeat the report at the end.

python -m tests.bluez.vm [FOLDER]   where to build, default build/bluez-vm; kept, so that the next build is faster

exit codes: 0 success, or it cannot be run here, which is then reported; 1 failure, or it cannot be run although CI=true
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from tests.bluez.vm.image import ROOT, build, missing
from tests.bluez.vm.machine import EXIT, boot

WITHIN_S = 1800.0
"""Time limit on a heavily loaded host; it takes about four minutes on two idle cores."""


def main(arguments: list[str]) -> int:
    """Build and run; return the exit code."""
    if absent := missing():
        print("THE RUN IN A VIRTUAL MACHINE IS SKIPPED: bluetoothd and the kernel are NOT tested here", file=sys.stderr)
        print(f"  to run it: apt-get install {' '.join(absent)}", file=sys.stderr)
        return 1 if os.environ.get("CI") == "true" else 0
    folder = Path(arguments[0]) if arguments else ROOT / "build/bluez-vm"
    start_s = time.monotonic()
    kernel, initrd = build(folder)
    print(f"built in {time.monotonic() - start_s:.0f} s: {initrd.stat().st_size / 1e6:.0f} MB in {folder}", flush=True)
    lines: list[str] = []
    for at_s, line in boot(kernel, initrd, WITHIN_S):
        lines.append(line)
        print(f"{at_s:7.1f} {line}", flush=True)
    print(f"\nThe machine ran for {time.monotonic() - start_s:.0f} s, building included.")
    report = [line for line in lines if line.startswith(("REPORT", "FAULT"))]
    print("\n".join(report))
    ended = next((line.removeprefix(EXIT) for line in lines if line.startswith(EXIT)), "it never ended")
    if ended != "0":
        print(f"FAILED: the scenario's exit code: {ended}", file=sys.stderr)
    return 0 if ended == "0" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
