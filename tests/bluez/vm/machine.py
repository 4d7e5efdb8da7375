"""Boot the machine and read its console."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

TIME = ("-accel", "tcg,thread=single,tb-size=512", "-icount", "shift=0,sleep=off", "-rtc", "clock=vm", "-smp", "1")
"""Emulated, so it runs anywhere; the machine's time counts its instructions, 1 ns each: it is a computer with 1000
million instructions a second whatever the load of the host, and waiting takes no time."""

PROCESSOR = "Nehalem"
"""The oldest CPU model that NumPy's wheels run on."""

COMMAND_LINE = "console=ttyS0 quiet panic=-1 tsc=reliable mitigations=off random.trust_cpu=on"
MEMORY_MB = 1536
EXIT = "GUEST-EXIT="


def boot(kernel: Path, initrd: Path, within_s: float) -> Iterator[tuple[float, str]]:
    """Yield (seconds since the start, line) for each line of the console; kill the machine after `within_s`."""
    command = ["qemu-system-x86_64", "-machine", "pc", *TIME, "-cpu", PROCESSOR]
    command += ["-m", str(MEMORY_MB), "-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio"]
    command += ["-kernel", str(kernel), "-initrd", str(initrd), "-append", COMMAND_LINE]
    start_s = time.monotonic()
    machine = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    alarm = threading.Timer(within_s, machine.kill)
    alarm.start()
    try:
        assert machine.stdout is not None
        for line in machine.stdout:
            yield time.monotonic() - start_s, line.rstrip()
    finally:
        alarm.cancel()
        machine.kill()
        machine.wait()
