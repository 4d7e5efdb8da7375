"""A hub for measurements: the whole run of `stridecue demo`, with delays measured; started by other benchmarks.

SIGUSR1 starts the measurement. SIGUSR2 ends it and then the run, in an order that accounts for every sample: the
sensors stop measuring, packets in flight arrive, the hub drains. Five virtual sensors, 5 % radio loss.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path

from drivers.clock import now_ns
from drivers.packets import Packet
from drivers.recordings.recording import SessionInfo
from drivers.virtual.connection import Conditions
from drivers.virtual.lab import INTERVAL_MS, TIMEOUT_MS, VirtualLab
from drivers.virtual.params import RunnerParams
from drivers.virtual.peripherals.imu import Imu
from drivers.virtual.runner import VirtualRunner
from dsp.records import Cue, Earcon, Record, Severity, Step
from firmware_profiles.catalog import load_catalog
from hub.broker.embedded import Embedded
from hub.broker.loopback import LoopbackBroker, available
from hub.flow.engine import Engine, RadioItem
from hub.flow.live import LiveSource
from hub.flow.source import Source
from hub.run.runtime import Plan, Runtime
from hub.settings.run_settings import RunSettings
from hub.sound.output.output import Render
from hub.sound.output.paced import paced_blocks
from hub.sound.plan import Sounds
from hub.stop import Stop
from hub.telemetry.run_info import RunInfo

RUNNER = "bench"
LOSS = 0.05
DRAIN_S = 2.0
STEPS_A_CUE = 4
MEASURING = frozenset({"data", "measurement"})
"""Channels with notifications; others are read once per connection."""


class Times:
    """Delays in ms, collected during the measurement."""

    def __init__(self) -> None:
        self.on = False
        self.packets_ms: list[float] = []
        self.cues_ms: list[float] = []
        self.cause_ns: int | None = None

    def begin(self) -> None:
        """Start collecting."""
        self.on = True

    def packet(self, t_recv_ns: int) -> None:
        """Note that a packet has been processed."""
        if self.on:
            self.packets_ms.append((now_ns() - t_recv_ns) / 1e6)

    def sound(self) -> None:
        """Note that a sound has started; only the first after a cue counts."""
        cause_ns, self.cause_ns = self.cause_ns, None
        if self.on and cause_ns is not None:
            self.cues_ms.append((now_ns() - cause_ns) / 1e6)


class MeasuredEngine(Engine):
    """An engine with a cue every few steps instead of the rules' own, which notes when a packet has been processed.

    Four signals alternate: the same one within four seconds would be skipped as a repeat.
    """

    times: Times
    first_sample: dict[str, int]
    received: dict[str, int]
    _earcons = cycle([Earcon.ABOVE, Earcon.BELOW, Earcon.THRESHOLD, Earcon.NOTED])
    _steps = 0

    def feed(self, item: RadioItem) -> list[Record]:
        """See `Engine`."""
        records: list[Record] = [record for record in super().feed(item) if not isinstance(record, Cue)]
        if not isinstance(item, Packet):
            return records
        if item.channel in MEASURING:
            self.received[item.device] = self.received.get(item.device, 0) + 1
            self.first_sample.setdefault(item.device, int.from_bytes(item.payload[:4], "little"))
        for record in [each for each in records if isinstance(each, Step)]:
            self._steps += 1
            if not self._steps % STEPS_A_CUE:
                self.times.cause_ns = item.t_recv_ns
                earcon = next(self._earcons)
                records.append(Cue(record.t_ns, "bench", Severity.INFO, "", record.side, (record,), earcon))
        self.times.packet(item.t_recv_ns)
        return records


class Ear:
    """A sound output without sound, in blocks as long as a sound card's; notes when a sound starts."""

    latency_ms: float | None = None
    underflows = 0

    def __init__(self, times: Times) -> None:
        self._times = times

    async def play(self, render: Render, opened: Callable[[str], None]) -> None:
        """See `output.Output`."""
        opened("nowhere (measured)")
        silent = True
        async for frames in paced_blocks():
            audible = bool(render(frames).any())
            if audible and silent:
                self._times.sound()
            silent = not audible


def counts(lab: VirtualLab, engine: MeasuredEngine) -> dict[str, int]:
    """Return the counts of IMU samples and of notifications of pod, strap and treadmill, from sensor to hub."""
    totals = {each.source.rsplit("-", maxsplit=1)[-1]: each for each in engine.quality()}
    count = dict.fromkeys(("made", "delivered", "lost", "dropped", "sent", "received"), 0)
    for sensor in lab.sensors.values():
        total = totals[sensor.identity.address[-5:].replace(":", "").lower()]
        count["dropped"] += total.dropped
        if isinstance(sensor, Imu):
            count["made"] += sensor.made - engine.first_sample[total.source]
            count["delivered"] += total.samples
            count["lost"] += total.lost
        else:
            count["sent"] += sensor.sent
            count["received"] += engine.received[total.source]
    return count


async def run(options: argparse.Namespace, folder: Path) -> None:
    """Run until SIGUSR2 and write the result."""
    loop, stop, times, catalog = asyncio.get_running_loop(), Stop(), Times(), load_catalog()
    engine = MeasuredEngine(catalog, RunSettings().pipeline(signals=True), strict=True)
    engine.times, engine.first_sample, engine.received = times, {}, {}
    result: dict[str, object] = {}
    ended = asyncio.Event()

    @asynccontextmanager
    async def opened() -> AsyncIterator[Source]:
        air = Conditions(loss=LOSS, interval_ms=INTERVAL_MS, timeout_ms=TIMEOUT_MS)
        async with VirtualLab(VirtualRunner(RunnerParams(standing_s=2.0)), conditions=air) as lab:
            finishing = asyncio.create_task(finish(lab), name="finish")
            yield LiveSource(lab.radio, catalog, {})
            await finishing

    async def finish(lab: VirtualLab) -> None:
        await ended.wait()
        times.on = False
        for kind in list(lab.sensors):
            lab.halt(kind)
        await asyncio.sleep(DRAIN_S)
        result.update(counts(lab, engine))
        stop("measured")

    loop.add_signal_handler(signal.SIGUSR1, times.begin)
    loop.add_signal_handler(signal.SIGUSR2, ended.set)
    t0_ns = now_ns()
    plan = Plan(
        run_info=RunInfo(RUNNER, "one", "demo", 0, t0_ns),
        session_info=SessionInfo(t0_ns, None, RUNNER),
        engine=engine,
        source=opened(),
        broker=LoopbackBroker(Embedded() if options.amqtt else available()),
        first_port=options.port,
        name_file=lambda number: folder / f"run{number}.mcap",
        dashboard=options.dashboard,
        sound=Sounds(Ear(times), metronome=False),
        strict=True,
    )
    outcome = await Runtime(plan, stop, lambda text: print(text, flush=True)).run()
    result |= {"packets_ms": times.packets_ms, "cues_ms": times.cues_ms, "losses": outcome.losses}
    part = options.result.with_suffix(".part")
    part.write_text(json.dumps(result))
    part.rename(options.result)


def main() -> None:
    """Run until SIGUSR2, print what every hub prints, and write the measurements to `--result` as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--result", type=Path, required=True)
    parser.add_argument("--dashboard", action="store_true")
    parser.add_argument("--amqtt", action="store_true", help="use the broker for machines without mosquitto")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(options, Path(folder)))


if __name__ == "__main__":
    main()
