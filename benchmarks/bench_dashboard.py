"""CPU and memory of the runner's dashboard during a virtual run, in a real terminal (tmux) on the hub's real broker.

    python -m benchmarks.bench_dashboard [--seconds 20] [--size 120x40] [--keys d]

`stridecue demo` as it is: five virtual sensors, engine, mosquitto, dashboard; measured from the first steps on, into
the demo's drift, threshold and cue. Both moving plots are drawn ten times a second. Goal: 20 % of a core at every size;
the exit code is 1 above it.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

from benchmarks.terminal import Terminal, child_running, cpu_s, lacking, rss_mb, written

SIZES = ("80x24", "120x40", "200x50")
SETTLE_S = 3.0
GOAL_PCT = 20.0
STEPS_WITHIN_S = 60.0


def measure(size: str, seconds: float, keys: list[str]) -> float:
    """Run the demo in a terminal of this size, print a line, and return the dashboard's share of a core in per cent."""
    columns, rows = map(int, size.split("x"))
    command = [sys.executable, "-m", "hub.cli", "demo", "--sound", "off", "--mqtt-port", "18830"]
    with Terminal((columns, rows), command) as terminal:
        terminal.wait_for(lambda: "▶ running" in terminal.screen(), STEPS_WITHIN_S)
        if keys:
            terminal.press(*keys)
        time.sleep(SETTLE_S)
        pid = child_running(terminal.pid, "-m tui")
        assert pid is not None, terminal.screen()
        before = cpu_s(pid), *written(pid), time.monotonic()
        time.sleep(seconds)
        after = cpu_s(pid), *written(pid), time.monotonic()
        used_s, wrote, calls, took_s = (b - a for a, b in zip(before, after, strict=True))
        share_pct = 100 * used_s / took_s
        print(
            f"dashboard at {size}: {share_pct:.1f} % of a core (goal {GOAL_PCT:.0f}), {rss_mb(pid):.0f} MB, writes "
            f"{wrote / took_s / 1000:.0f} kB/s in {calls / took_s:.0f} calls a second (load {os.getloadavg()[0]:.1f})",
            flush=True,
        )
        return share_pct


def main() -> int:
    """Print a line per size, or why nothing can be measured here; return 1 if a share is above the goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="measured per size (default: %(default)g)")
    parser.add_argument("--size", action="append", help="columns x rows, e.g. 120x40; repeatable")
    parser.add_argument("--keys", default="", help="keys pressed first, e.g. d for the next theme")
    options = parser.parse_args()
    if reason := lacking():
        print(f"dashboard: not measured, {reason}")
        return 0
    shares = [measure(size, options.seconds, list(options.keys)) for size in options.size or SIZES]
    return 0 if max(shares) <= GOAL_PCT else 1


if __name__ == "__main__":
    raise SystemExit(main())
