"""What an attacker with the watchers' password can do: mosquitto as delivered, and as the hub starts it.

    python -m benchmarks.abuse_broker

"As the hub starts it": for `mqtt.listen`. Each attack meets a fresh broker. Meanwhile a witness sends itself a message
every 20 ms, over the attacked broker and over the loopback broker that the runner's dashboard reads; printed is the
99th percentile of the round trip in ms, as attacked / loopback. Memory in MB is the broker's: before -> maximum -> a
second after. `docs/brokers.md` explains the results.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.raw_mqtt import Place, Raw, connect, packet, publish
from hub.broker.beyond import USER, BeyondBroker, watchers_password
from hub.broker.mosquitto import Mosquitto, find_mosquitto
from hub.broker.serving import LOOPBACK, a_free_port
from hub.flow.session import Session
from hub.link.connection import MQTT_5, Server
from hub.orders.order_desk import OrderDesk
from hub.orders.repeats import Order, Repeats
from hub.telemetry.posts import Telemetry
from hub.telemetry.run_info import RunInfo

TOPIC = "stridecue/ann/step"
HOST = "127.0.0.2"
PROBE_S = 0.02
MB = 1_000_000


class _Bare(Mosquitto):
    """A mosquitto with an anonymous listener and no other settings, as in a quick start."""

    async def _configure(self, folder: Path, port: int) -> int:
        own_port = a_free_port()
        (folder / "mosquitto.conf").write_text(
            f"listener {port} {HOST}\nlistener {own_port} {LOOPBACK}\nallow_anonymous true\n"
        )
        return own_port


@dataclass(frozen=True)
class Target:
    """A broker under attack: addresses of the attacker and the hub, and process id."""

    attacker: Place
    hub: Place
    pid: int

    def rss_mb(self, field: str = "VmRSS") -> float:
        """Return the broker's memory in MB: current, or with `VmHWM` its maximum."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) * 1024 / MB
        raise ProcessLookupError(self.pid)


class Witness:
    """A client that sends itself messages from a thread of its own and measures their round trips."""

    def __init__(self, sender: Place, receiver: Place) -> None:
        self._sender, self._receiver = sender, receiver
        self._times_ms: list[float] = []
        self._lost = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        topic = "stridecue/ann/cue"
        with Raw(self._sender, "witness-out") as out, Raw(self._receiver, "witness-in", timeout_s=2.0) as subscriber:
            subscriber.subscribe(topic)
            while not self._stop.wait(PROBE_S):
                start = time.perf_counter()
                try:
                    out.send(publish(topic, b"x"))
                    subscriber.payload()
                except (OSError, EOFError):
                    self._lost += 1
                    return
                self._times_ms.append(1e3 * (time.perf_counter() - start))

    def close(self) -> str:
        """Stop, and return the 99th percentile of the round trips in ms, or `lost`."""
        self._stop.set()
        self._thread.join()
        if self._lost:
            return "lost"
        if not self._times_ms:
            return "-"
        return f"{np.percentile(self._times_ms, 99):.1f}"


def slow_subscriber(target: Target, qos: int) -> str:
    """Subscribe without ever reading, while 20 MB are published in 8 s."""
    with Raw(target.attacker, "slow", receive_bytes=4096) as slow, Raw(target.hub, "pub", timeout_s=20) as pub:
        slow.subscribe("stridecue/#", qos=qos)
        start = time.perf_counter()
        for number in range(4000):
            time.sleep(max(0.0, start + number / 500 - time.perf_counter()))
            pub.send(publish(TOPIC, b"y" * 5000))
    return "20 MB not read"


def silent_client(target: Target) -> str:
    """Connect with a keep-alive of two seconds, then fall silent; return when the will is sent."""
    with Raw(target.hub, "observer", timeout_s=15) as observer:
        observer.subscribe("stridecue/ann/command")
        silent = Raw(target.attacker, "silent", keepalive_s=2, will_topic="stridecue/ann/command")
        start = time.perf_counter()
        try:
            observer.payload()
        except TimeoutError:
            return "will never sent"
        finally:
            silent.socket.close()
        return f"will sent after {time.perf_counter() - start:.1f} s"


def garbage(target: Target) -> str:
    """Return how many invalid first packets and later protocol violations end the connection."""
    place = target.attacker
    first = [os.urandom(200), b"GET / HTTP/1.1\r\n\r\n", b"\x10\xff\xff\xff\xff\x7f", publish("a", b"x")]
    later = [
        publish(b"a/\xff\xfe", b"x"),
        publish("a/#", b"x"),
        b"\x36\x07\0\x01a\0\x01xx",
        b"\xf0\x00",
        packet(0x82, b"\0\x05"),
        connect(place, "again"),
        packet(0x30, b"\xff\xffabc"),
    ]
    closed = 0
    for data in first:
        with socket.create_connection((place.host, place.port), 3) as bare:
            bare.sendall(data)
            closed += _is_closed(bare)
    for data in later:
        raw = Raw(place, "rude")
        raw.send(data)
        closed += _is_closed(raw.socket)
        raw.socket.close()
    return f"{closed} of {len(first) + len(later)} closed"


def _is_closed(connection: socket.socket) -> bool:
    connection.settimeout(3)
    try:
        while connection.recv(1000):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def big_payload(target: Target) -> str:
    """Publish one message of 100 MB."""
    raw = Raw(target.attacker, "big", timeout_s=20)
    try:
        raw.send(publish("stridecue/ann/command", b"z" * (100 * MB), qos=1))
        return "accepted" if raw.receive()[0] >> 4 == 4 else "?"
    except (OSError, EOFError):
        return "refused"
    finally:
        raw.socket.close()


def many_clients(target: Target) -> str:
    """Connect 500 clients that subscribe to everything."""
    clients: list[Raw] = []
    start = time.perf_counter()
    for number in range(500):
        try:
            client = Raw(target.attacker, f"many{number}", timeout_s=3)
            client.subscribe("stridecue/#")
        except (OSError, EOFError):
            continue
        clients.append(client)
    took_s = time.perf_counter() - start
    with contextlib.suppress(OSError, EOFError):
        Raw(target.hub, "hub still connects").close()
        for client in clients:
            client.close()
        return f"{len(clients)} accepted, {took_s:.1f} s"
    return f"{len(clients)} accepted, and then the hub is not"


def retained_flood(target: Target) -> str:
    """Publish 50 000 retained messages of 4 kB and return how many the broker has retained."""
    with Raw(target.attacker, "publisher", timeout_s=30) as raw:
        try:
            for number in range(50_000):
                raw.send(publish(f"stridecue/x{number}/status", b"k" * 4000, retain=True))
            raw.send(b"\xc0\x00")
            raw.receive()
        except (OSError, EOFError):
            pass
    with Raw(target.hub, "counter", timeout_s=1.0) as counter:
        counter.subscribe("stridecue/+/status")
        retained = 0
        with contextlib.suppress(TimeoutError):
            while True:
                counter.payload()
                retained += 1
    return f"{retained} retained"


ABUSES: dict[str, Callable[[Target], str]] = {
    "a subscriber that never reads, QoS 0": lambda target: slow_subscriber(target, 0),
    "the same, QoS 1": lambda target: slow_subscriber(target, 1),
    "a client that falls silent": silent_client,
    "garbage instead of MQTT, 11 kinds": garbage,
    "a message of 100 MB": big_payload,
    "500 clients that subscribe to everything": many_clients,
    "50 000 retained messages of 4 kB": retained_flood,
}


ORDERS = {
    "5000 commands at once": [("command", b'{"action": "mark"}')] * 5000,
    "malformed, 4 kinds": [
        ("command", b"\x00\xff"),
        ("command", b'{"action": "explode"}'),
        ("pain", b'{"level": 99}'),
        ("pain", b"[" * 4000),
    ],
    "250 kB each, 4 of them": [("command", b'{"action": "nudge", "text": "' + b"x" * 250_000 + b'"}')] * 4,
}


@asynccontextmanager
async def bare(port: int) -> AsyncIterator[Target]:
    """Start mosquitto as delivered."""
    broker = _Bare(_program(), HOST)
    await broker.start(port)
    try:
        place = Place(HOST, port)
        yield Target(place, place, broker.pid or 0)
    finally:
        await broker.stop()


@asynccontextmanager
async def ours(port: int) -> AsyncIterator[Target]:
    """Start mosquitto as `mqtt.listen` does."""
    with TemporaryDirectory() as folder:
        broker = BeyondBroker(HOST, port, "ann", watchers_password(Path(folder) / "password"))
        server = await broker.start()
        try:
            attacker = Place(HOST, port, USER, broker.password.text)
            yield Target(attacker, Place(server.host, server.port, server.user, server.password), broker.pid or 0)
        finally:
            await broker.stop()


async def abuse(target: Target, loopback: Place, attack: Callable[[Target], str]) -> str:
    """Run one attack and return its cell of the table."""
    before_mb = target.rss_mb()
    attacked, other = Witness(target.hub, target.attacker), Witness(loopback, loopback)
    result = await asyncio.to_thread(attack, target)
    peak_mb = target.rss_mb("VmHWM")
    p99_attacked, p99_other = await asyncio.to_thread(lambda: (attacked.close(), other.close()))
    await asyncio.sleep(1)
    memory = f"{before_mb:.0f} -> {peak_mb:.0f} -> {target.rss_mb():.0f} MB"
    return f"{result}; {memory}; p99 {p99_attacked} / {p99_other} ms"


async def orders(target: Target, sent: list[tuple[str, bytes]]) -> str:
    """Send orders to a hub as fast as possible and return the outcome."""
    done = 0

    async def carry_out(_order: Order) -> str:
        nonlocal done
        done += 1
        return "done"

    telemetry = Telemetry(RunInfo("ann", "one", "live", 0, 0), Session())
    server = Server(target.hub.host, target.hub.port, target.hub.user, target.hub.password, protocol=MQTT_5)
    desk = OrderDesk(
        server,
        "ann",
        carry_out=carry_out,
        answer=lambda answer: telemetry.reply(answer, 0, 1),
        repeats=Repeats(),
    )
    answers: list[dict[str, object]] = []

    def send() -> float:
        with Raw(target.attacker, "replies", timeout_s=1.5) as replies, Raw(target.attacker, "orders") as raw:
            replies.subscribe("stridecue/ann/reply", qos=1)
            start_s = time.process_time()
            for kind, payload in sent:
                raw.send(publish(f"stridecue/ann/{kind}", payload))
            with contextlib.suppress(TimeoutError):
                while True:
                    answers.append(json.loads(replies.payload()))
            return time.process_time() - start_s

    task = asyncio.create_task(desk.run(), name="desk")
    await desk.up.wait()
    cpu_s = await asyncio.to_thread(send)
    desk.close()
    task.cancel()
    await asyncio.wait([task])
    errors = sum(not answer["ok"] for answer in answers)
    replied = f"{len(answers)} replies ({errors} with an error)"
    return f"{done} carried out, {desk.refused} refused, {replied}, {cpu_s:.1f} s CPU"


def _program() -> str:
    program = find_mosquitto()
    if program is None:
        raise SystemExit("mosquitto is not installed")
    return program


def free_port(host: str) -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


async def main() -> None:
    """Print the tables."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    loopback, port = Mosquitto(_program()), free_port("127.0.0.1")
    await loopback.start(port)
    dashboards = Place("127.0.0.1", port)
    try:
        print("| abuse | mosquitto as delivered | as `mqtt.listen` sets it up |")
        print("|---|---|---|", flush=True)
        for name, attack in ABUSES.items():
            cells = []
            for made in (bare, ours):
                async with made(free_port(HOST)) as target:
                    cells.append(await abuse(target, dashboards, attack))
            print(f"| {name} | {' | '.join(cells)} |", flush=True)
        print("\nMemory: before -> maximum -> a second after. p99: over that broker / over the loopback one.\n")
        print("| orders to a hub | outcome |")
        print("|---|---|", flush=True)
        for name, sent in ORDERS.items():
            async with ours(free_port(HOST)) as target:
                print(f"| {name} | {await orders(target, sent)} |", flush=True)
    finally:
        await loopback.stop()


if __name__ == "__main__":
    asyncio.run(main())
