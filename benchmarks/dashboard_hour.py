"""Whether anything grows: an hour of a run through the dashboards in minutes, in a real terminal.

    python -m benchmarks.dashboard_hour [--app runner] [--app coach] [--minutes 60]

runner  the dashboard of one runner: plot ten times a second, steps, metrics, sensors that come and go, cues, thresholds
coach   forty runners: metrics, session and four sensors each once a second, trends, cues, thresholds; some fall silent

The apps are the real ones with their real driver; feed and clock are written, and go as fast as is painted. Once a
minute somebody presses keys: help, pain, theme; the coach opens a runner and goes back. Told after 5, 20, 40 and 60
minutes: resident memory, objects that Python knows, tasks. Exit code 1 when memory after the hour is more than 5 MB, or
objects more than 2 %, above those after a third of it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import math
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from benchmarks.terminal import ROOT, Terminal, lacking, rss_mb
from dsp.records import Severity, ThresholdState
from hub.client import Item, LinkChange, Received
from hub.incoming import CommandMessage, PainMessage
from hub.topics import Topics, parse_topic
from hub.wire import Message, SensorMessage, TrendMessage, decode, encode
from tests.tui import scenes
from tui.app import DashboardApp
from tui.coach import CoachApp

TOLD_AFTER_MIN = (5, 20, 40, 60)
PAINTS_HZ, COACH_PAINTS_HZ = 10, 2
RUNNERS = 40
COACHED_SENSORS = tuple(scenes.SENSORS)[:4]
PRESSED_AT_S = (OPENS_S, CLOSES_S) = (30, 45)
"""Seconds of every minute at which keys are pressed."""
MOST_MB, MOST_OBJECTS_PCT = 5.0, 2.0
FRAME_S = 0.004
"""How long the screen gets for each paint; Textual is told to paint as often."""
PATIENCE_S = 3600.0
STYLE = str(ROOT / "tui" / "app.tcss")


def of(runner: str, message: Message) -> Received:
    """A message as it comes out of the broker: encoded and decoded on its own topic."""
    topics, kind = Topics(runner), message.__struct_config__.tag
    topic = topics.sensor(message.device) if isinstance(message, SensorMessage) else f"{topics.root}/{kind}"
    return Received(parse_topic(topic), decode(topic, encode(message)))


class Hour:
    """A feed that goes as fast as `painted` comes back; `clock` is its time."""

    def __init__(self, clock: scenes.Clock, hz: int, say: Callable[[int], list[Item]], minutes: int) -> None:
        self.started_s = 0.0
        self.over: Callable[[], None] = lambda: None
        self.paint: Callable[[], None] = lambda: None
        self.press: Callable[[int, int], None] = lambda _minute, _second: None
        self.look: Callable[[int], None] = lambda _minute: None
        self._clock, self._hz, self._say, self._minutes = clock, hz, say, minutes

    async def watch(self) -> AsyncIterator[Item]:
        """See `tui.feed.Feed`; ends with the last minute."""
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
        finally:  # also when the app cannot take it
            self.over()

    async def send(self, message: PainMessage | CommandMessage, runner: str | None = None) -> None:
        """Take it."""
        del message, runner


def one_runner(tick: int) -> list[Item]:
    """What a hub says in a tenth of a second; a sensor is away for ten seconds in every three minutes."""
    t_s, said = tick / PAINTS_HZ, list[Message]()
    said.append(scenes.attitude(t_s, seconds=0.1, rate_hz=52.0))
    if tick % 3 == 0:
        said.append(scenes.step(t_s))
    if tick % PAINTS_HZ == 0:
        second = tick // PAINTS_HZ
        wave = math.sin(second / 40)
        said.append(scenes.metrics(cadence_spm=170 + 6 * wave, drop_excursion_left_deg=5 + wave, heart_rate_bpm=150))
        said.append(
            scenes.session(elapsed_s=float(second), steps=3 * second, notice="disk slow" if wave > 0.99 else None)
        )
        for device in scenes.SENSORS:
            away = device == "sacrum" and second % 180 > 170
            said.append(scenes.sensor(device, "lost" if away else "streaming", packets=20 * second, lost=second // 60))
        if second % 45 == 20:
            severity = list(Severity)[second // 45 % len(Severity)]
            said.append(scenes.cue(severity, f"Cue number {second // 45}. Quick, light steps.", t_s=t_s))
        if second % 60 == 30:
            said.append(scenes.threshold(list(ThresholdState)[second // 60 % 4]))
    return [of("ann", message) for message in said]


def forty_runners(tick: int) -> list[Item]:
    """What forty hubs say in half a second: half of them in each; every tenth is silent in every fourth minute."""
    second, items = tick // COACH_PAINTS_HZ, list[Item]()
    for number in range(tick % COACH_PAINTS_HZ, RUNNERS, COACH_PAINTS_HZ):
        if number % 10 == 3 and second // 60 % 4 == 2:
            continue
        runner, wave = f"runner{number:02d}", math.sin((second + 37 * number) / 50)
        state = list(ThresholdState)[(second // 90 + number) % 4] if number % 5 == 0 else ThresholdState.CLEAR
        thresholds = {} if state is ThresholdState.CLEAR else {"drift_left": state}
        items.append(of(runner, scenes.metrics(cadence_spm=168 + 8 * wave, drop_excursion_left_deg=5 + wave)))
        items.append(of(runner, scenes.session(runner=runner, elapsed_s=float(second), thresholds=thresholds)))
        items += [of(runner, scenes.sensor(device, packets=20 * second)) for device in COACHED_SENSORS]
        if second % 60 == number:
            items.append(of(runner, _trend(second // 60, number)))
        if second % 120 == 2 * number:
            items.append(of(runner, scenes.cue(Severity.ADVICE, f"Cue of minute {second // 60}.", t_s=float(second))))
    return items


def _trend(minute: int, number: int) -> TrendMessage:
    known = range(max(0, minute - 90), minute)
    drop: list[float | None] = [5.0 + math.sin((at + number) / 7) for at in known]
    cadence: list[float | None] = [170.0 + at % 5 for at in known]
    contact: list[float | None] = [240.0 + at % 9 for at in known]
    return TrendMessage(
        t=scenes.UTC,
        seq=minute,
        t0=scenes.UTC,
        cadence_spm=cadence,
        drop_excursion_left_deg=drop,
        drop_excursion_right_deg=drop,
        contact_left_ms=contact,
        contact_right_ms=contact,
        speed_mps=[3.0 for _ in known],
    )


class RunnerHour(DashboardApp):
    """Paints when the feed says so, and has its keys pressed."""

    CSS_PATH = STYLE

    def drive(self, hour: Hour) -> None:
        """Let `hour` paint, and press keys."""
        hour.paint, hour.press = self._paint, self.press

    def press(self, minute: int, second: int) -> None:
        """Help or a report of pain is opened and left; sometimes the theme changes."""
        if second == CLOSES_S:
            self.pop_screen()
        elif minute % 2:
            self.action_help()
        else:
            self.action_pain()
        if minute % 5 == 0:
            self.action_theme()


class CoachHour(CoachApp):
    """The same for the coach."""

    CSS_PATH = STYLE

    def drive(self, hour: Hour) -> None:
        """Let `hour` paint, and press keys."""
        hour.paint, hour.press = self.repaint, self.press

    def press(self, minute: int, second: int) -> None:
        """A runner is looked at and left, something is said."""
        if second == CLOSES_S:
            self.action_roster()
        else:
            self.action_open()
        self.send(f"runner{minute % RUNNERS:02d}", CommandMessage(action="mute", id=f"coach-{minute}"))
        if minute % 5 == 0:
            self.action_theme()


async def child(name: str, minutes: int, result: Path) -> None:
    """Be the dashboard of one app; writes what was found."""
    clock, told, kinds = scenes.Clock(), list[dict[str, float]](), list[Counter[str]]()
    hour = Hour(
        clock,
        PAINTS_HZ if name == "runner" else COACH_PAINTS_HZ,
        one_runner if name == "runner" else forty_runners,
        minutes,
    )
    app: RunnerHour | CoachHour
    app = RunnerHour(hour, "ann", clock) if name == "runner" else CoachHour(hour, "written", clock)
    app.drive(hour)

    def look(minute: int) -> None:
        if minute in TOLD_AFTER_MIN or minute == minutes:
            gc.collect()
            objects = gc.get_objects()
            kinds.append(Counter(type(each).__qualname__ for each in objects))
            resident, tasks = rss_mb(os.getpid()), len(asyncio.all_tasks())
            told.append({"minute": minute, "rss_mb": resident, "objects": len(objects), "tasks": tasks})

    hour.look, hour.over = look, app.exit
    await app.run_async()
    took_s = time.monotonic() - hour.started_s
    part = result.with_suffix(".part")
    part.write_text(json.dumps({"told": told, "took_s": took_s, "grown": (kinds[-1] - kinds[0]).most_common(8)}))
    part.rename(result)


def measure(name: str, minutes: int) -> bool:
    """Run one app in a terminal and print the table; whether it is flat."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "result.json")
        command = [sys.executable, "-m", "benchmarks.dashboard_hour", "--app", name, "--minutes", str(minutes)]
        command += ["--result", str(result)]
        with Terminal((120, 40), command, {"TEXTUAL_FPS": str(round(1 / FRAME_S))}) as terminal:
            terminal.wait_for(result.exists, PATIENCE_S)
        said = json.loads(result.read_text())
    print(f"\n{name}: {minutes} minutes in {said['took_s']:.0f} s\n")
    print("| after min | MB | objects | tasks |\n|---|---|---|---|")
    for row in said["told"]:
        print(f"| {row['minute']} | {row['rss_mb']:.1f} | {row['objects']} | {row['tasks']} |")
    grown = [f"{kind} +{count}" for kind, count in said["grown"]]
    print(f"\nmore at the end than at the first look: {', '.join(grown) or 'nothing'}")
    early = next((row for row in said["told"] if row["minute"] >= minutes / 3), said["told"][0])
    last = said["told"][-1]
    more_pct = 100 * (last["objects"] / early["objects"] - 1)
    return bool(last["rss_mb"] - early["rss_mb"] <= MOST_MB and more_pct <= MOST_OBJECTS_PCT)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--app", action="append", choices=("runner", "coach"))
    parser.add_argument("--minutes", type=int, default=60)
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
