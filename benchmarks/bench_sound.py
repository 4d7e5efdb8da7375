"""Latency of a cue's sound: from the packet of the step that caused it to the first sample passed to the device.

    python -m benchmarks.bench_sound [--seconds 60] [--device]

A complete run in real time: three IMUs at 208 Hz put into an inbox as by a radio, the engine, the recorder and the
sound sink. Every fifth step triggers a cue (far more than any runner gets). Without `--device` the output is the null
device, whose blocks are as long as a sound card's; with it, the system's own. Goal: 99th percentile of the hub's share
at most 100 ms; the exit code is 1 above it. Also printed: the CPU cost of mixing.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import cycle
from pathlib import Path

from benchmarks.recorded_run import write_run
from drivers.clock import now_ns
from drivers.packets import Packet, UserInput
from drivers.recordings.recording import RecordingReader, SessionInfo
from drivers.recordings.replay import Pace, Pacer
from dsp.records import Cue, Earcon, Record, Severity, Step
from firmware_profiles.catalog import load_catalog
from hub.flow.bus import Subscription
from hub.flow.engine import Engine, RadioItem
from hub.flow.live import InboxSource
from hub.flow.source import NamedTask, Source
from hub.messages.session_status import SoundStatus
from hub.messages.wire import Post, SessionMessage
from hub.run.runtime import Plan, Runtime
from hub.settings.run_settings import RunSettings
from hub.sound.mixer import Mixer
from hub.sound.output.device import DeviceOutput
from hub.sound.output.output import Output
from hub.sound.output.silent import SilentOutput
from hub.sound.plan import Sounds
from hub.sound.sounds import Rank, Sound
from hub.sound.tones import RATE_HZ, Signal, signal_samples
from hub.stop import Stop
from hub.telemetry.run_info import RunInfo

GOAL_MS = 100.0
STEPS_A_CUE = 5
IMU_HZ = 208.0


class CueingEngine(Engine):
    """An engine that adds a cue to every fifth step, each of another kind than the last two: repeats are skipped."""

    _earcons = cycle([Earcon.ABOVE, Earcon.BELOW, Earcon.THRESHOLD])
    _steps = 0

    def feed(self, item: RadioItem) -> list[Record]:
        """See `Engine`."""
        records: list[Record] = []
        for record in super().feed(item):
            records.append(record)
            if isinstance(record, Step):
                self._steps += 1
                if not self._steps % STEPS_A_CUE:
                    earcon = next(self._earcons)
                    records.append(Cue(record.t_ns, "bench", Severity.INFO, "", record.side, (record,), earcon))
        return records


class PacedSource(InboxSource):
    """A recording put into an inbox at its own pace, with the current time as arrival time."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._reader = RecordingReader(path)

    def tasks(self, stop: Stop) -> Sequence[NamedTask]:
        """Return the task that plays the recording."""
        return [("radio", self._send(stop))]

    async def _send(self, stop: Stop) -> None:
        pacer = Pacer(Pace(), stop.wait_for)
        for item in self._reader:
            if isinstance(item, Packet):
                await pacer.until_due(item.t_recv_ns)
                item = replace(item, t_recv_ns=now_ns())
            if stop.asked:
                break
            if not isinstance(item, UserInput):
                self._inbox.put(item)
        self._inbox.close()


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Source]:
    """Yield the recording as the source of a run; there is nothing to close."""
    yield PacedSource(path)


async def run(path: Path, folder: Path, output: Output) -> list[SoundStatus]:
    """Run it and return what the hub published about sound; the last item covers the whole run."""
    t0_ns = now_ns()
    published: list[SoundStatus] = []

    async def listen(subscription: Subscription[Post]) -> None:
        async for batch in subscription.batches():
            published.extend(
                post.message.sound for post in batch if isinstance(post.message, SessionMessage) and post.message.sound
            )

    plan = Plan(
        run_info=RunInfo("bench", "one", "live", 0, t0_ns),
        session_info=SessionInfo(t0_ns, None, "bench"),
        engine=CueingEngine(load_catalog(), RunSettings().pipeline(signals=True)),
        source=opened(path),
        broker=None,
        name_file=lambda number: folder / f"again{number}.mcap",
        console=listen,
        sound=Sounds(output),
    )
    await Runtime(plan, Stop(), print).run()
    return published


def mixing_pct() -> float:
    """Return the per cent of real time that mixing a cue with the metronome takes, in blocks of 20 ms."""
    mixer, blocks = Mixer(time.monotonic_ns), 3000
    mixer.beat(175.0)
    start_s = time.perf_counter()
    for number in range(blocks):
        if number % 100 == 0:
            mixer.play(Sound(str(number), Rank.SIGNAL, signal_samples(Signal.REACHED), 1.0))
        mixer.render(RATE_HZ // 50)
    return 100.0 * (time.perf_counter() - start_s) / (blocks / 50)


def main() -> int:
    """Print median and 99th percentile of a cue's latency in ms, and the cost of mixing; 1 if the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the run (default: %(default)g)")
    parser.add_argument("--device", action="store_true", help="play on the system's sound device")
    args = parser.parse_args()
    output: Output = DeviceOutput(None) if args.device else SilentOutput()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_run(folder / "run.mcap", args.seconds, IMU_HZ)
        last = asyncio.run(run(folder / "run.mcap", folder, output))[-1]
    reached = "reached" if last.hub_p99_ms is not None and last.hub_p99_ms <= GOAL_MS else "MISSED"
    device = f"; the device reports {last.device_ms:g} ms of its own" if last.device_ms else ""
    print(
        f"cue latency, hub's share: p50 {last.hub_p50_ms} ms, p99 {last.hub_p99_ms} ms over {last.sounds} cues in "
        f"{args.seconds:g} s (goal p99 {GOAL_MS:g}: {reached}){device}; {last.dropped} dropped, "
        f"{last.repeats} repeats, {last.underflows} underflows"
    )
    print(f"from the step's own contact: p50 {last.total_p50_ms} ms, p99 {last.total_p99_ms} ms (one step is 353 ms)")
    print(f"mixing takes {mixing_pct():.2f} % of one core")
    return 0 if reached == "reached" else 1


if __name__ == "__main__":
    raise SystemExit(main())
