"""Memory growth of the dashboards: an hour of a run in minutes, in a real terminal.

    python -m benchmarks.dashboard_hour [--app runner] [--app coach] [--minutes 60]

runner  the dashboard of one runner: plots ten times a second, steps, metrics, sensors that come and go, cues
coach   forty runners: metrics, session and four sensors each once a second, trends, cues, thresholds; some fall silent

The apps are the real ones with their real driver; feed and clock are scripted and advance as fast as the app draws.
Twice a minute keys are pressed: help, pain, theme; the coach opens a runner and goes back. Printed after 5, 10, 20, 40
and 60 minutes: resident memory in MB, objects of the garbage collector, tasks. Exit code 1 if memory at the end is more
than 5 MB, or objects more than 2 %, above those after a third of the time.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from benchmarks.scripted_messages import COACH_HZ, RUNNER_HZ, RUNNERS, forty_runners, one_runner
from benchmarks.terminal import ROOT, Terminal, lacking, rss_mb
from hub.client import Item, LinkChange
from hub.messages.incoming import CommandMessage, PainMessage
from tests.tui import scenes
from tui.app import DashboardApp
from tui.coach import CoachApp

MEASURED_AFTER_MIN = (5, 10, 20, 40, 60)
PRESSED_AT_S = (OPENS_S, CLOSES_S) = (30, 45)
"""Seconds of every minute at which keys are pressed."""
MAX_GROWTH_MB, MAX_GROWTH_OBJECTS_PCT = 5.0, 2.0
FRAME_S = 0.004
"""Time for each drawing of the screen; Textual is set to the same frame rate."""
PATIENCE_S = 3600.0
STYLE = str(ROOT / "tui" / "app.tcss")


class Hour:
    """A scripted feed that advances `clock` as fast as the app draws."""

    def __init__(self, clock: scenes.Clock, hz: int, say: Callable[[int], list[Item]], minutes: int) -> None:
        self.started_s = 0.0
        self.over: Callable[[], None] = lambda: None
        self.paint: Callable[[], None] = lambda: None
        self.press: Callable[[int, int], None] = lambda _minute, _second: None
        self.look: Callable[[int], None] = lambda _minute: None
        self._clock, self._hz, self._say, self._minutes = clock, hz, say, minutes

    async def watch(self) -> AsyncIterator[Item]:
        """See `tui.state.feed.Feed`; ends with the last minute."""
        self.started_s = time.monotonic()
        try:
            yield LinkChange(up=True)
            for tick in range(self._minutes * 60 * self._hz):
                self._clock.now_s += 1 / self._hz
                for item in self._say(tick):
                    yield item
                self.paint()
                minute, second = divmod(tick / self._hz, 60)
                if second in PRESSED_AT_S:
                    self.press(int(minute), int(second))
                elif (tick + 1) % (60 * self._hz) == 0:
                    self.look(int(minute) + 1)
                await asyncio.sleep(FRAME_S)
        finally:  # also when the app fails
            self.over()

    async def send(self, message: PainMessage | CommandMessage, runner: str | None = None) -> None:
        """Ignore the message."""
        del message, runner


class RunnerHour(DashboardApp):
    """The runner's app, drawn by the feed, with keys pressed by it."""

    CSS_PATH = STYLE

    def drive(self, hour: Hour) -> None:
        """Let `hour` draw and press keys."""
        hour.paint, hour.press = self.tick, self.press

    def press(self, minute: int, second: int) -> None:
        """Open or close help or a pain report; sometimes change the theme."""
        if second == CLOSES_S:
            self.pop_screen()
        elif minute % 2:
            self.action_help()
        else:
            self.action_pain()
        if minute % 5 == 0:
            self.action_theme()


class CoachHour(CoachApp):
    """The coach's app, drawn by the feed, with keys pressed by it."""

    CSS_PATH = STYLE

    def drive(self, hour: Hour) -> None:
        """Let `hour` draw and press keys."""
        hour.paint, hour.press = self.repaint, self.press

    def press(self, minute: int, second: int) -> None:
        """Open or close a runner, and send a command; sometimes change the theme."""
        if second == CLOSES_S:
            self.action_roster()
        else:
            self.action_open()
        self.send(f"runner{minute % RUNNERS:02d}", CommandMessage(action="mute", id=f"coach-{minute}"))
        if minute % 5 == 0:
            self.action_theme()


async def child(name: str, minutes: int, result: Path) -> None:
    """Run one app and write the measurements to `result`."""
    clock, rows, kinds = scenes.Clock(), list[dict[str, float]](), list[Counter[str]]()
    hour = Hour(
        clock,
        RUNNER_HZ if name == "runner" else COACH_HZ,
        one_runner if name == "runner" else forty_runners,
        minutes,
    )
    app: RunnerHour | CoachHour
    app = RunnerHour(hour, "ann", clock) if name == "runner" else CoachHour(hour, "written", clock)
    app.drive(hour)

    def look(minute: int) -> None:
        if minute in MEASURED_AFTER_MIN or minute == minutes:
            gc.collect()
            objects = gc.get_objects()
            kinds.append(Counter(type(each).__qualname__ for each in objects))
            resident, tasks = rss_mb(os.getpid()), len(asyncio.all_tasks())
            rows.append({"minute": minute, "rss_mb": resident, "objects": len(objects), "tasks": tasks})

    hour.look, hour.over = look, app.exit
    await app.run_async()
    took_s = time.monotonic() - hour.started_s
    part = result.with_suffix(".part")
    part.write_text(json.dumps({"rows": rows, "took_s": took_s, "grown": (kinds[-1] - kinds[0]).most_common(8)}))
    part.rename(result)


def measure(name: str, minutes: int) -> bool:
    """Run one app in a terminal, print the table, and return whether nothing grew."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "result.json")
        command = [sys.executable, "-m", "benchmarks.dashboard_hour", "--app", name, "--minutes", str(minutes)]
        command += ["--result", str(result)]
        with Terminal((120, 40), command, {"TEXTUAL_FPS": str(round(1 / FRAME_S))}) as terminal:
            terminal.wait_for(result.exists, PATIENCE_S)
        found = json.loads(result.read_text())
    print(f"\n{name}: {minutes} minutes in {found['took_s']:.0f} s\n")
    print("| after min | MB | objects | tasks |\n|---|---|---|---|")
    for row in found["rows"]:
        print(f"| {row['minute']} | {row['rss_mb']:.1f} | {row['objects']} | {row['tasks']} |")
    grown = [f"{kind} +{count}" for kind, count in found["grown"]]
    print(f"\nmore objects at the end than at the first measurement: {', '.join(grown) or 'nothing'}")
    early = next((row for row in found["rows"] if row["minute"] >= minutes / 3), found["rows"][0])
    last = found["rows"][-1]
    more_pct = 100 * (last["objects"] / early["objects"] - 1)
    return bool(last["rss_mb"] - early["rss_mb"] <= MAX_GROWTH_MB and more_pct <= MAX_GROWTH_OBJECTS_PCT)


def main() -> int:
    """Print a table per app, or why nothing can be measured here; return 1 if something grew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--app", action="append", choices=("runner", "coach"), help="only this app")
    parser.add_argument("--minutes", type=int, default=60, help="virtual minutes (default: %(default)s)")
    parser.add_argument("--result", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if reason := lacking():
        print(f"hour of the dashboards: not measured, {reason}")
        return 0
    if options.result is not None:
        asyncio.run(child(options.app[0], options.minutes, options.result))
        return 0
    flat = [measure(name, options.minutes) for name in options.app or ("runner", "coach")]
    return 0 if all(flat) else 1


if __name__ == "__main__":
    raise SystemExit(main())
