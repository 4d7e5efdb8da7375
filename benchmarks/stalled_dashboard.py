"""Effect of the dashboard on the run, also when it or its terminal hangs: four variants, alternating.

    python -m benchmarks.stalled_dashboard [--seconds 12] [--times 3]
    python -m benchmarks.stalled_dashboard --seconds 60 --times 5        the full minute

Every run is the complete `stridecue demo` on virtual sensors (benchmarks/measured_hub.py) in a terminal of its own:
without a dashboard, with it, with its process halted (SIGSTOP), and with its terminal halted, i.e. the process that
reads its output. Measured during the halt (for as long in the other two); then it is resumed, and the time until the
screen is current again is measured. The four alternate, so that other work on the machine affects all of them; on a
busy machine `nice -n -15` before the command (as root) keeps most of it out.

Printed per variant: samples and notifications made, delivered, lost (counted by the hub) and missing (not counted);
delay of cues and packets in ms; CPU and memory; messages that the broker discarded; seconds until current again. Exit
code 1 if samples are missing, the hub's memory grew by more than 5 MB, or the screen took more than 3 s.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.measured_hub import RUNNER
from benchmarks.terminal import Terminal, child_running, cpu_s, lacking, rss_mb
from hub.broker.serving import DROPPED_TOPIC, a_free_port
from hub.client import HubClient, Received
from hub.link.connection import Server, open_client
from hub.messages.topics import Topics
from hub.messages.wire import SessionMessage

OFF, ON, HALTED, TERMINAL = "off", "on", "process halted", "terminal halted"
WAYS = (OFF, ON, HALTED, TERMINAL)
SIZE = (120, 40)
SETTLE_S, AFTER_S = 4.0, 3.0
PATIENCE_S = 60.0
CURRENT_WITHIN_S = 2.5
"""Normal age: the hub publishes its time once a second, the screen shows whole seconds and is drawn twice in one."""
MAX_GROWTH_MB, MAX_RECOVERY_S = 5.0, 3.0
_CLOCK = re.compile(r"▶ running (\d+):(\d\d)")


@dataclass
class Measured:
    """Results of one run; `recovery_s` is None if nothing was halted."""

    counts: dict[str, int]
    packets_ms: list[float]
    cues_ms: list[float]
    hub_pct: float
    hub_mb: tuple[float, float]  # at the start, maximum
    broker_mb: tuple[float, float]
    dashboard_pct: float | None
    recovery_s: float | None
    discarded: int  # messages for the dashboard, by the broker

    @property
    def missing(self) -> int:
        """Samples and notifications that were neither delivered nor counted as lost."""
        count = self.counts
        return count["made"] - count["delivered"] - count["lost"] + count["sent"] - count["received"]


@dataclass
class Present:
    """The hub's current running time, from a client that never hangs."""

    elapsed_s: float = 0.0
    running: bool = False
    at_s: float = field(default_factory=time.monotonic)

    @property
    def now_s(self) -> float:
        """Return the current running time in s."""
        return self.elapsed_s + time.monotonic() - self.at_s


@contextmanager
def present(port: int) -> Iterator[Present]:
    """Follow the hub's session in a thread."""
    now, loop = Present(), asyncio.new_event_loop()

    async def follow() -> None:
        async for item in HubClient(Server(port=port), topics=[Topics(RUNNER).session]).watch():
            if isinstance(item, Received) and isinstance(item.message, SessionMessage):
                now.elapsed_s, now.at_s = item.message.elapsed_s, time.monotonic()
                now.running = item.message.state == "running"

    following = loop.create_task(follow())

    def run() -> None:
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(following)
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield now
    finally:
        loop.call_soon_threadsafe(following.cancel)
        thread.join()


def discarded_by_broker(port: int) -> int:
    """Return how many messages the broker has discarded for slow clients; 0 if it has not published that yet."""

    async def ask() -> int:
        async with open_client(Server(port=port)) as client:
            await client.subscribe(DROPPED_TOPIC)
            async with asyncio.timeout(2.0):
                return int(bytes((await anext(client.messages)).payload))

    try:
        return asyncio.run(ask())
    except TimeoutError:
        return 0


def measure(way: str, seconds: float, *, amqtt: bool) -> Measured:
    """Run one variant once."""
    with tempfile.TemporaryDirectory() as folder:
        port, result = a_free_port(), Path(folder, "result.json")
        command = [sys.executable, "-m", "benchmarks.measured_hub", "--port", str(port), "--result", str(result)]
        command += ["--dashboard"] * (way != OFF) + ["--amqtt"] * amqtt
        with Terminal(SIZE, command) as terminal, present(port) as hub:
            terminal.wait_for(lambda: hub.running, PATIENCE_S)
            if way != OFF:
                terminal.wait_for(lambda: shown_s(terminal) is not None, PATIENCE_S)
            time.sleep(SETTLE_S)
            measured = _window(way, seconds, terminal, hub)
            measured.discarded = discarded_by_broker(port)
            time.sleep(AFTER_S)
            os.kill(terminal.pid, signal.SIGUSR2)
            terminal.wait_for(result.exists, PATIENCE_S)
            found = json.loads(result.read_text())
    measured.packets_ms, measured.cues_ms = found.pop("packets_ms"), found.pop("cues_ms")
    measured.counts = found | {"inside": sum(found.pop("losses").values())}
    return measured


def _window(way: str, seconds: float, terminal: Terminal, hub: Present) -> Measured:
    pid = terminal.pid
    dashboard, broker = child_running(pid, "-m tui"), child_running(pid, "mosquitto")
    halt_s = time.monotonic()
    before = {each: cpu_s(each) for each in (pid, dashboard) if each is not None}
    resident: list[float] = [rss_mb(pid)]
    held: list[float] = [rss_mb(broker) if broker is not None else 0.0]
    os.kill(pid, signal.SIGUSR1)
    if way == HALTED and dashboard is not None:
        os.kill(dashboard, signal.SIGSTOP)
    elif way == TERMINAL:
        terminal.halt()
    while time.monotonic() < halt_s + seconds:
        time.sleep(0.5)
        resident.append(rss_mb(pid))
        held.append(rss_mb(broker) if broker is not None else 0.0)
    took_s = time.monotonic() - halt_s
    share = {each: 100 * (cpu_s(each) - used_s) / took_s for each, used_s in before.items()}
    recovery_s = None
    if way == HALTED and dashboard is not None:
        os.kill(dashboard, signal.SIGCONT)
    elif way == TERMINAL:
        terminal.resume()
    if way in (HALTED, TERMINAL):
        recovery_s = terminal.wait_for(lambda: _is_current(terminal, hub), PATIENCE_S)
    return Measured(
        counts={},
        packets_ms=[],
        cues_ms=[],
        hub_pct=share[pid],
        hub_mb=(resident[0], max(resident)),
        broker_mb=(held[0], max(held)),
        dashboard_pct=None if dashboard is None else share[dashboard],
        recovery_s=recovery_s,
        discarded=0,
    )


def shown_s(terminal: Terminal) -> int | None:
    """Return the running time in s on the screen, None if there is none."""
    found = _CLOCK.search(terminal.screen())
    return None if found is None else 60 * int(found[1]) + int(found[2])


def _is_current(terminal: Terminal, hub: Present) -> bool:
    screen, shown = terminal.screen(), shown_s(terminal)
    return shown is not None and hub.now_s - shown < CURRENT_WITHIN_S and "NO LINK" not in screen


def spread(values: Sequence[float], form: str) -> str:
    """Format median, minimum and maximum."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return form.format(middle) if len(values) < 2 else f"{form} ({form}-{form})".format(middle, low, high)


def table(runs: dict[str, list[Measured]]) -> None:
    """Print the table: medians (minimum-maximum) over the repetitions, delays over all of them."""
    print("| dashboard | made | delivered | lost | missing | cue p50 ms | p99 | packet p50 ms | p99 | max |", end="")
    print(" hub CPU % | hub MB | broker MB | discarded | dashboard CPU % | current again s |\n|" + "---|" * 16)
    for way, each in runs.items():
        packets = np.concatenate([run.packets_ms for run in each])
        cues = np.concatenate([run.cues_ms for run in each])
        total = {key: sum(run.counts[key] for run in each) for key in each[0].counts}
        notifications = total["received"]
        row = [
            way,
            f"{total['made'] + total['sent']}",
            f"{total['delivered'] + notifications}",
            f"{total['lost']}",
            f"{sum(run.missing for run in each)}",
            *(f"{np.percentile(cues, share):.1f}" for share in (50, 99)),
            *(f"{np.percentile(packets, share):.2f}" for share in (50, 99, 100)),
            spread([run.hub_pct for run in each], "{:.0f}"),
            " ".join(f"{run.hub_mb[0]:.0f}→{run.hub_mb[1]:.0f}" for run in each),
            " ".join(f"{run.broker_mb[0]:.1f}→{run.broker_mb[1]:.1f}" for run in each),
            " ".join(str(run.discarded) for run in each),
            spread([run.dashboard_pct for run in each if run.dashboard_pct is not None] or [0.0], "{:.0f}"),
            " ".join(f"{run.recovery_s:.1f}" for run in each if run.recovery_s is not None) or "-",
        ]
        print("| " + " | ".join(row) + " |")
    if OFF not in runs or len(runs) < 2:
        return
    print("\nratio to `off` in the same repetition, median (min-max); for cues also over all, with its standard error:")
    for way in [each for each in runs if each != OFF]:
        pairs = list(zip(runs[way], runs[OFF], strict=True))
        cue = [float(np.mean(a.cues_ms) / np.mean(b.cues_ms)) for a, b in pairs]
        packet = [float(np.median(a.packets_ms) / np.median(b.packets_ms)) for a, b in pairs]
        cpu = [a.hub_pct / b.hub_pct for a, b in pairs]
        print(
            f"- {way}: mean cue latency {spread(cue, '{:.2f}')}, {_together(runs[way], runs[OFF])}; median packet "
            f"latency {spread(packet, '{:.2f}')}; hub CPU {spread(cpu, '{:.2f}')}"
        )


def _together(these: list[Measured], those: list[Measured]) -> str:
    """Format the ratio of the mean cue latencies over all repetitions."""
    a, b = (np.concatenate([run.cues_ms for run in runs]) for runs in (these, those))
    ratio = a.mean() / b.mean()
    error = ratio * np.hypot(*(each.std(ddof=1) / np.sqrt(len(each)) / each.mean() for each in (a, b)))
    return f"{ratio:.2f} ± {error:.2f}"


def verdict(runs: dict[str, list[Measured]]) -> bool:
    """Print what fails and return whether all requirements are met."""
    good = True
    for way, each in runs.items():
        for run in each:
            grown_mb = run.hub_mb[1] - run.hub_mb[0]
            late = run.recovery_s is not None and run.recovery_s > MAX_RECOVERY_S
            if run.missing or run.counts["lost"] or run.counts["dropped"] or run.counts["inside"]:
                print(f"FAIL {way}: {run.counts}")
                good = False
            if grown_mb > MAX_GROWTH_MB or late:
                print(f"FAIL {way}: the hub grew by {grown_mb:.1f} MB, the screen took {run.recovery_s} s")
                good = False
    return good


def main() -> int:
    """Print the table and what fails, or why nothing can be measured here; 1 when something fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=12.0, help="duration of the halt (default: %(default)g)")
    parser.add_argument("--times", type=int, default=3, help="repetitions (default: %(default)s)")
    parser.add_argument("--way", action="append", choices=WAYS, help="only this variant; repeatable")
    parser.add_argument("--amqtt", action="store_true", help="use the broker for machines without mosquitto")
    options = parser.parse_args()
    if reason := lacking():
        print(f"stalled dashboard: not measured, {reason}")
        return 0
    ways = options.way or WAYS
    runs: dict[str, list[Measured]] = {way: [] for way in ways}
    for number in range(options.times):
        for way in ways[number % len(ways) :] + ways[: number % len(ways)]:
            runs[way].append(measure(way, options.seconds, amqtt=options.amqtt))
            last = runs[way][-1]
            print(f"{number + 1} {way}: hub {last.hub_pct:.0f} %, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    table(runs)
    return 0 if verdict(runs) else 1


if __name__ == "__main__":
    raise SystemExit(main())
