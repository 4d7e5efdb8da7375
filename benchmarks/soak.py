"""A long run at full load on the virtual link: every sample is delivered or counted as lost, and nothing grows.

    python -m benchmarks.soak --minutes 10

Eight IMUs at 416 Hz, a foot pod and a strap, 5 % radio loss, in one process: sensors, virtual link, and the hub from
the radio through the engine to a recording on disk. Once a minute one IMU is out of range for four seconds, so that
there are losses to count. The hub's own link code, supervisors, decoders, clocks and algorithms run as in
`stridecue run`.

Checked at the end, exit code 1 if a check fails: for every IMU samples made = delivered + lost, none dropped; for pod
and strap notifications sent = received; resident memory after the second minute stays within ± 5 MB; no more tasks at
the end than after the start. Also printed: latency from the last sample of a packet to the radio's callback (including
connection events and retries), and from there to the end of the hub's processing.

On a busy machine it may not keep up with real time, and then reports that. `--virtual-time` runs the same at full rate
on any machine; the latencies are then those of the link alone.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from drivers.clock import now_ns
from drivers.inbox import PacketInbox
from drivers.link_state import LinkState
from drivers.packets import DeviceInfo, Packet
from drivers.recordings.recording import RecordingWriter, SessionInfo
from drivers.supervision.supervisor import Supervisor
from drivers.virtual.connection import Conditions
from drivers.virtual.lab import VirtualLab
from drivers.virtual.peripherals.imu import Imu
from drivers.virtual.peripherals.sensor import VirtualSensor
from drivers.virtual.runner import VirtualRunner
from drivers.virtual.sensor_kinds import SENSOR_KINDS, SensorKind
from dsp.pipeline import Pipeline
from dsp.signals import NS_PER_S, Placement
from firmware_profiles.catalog import Catalog, load_catalog
from hub.flow.engine import Engine
from tests.virtual_time import virtual_loop_factory

RATE_HZ = 416
WORN = (
    ("sacrum", Placement.SACRUM, Placement.SACRUM),
    ("chest", Placement.CHEST, Placement.SACRUM),
    ("waist", Placement.WAIST_FRONT, Placement.SACRUM),
    ("left hip", Placement.LEFT_HIP, Placement.SACRUM),
    ("right hip", Placement.RIGHT_HIP, Placement.SACRUM),
    ("pocket", Placement.POCKET, Placement.SACRUM),
    ("left foot", Placement.LEFT_FOOT, Placement.LEFT_FOOT),
    ("right foot", Placement.RIGHT_FOOT, Placement.RIGHT_FOOT),
)
"""Name of each IMU, the placement it is paired with, and that whose motion of the virtual runner it measures."""

LOSS, INTERVAL_MS, TIMEOUT_MS = 0.05, 15.0, 720.0
OUTAGE_EVERY_S, OUTAGE_S = 60.0, 4.0
RSS_FROM_S, RSS_SPREAD_MB = 120.0, 5.0
DRAIN_S = 2.0
BACK_WITHIN_S = 60
KEPT_UP = 0.97
"""Minimum share of samples in real time: the first seconds at the default rate and the halt at the end are no lag."""
MEASURING = frozenset({"data", "measurement"})
"""Channels with notifications; others are read once per connection."""

BIN_MS, BINS = 0.05, 400_000


class Latency:
    """A histogram of latencies, so that a long run needs no more memory than a short one."""

    def __init__(self) -> None:
        self._counts = np.zeros(BINS, dtype=np.int64)

    def add(self, latency_ns: float) -> None:
        """Count one latency."""
        self._counts[min(max(int(latency_ns / 1e6 / BIN_MS), 0), BINS - 1)] += 1

    def at(self, share: float) -> float:
        """Return the latency in ms at this quantile, 0 to 1."""
        total = np.cumsum(self._counts)
        return float(np.searchsorted(total, share * total[-1]) * BIN_MS)

    def __str__(self) -> str:
        return f"median {self.at(0.5):.1f} ms, p99 {self.at(0.99):.1f} ms, max {self.at(1.0):.1f} ms"


def rss_mb() -> float:
    """Return the current resident memory of this process in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def kinds_of(n: int) -> dict[str, SensorKind]:
    """Return `n` IMUs, each with its own clock drift, the foot pod and the strap."""
    made = {
        f"imu{i}": SensorKind(
            f"Soak IMU {name}", 32 + i, 80, partial(Imu, placement=placement, drift_ppm=12.0 * i - 40.0)
        )
        for i, (name, _, placement) in enumerate(WORN[:n])
    }
    return {**made, "pod": SENSOR_KINDS["pod"], "strap": SENSOR_KINDS["strap"]}


def catalog_at(rate_hz: int) -> Catalog:
    """Return our catalogue with another default rate for the IMU."""
    catalog = load_catalog()
    imu = catalog.get("stridecue.imu6")
    faster = msgspec.structs.replace(imu.param["rate_hz"], default=float(rate_hz))
    changed = msgspec.structs.replace(imu, param={**imu.param, "rate_hz": faster})
    return replace(catalog, profiles={**catalog.profiles, imu.id: changed})


class Hub:
    """The packet processing of `stridecue run`, with measurements."""

    def __init__(self, catalog: Catalog, writer: RecordingWriter) -> None:
        self.engine = Engine(catalog, Pipeline(), strict=True)
        self.on_air, self.in_hub = Latency(), Latency()
        self.packets: dict[str, int] = {}
        self.first_sample: dict[str, int] = {}
        self.states: dict[str, str] = {}
        self.records = 0
        self._writer = writer
        self._names: dict[str, VirtualSensor] = {}

    def know(self, sensors: dict[str, VirtualSensor]) -> None:
        """Set the sensors, which are identified by their names."""
        self._names = {sensor.identity.name: sensor for sensor in sensors.values()}

    async def take(self, inbox: PacketInbox) -> None:
        """Record and process everything until the inbox is closed."""
        sensor_of: dict[str, Imu] = {}
        while batch := await inbox.get_batch():
            for item in batch:
                if isinstance(item, DeviceInfo):
                    self._writer.add_device(item)
                    sensor = self._names[item.name]
                    if isinstance(sensor, Imu):
                        sensor_of[item.device] = sensor
                elif isinstance(item, LinkState):
                    self.states[item.device] = item.state
                elif isinstance(item, Packet):
                    self._writer.add_packet(item)
                    self.packets[item.device] = self.packets.get(item.device, 0) + (item.channel in MEASURING)
                    if (imu := sensor_of.get(item.device)) is not None and item.channel == "data":
                        self.first_sample.setdefault(item.device, int.from_bytes(item.payload[:4], "little"))
                        self.on_air.add(item.t_recv_ns - _last_sample_ns(imu, item.payload))
                self.records += len(self.engine.feed(item))
                if isinstance(item, Packet):
                    self.in_hub.add(now_ns() - item.t_recv_ns)

    async def write(self) -> None:
        """Flush the recording twice a second."""
        while True:
            await asyncio.sleep(0.5)
            self._writer.tick()


def _last_sample_ns(imu: Imu, payload: bytes) -> float:
    """Return the true time in ns of a packet's last sample on the hub's clock."""
    first_us, n = int.from_bytes(payload[4:8], "little"), payload[8]
    return (imu.booted_s + (first_us * 1e-6) / imu.pace + (n - 1) / imu.rate_hz / imu.pace) * NS_PER_S


async def lose_links(lab: VirtualLab, imus: list[str]) -> None:
    """Take one random IMU after the other out of range for a moment."""
    rng = random.Random(1)
    while True:
        await asyncio.sleep(OUTAGE_EVERY_S - OUTAGE_S)
        conditions = lab.conditions_of(rng.choice(imus))
        conditions.in_range = False
        await asyncio.sleep(OUTAGE_S)
        conditions.in_range = True


async def soak(minutes: float, n: int, rate_hz: int, folder: Path) -> bool:
    """Run with `n` IMUs, print checks and latencies, and return whether every check holds."""
    kinds = kinds_of(n)
    imus = [kind for kind in kinds if kind.startswith("imu")]
    air = Conditions(loss=LOSS, interval_ms=INTERVAL_MS, timeout_ms=TIMEOUT_MS)
    catalog, inbox, stop = catalog_at(rate_hz), PacketInbox(), asyncio.Event()
    with RecordingWriter(folder / "soak.mcap", SessionInfo(now_ns(), None, "soak", {})) as writer:
        hub = Hub(catalog, writer)
        async with VirtualLab(VirtualRunner(), list(kinds), conditions=air, max_connections=n + 2, kinds=kinds) as lab:
            hub.know(lab.sensors)
            taking = asyncio.create_task(hub.take(inbox), name="take")
            background = [asyncio.create_task(hub.write(), name="write")]
            paired = {lab.sensors[kind].identity.address: worn for kind, (_, worn, _) in zip(imus, WORN, strict=False)}
            supervisor = Supervisor(lab.radio, catalog, inbox, paired=paired)
            supervising = asyncio.create_task(supervisor.run(stop), name="supervise")
            await asyncio.sleep(10)
            links = lab.radio.max_connections - lab.radio.free_slots
            background.append(asyncio.create_task(lose_links(lab, imus), name="lose links"))
            (tasks_before, tasks_after), resident = await watch(minutes, hub, background)
            for task in background:
                task.cancel()
            await all_back(lab, imus, hub)
            for kind in kinds:
                lab.halt(kind)
            await asyncio.sleep(DRAIN_S)
            good = counts(lab, hub)
            lasted_s = asyncio.get_running_loop().time() - lab.epoch_s
            sensor_made = {kind: sensor.made for kind, sensor in lab.sensors.items() if isinstance(sensor, Imu)}
            stop.set()
            await supervising
            inbox.close()
            await taking
    good &= verdict("links", links == n + 2, f"{links} of {n + 2}")
    good &= verdict(
        "inbox", inbox.dropped == 0, f"{inbox.made} made = {inbox.delivered} taken + {inbox.dropped} dropped"
    )
    good &= verdict("tasks", tasks_after <= tasks_before, f"{tasks_before} after the start, {tasks_after} at the end")
    await asyncio.sleep(0.1)  # a cancelled task needs a turn or two to end
    leaked = asyncio.all_tasks() - {asyncio.current_task()}
    good &= verdict("tasks left", not leaked, ", ".join(map(repr, leaked)) or "none")
    if resident:
        spread_mb = max(resident) - min(resident)
        words = f"{min(resident):.1f} to {max(resident):.1f} MB after minute {RSS_FROM_S / 60:g}"
        good &= verdict("memory", spread_mb <= 2 * RSS_SPREAD_MB, f"{words} (goal ± {RSS_SPREAD_MB:g} MB)")
    real_time = sum(sensor_made.values()) / (n * rate_hz * lasted_s)
    print(f"real time: the sensors made {real_time:.1%} of their samples in {lasted_s:.0f} s", end="")
    print(" (this process got too little processor time)" if real_time < KEPT_UP else "")
    print(f"latency, last sample of a packet to the radio's callback: {hub.on_air}")
    print(f"latency, radio's callback to the end of processing:       {hub.in_hub}")
    return good


async def all_back(lab: VirtualLab, imus: list[str], hub: Hub) -> None:
    """Wait until every link is up again: samples after a sensor's last packet can neither be delivered nor counted."""
    for kind in imus:
        lab.conditions_of(kind).in_range = True
    for _ in range(BACK_WITHIN_S):
        if all(state == "streaming" for state in hub.states.values()):
            break
        await asyncio.sleep(1.0)
    await asyncio.sleep(DRAIN_S)


async def watch(minutes: float, hub: Hub, background: list[asyncio.Task[None]]) -> tuple[tuple[int, int], list[float]]:
    """Print the load once a minute; return the number of tasks at start and end, and memory in MB from minute 2 on."""
    loop, cpu_s = asyncio.get_running_loop(), time.process_time()
    start_s = printed_s = loop.time()
    tasks, resident = len(asyncio.all_tasks()), list[float]()
    while (since_s := loop.time() - start_s) < 60 * minutes:
        await asyncio.sleep(min(5.0, 60 * minutes - since_s))
        for task in background:
            if task.done():
                task.result()
        if loop.time() - start_s >= RSS_FROM_S:
            resident.append(rss_mb())
        if loop.time() - printed_s >= 59.9:
            share = 100 * (time.process_time() - cpu_s) / (loop.time() - printed_s)
            printed_s, cpu_s = loop.time(), time.process_time()
            load = os.getloadavg()[0]
            print(
                f"{(printed_s - start_s) / 60:4.1f} min: {sum(hub.packets.values())} packets, {hub.records} records, "
                f"{rss_mb():.1f} MB, {share:.0f} % of a core (machine load {load:.1f})",
                flush=True,
            )
    return (tasks, len(asyncio.all_tasks())), resident


def counts(lab: VirtualLab, hub: Hub) -> bool:
    """Check what the sensors sent against what the hub received and counted as lost."""
    good = True
    totals = {each.source: each for each in hub.engine.quality()}
    by_tail = {device.rsplit("-", maxsplit=1)[-1]: device for device in totals}
    for kind, sensor in lab.sensors.items():
        device = by_tail[sensor.identity.address[-5:].replace(":", "").lower()]
        total = totals[device]
        if isinstance(sensor, Imu):
            made = sensor.made - hub.first_sample[device]
            words = f"{made} samples made = {total.samples} delivered + {total.lost} lost"
            whole = made == total.samples + total.lost and total.dropped == 0
            good &= verdict(kind, whole, f"{words}, {total.dropped} packets dropped")
        else:
            good &= verdict(
                kind, sensor.sent == hub.packets[device], f"{sensor.sent} sent, {hub.packets[device]} received"
            )
    return good


def verdict(what: str, good: object, words: str) -> bool:
    """Print one check and return whether it holds."""
    print(f"{'ok  ' if good else 'FAIL'} {what}: {words}")
    return bool(good)


def main() -> int:
    """Print the load once a minute, the checks and the latencies; return 1 if a check fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0, help="default: %(default)g")
    parser.add_argument("--imus", type=int, default=len(WORN), help="number of IMUs, at most %(default)s")
    parser.add_argument("--rate", type=int, default=RATE_HZ, choices=(52, 104, 208, 416), metavar="HZ")
    parser.add_argument("--virtual-time", action="store_true", help="as fast as possible, without latency of the host")
    args = parser.parse_args()
    print(f"{args.imus} IMUs at {args.rate} Hz, pod, strap; {LOSS:.0%} loss, {args.minutes:g} minutes", flush=True)
    loops = virtual_loop_factory if args.virtual_time else None
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner(loop_factory=loops) as runner:
        good = runner.run(soak(args.minutes, args.imus, args.rate, Path(folder)))
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
