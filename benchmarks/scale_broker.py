"""One mosquitto, many hubs, five coaches: deliveries, latency in ms, and the cost of the broker.

    python -m benchmarks.scale_broker --hubs 500 [--seconds 20]

Every simulated hub has its own connection and publishes at the rate of a real one: `metrics` with 12 values (QoS 0) and
`session` (QoS 1) once a second, three `step` messages a second (QoS 1). Every coach subscribes to what the coach's
dashboard shows (QoS 1), the first one to steps too. Latency: from before the hub's send to after the coach's receive,
on this machine's clock. The hubs share one process and the coaches another, and the figures include their delays. No
goal was set; `docs/brokers.md` extrapolates from the results.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import struct
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.abuse_broker import free_port
from benchmarks.raw_mqtt import Place, connect, packet, publish, subscribe
from hub.broker.mosquitto import Mosquitto, find_mosquitto
from hub.broker.serving import LOOPBACK
from hub.contract.examples import EXAMPLES
from hub.messages.delivery import DELIVERY
from hub.messages.topics import coach_topics
from hub.messages.wire import MESSAGES, encode

COACHES = 5
STEPS_A_SECOND = 3
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass
class Count:
    """Messages that one coach received, by kind, and their latencies in ms."""

    received: dict[str, int] = field(default_factory=dict)
    latency_ms: list[float] = field(default_factory=list)


class _Stream(asyncio.Protocol):
    """A connection that acknowledges QoS 1 and counts messages; one write per sent message, as in paho."""

    def __init__(self, hello: bytes, count: Count | None) -> None:
        self.acknowledged = 0
        self.ready = asyncio.get_running_loop().create_future()
        self._hello = hello
        self._count = count
        self._read = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send CONNECT, and SUBSCRIBE if there is one."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._hello)

    def send(self, data: bytes) -> None:
        """Send one packet."""
        assert self._transport is not None
        self._transport.write(data)

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Split the stream into packets."""
        read = self._read
        read += data
        while len(read) >= 2:
            place, length, shift = 1, 0, 0
            while place < len(read):
                length |= (read[place] & 127) << shift
                shift += 7
                place += 1
                if not read[place - 1] & 128:
                    break
            if len(read) < place + length or read[place - 1] & 128:
                return
            self._take(read[0], bytes(read[place : place + length]))
            del read[: place + length]

    def _take(self, first: int, body: bytes) -> None:
        kind = first >> 4
        if kind == 2 and not self.ready.done():
            self.ready.set_result(body[1])
        elif kind == 4:
            self.acknowledged += 1
        elif kind == 3 and self._count is not None:
            (length,) = struct.unpack("!H", body[:2])
            rest = body[2 + length :]
            if first & 6:
                self.send(packet(0x40, rest[:2]))
                rest = rest[2:]
            topic_kind = body[2 : 2 + length].split(b"/")[2].decode()
            self._count.received[topic_kind] = self._count.received.get(topic_kind, 0) + 1
            sent_ns = int(rest[rest.rindex(b"@") + 1 :])
            self._count.latency_ms.append((time.monotonic_ns() - sent_ns) / 1e6)


async def hub(place: Place, number: int, seconds: int, made: dict[str, int]) -> _Stream:
    """Publish as one hub for `seconds` and return its connection; `made` counts the messages by kind."""
    loop = asyncio.get_running_loop()
    stream = _Stream(connect(place, f"hub{number}"), None)
    await loop.create_connection(lambda: stream, place.host, place.port)
    assert await stream.ready == 0
    payloads = {kind: encode(EXAMPLES[kind]) + b" @" for kind in ("metrics", "session", "step")}
    sequence = 0
    start_s = loop.time() + (number * 0.618034) % 1  # spread over the second
    plan = [(0.0, "metrics"), (0.01, "session"), *((0.1 + step / STEPS_A_SECOND, "step") for step in range(3))]
    for second in range(seconds):
        for offset_s, kind in plan:
            await asyncio.sleep(max(0.0, start_s + second + offset_s - loop.time()))
            how = DELIVERY[MESSAGES[kind]]
            sequence = sequence % 65_535 + 1
            payload = payloads[kind] + str(time.monotonic_ns()).encode()
            topic = f"stridecue/runner{number}/{kind}"
            stream.send(publish(topic, payload, qos=how.qos, retain=how.retain, number=sequence))
            made[kind] = made.get(kind, 0) + 1
    return stream


async def load(place: Place, numbers: list[int], seconds: int) -> dict[str, int]:
    """Simulate some of the hubs; return the number of messages made, by kind, and `acknowledged`."""
    made: dict[str, int] = {}
    streams = await asyncio.gather(*(hub(place, number, seconds, made) for number in numbers))
    await asyncio.sleep(2)
    made["acknowledged"] = sum(stream.acknowledged for stream in streams)
    for stream in streams:
        stream.close()
    return made


async def coaches(place: Place) -> tuple[list[_Stream], list[Count]]:
    """Connect the coaches; the first one subscribes to steps too."""
    streams, counts = [], []
    for number in range(COACHES):
        topics = [*coach_topics(None), *(["stridecue/+/step"] if number == 0 else [])]
        counts.append(Count())
        hello = connect(place, f"coach{number}") + b"".join(subscribe(topic, qos=1) for topic in topics)
        of_coach = partial(_Stream, hello, counts[-1])
        _, stream = await asyncio.get_running_loop().create_connection(of_coach, place.host, place.port)
        await stream.ready
        streams.append(stream)
    await asyncio.sleep(0.5)
    return streams, counts


def cpu_s(pid: int) -> float:
    """Return the CPU time in s of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND


def memory_mb(pid: int) -> float:
    """Return the peak resident memory of a process in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM"))


async def measure(hubs: int, seconds: int) -> None:
    """Print the table."""
    program = find_mosquitto()
    if program is None:
        raise SystemExit("mosquitto is not installed")
    broker, port = Mosquitto(program), free_port(LOOPBACK)
    await broker.start(port)
    place = Place(LOOPBACK, port)
    try:
        streams, counts = await coaches(place)
        pid = broker.pid or 0
        before_s = cpu_s(pid)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", __spec__.name, "--load", str(port), "--hubs", str(hubs), "--seconds", str(seconds),
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        result = (await process.communicate())[0]
        used_s = cpu_s(pid) - before_s
        peak_mb = memory_mb(pid)
        for stream in streams:
            stream.close()
    finally:
        await broker.stop()
    _print(msgspec.json.decode(result, type=dict[str, int]), counts, seconds)
    print(f"\nmosquitto: {100 * used_s / seconds:.0f} % of a core, at most {peak_mb:.0f} MB")
    print(f"load average: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def _print(made: dict[str, int], counts: list[Count], seconds: int) -> None:
    acknowledged = made.pop("acknowledged")
    total = sum(made.values())
    print(f"made: {total} messages in {seconds} s, {total / seconds:.0f} a second; QoS 1 acknowledged: {acknowledged}")
    print("\n| coach | expected | delivered | lost | p50 ms | p99 ms | max ms |\n|---|---|---|---|---|---|---|")
    for number, count in enumerate(counts):
        kinds = ["metrics", "session", *(["step"] if number == 0 else [])]
        expected = sum(made[kind] for kind in kinds)
        delivered = sum(count.received.get(kind, 0) for kind in kinds)
        p50, p99, worst = np.percentile(count.latency_ms, [50, 99, 100])
        name = "all, steps too" if number == 0 else "all runners"
        print(f"| {name} | {expected} | {delivered} | {expected - delivered} | {p50:.1f} | {p99:.1f} | {worst:.0f} |")


def main() -> None:
    """Print the table, or generate the load for it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hubs", type=int, default=500, help="simulated hubs (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=20, help="duration (default: %(default)s)")
    parser.add_argument("--load", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load is None:
        asyncio.run(measure(options.hubs, options.seconds))
        return
    made = asyncio.run(load(Place(LOOPBACK, options.load), list(range(options.hubs)), options.seconds))
    print(msgspec.json.encode(made).decode())


if __name__ == "__main__":
    main()
