"""The embedded broker with real sockets and clients that hang: their cost is bounded and losses are counted."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from hub.broker import embedded
from hub.broker.bounded import CLOSING_S, MAX_WAITING, MAX_WAITING_BYTES, Reading
from hub.broker.dropped import DroppedMessages
from hub.broker.embedded import CHECK_S, Embedded, amqtt_is_installed
from hub.broker.loopback import LoopbackBroker
from hub.broker.serving import DROPPED_TOPIC, LOOPBACK, MAX_PACKET_BYTES, BrokerError, keep_serving
from hub.client import HubClient, LinkChange, Received
from hub.link.connection import MQTT_3, Server, open_client
from hub.messages.wire import SessionMessage
from tests.hub.programs import a_port, until
from tests.hub.run.recorded_run import a_run

pytestmark = pytest.mark.real_time

TOPIC = "stridecue/ann/metrics"
PING = b"\xc0\x00"
LARGE = b"x" * 200_000


class Broker(Embedded):
    port: int


@pytest.fixture
async def broker() -> AsyncIterator[Broker]:
    if not amqtt_is_installed():
        pytest.skip("amqtt is not installed: its bounds are NOT tested here")
    serving = Broker()
    serving.port = a_port()
    await serving.start(serving.port)
    yield serving
    await serving.stop()


class RawClient:
    """A subscriber on a raw socket, which reads only on request."""

    def __init__(self, port: int, *, keep_alive_s: int = 0) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.connect((LOOPBACK, port))
        self._socket.settimeout(0)
        self._keep_alive_s = keep_alive_s

    async def subscribe(self) -> None:
        loop = asyncio.get_running_loop()
        client_id = b"raw%d" % self._socket.fileno()
        about = b"\x00\x04MQTT\x04\x02" + struct.pack("!HH", self._keep_alive_s, len(client_id)) + client_id
        await loop.sock_sendall(self._socket, b"\x10" + bytes([len(about)]) + about)
        assert await self._exactly(4) == b"\x20\x02\x00\x00"
        wanted = b"\x00\x01" + struct.pack("!H", len(TOPIC)) + TOPIC.encode() + b"\x00"
        await loop.sock_sendall(self._socket, b"\x82" + bytes([len(wanted)]) + wanted)
        assert await self._exactly(5) == b"\x90\x03\x00\x01\x00"

    async def send(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._socket, data)

    async def read_to_the_end(self) -> int:
        """Read until the broker closes; returns the number of bytes."""
        total = 0
        while True:
            try:
                data = await asyncio.get_running_loop().sock_recv(self._socket, 65_536)
            except ConnectionResetError:
                return total
            if not data:
                return total
            total += len(data)

    async def read(self, n: int) -> None:
        while n > 0:
            n -= len(await asyncio.get_running_loop().sock_recv(self._socket, min(n, 65_536)))

    def close(self) -> None:
        self._socket.close()

    async def _exactly(self, n: int) -> bytes:
        data = b""
        while len(data) < n:
            data += await asyncio.get_running_loop().sock_recv(self._socket, n - len(data))
        return data


@pytest.fixture
async def halted(broker: Broker) -> AsyncIterator[RawClient]:
    client = RawClient(broker.port)
    await client.subscribe()
    yield client
    client.close()


def writers(broker: Broker) -> list[int]:
    return [writing.waiting for writing in broker.clients]


async def test_a_halted_client_is_disconnected_and_its_losses_are_counted(broker: Broker, halted: RawClient) -> None:
    tasks = len(asyncio.all_tasks())
    most_tasks, sent = tasks, 0
    async with open_client(Server(port=broker.port, protocol=MQTT_3)) as hub:
        while not broker.dropped and sent < 200:  # 40 MB: far more than the system's buffers
            await hub.publish(TOPIC, LARGE, qos=1)
            sent += 1
            assert all(waiting * len(LARGE) <= MAX_WAITING_BYTES + len(LARGE) for waiting in writers(broker))
            most_tasks = max(most_tasks, len(asyncio.all_tasks()))
        dropped = broker.dropped
        for _ in range(20):
            await hub.publish(TOPIC, LARGE, qos=1)
        assert dropped >= MAX_WAITING_BYTES // len(LARGE)
        assert broker.dropped == dropped  # nobody is there any more who could miss anything
        assert most_tasks < tasks + 20
        await hub.subscribe(DROPPED_TOPIC)
        async with asyncio.timeout(5):
            async for message in hub.messages:  # published once a second
                if int(bytes(message.payload)) == dropped:
                    break
    async with asyncio.timeout(5):
        assert await halted.read_to_the_end() <= (sent - dropped + 1) * (len(LARGE) + 100)


@pytest.mark.usefixtures("halted")
async def test_the_number_of_waiting_messages_is_limited_too(broker: Broker) -> None:
    most = 0
    async with open_client(Server(port=broker.port, protocol=MQTT_3)) as hub:
        for _ in range(100):
            await hub.publish(TOPIC, LARGE, qos=1)
            if any(writers(broker)):
                break
        while not broker.dropped:
            for _ in range(100):
                await hub.publish(TOPIC, b"{}", qos=0)
            await hub.publish("stridecue/ann/other", b"", qos=1)  # the broker has processed everything before it
            most = max([most, *writers(broker)])
    assert most <= MAX_WAITING
    assert broker.dropped > MAX_WAITING / 2


async def test_a_reading_client_misses_nothing_of_a_burst(broker: Broker, halted: RawClient) -> None:
    count, payload = 3000, b"x" * 300
    reading = asyncio.create_task(halted.read(count * (len(payload) + len(TOPIC) + 5)), name="reading")
    async with open_client(Server(port=broker.port, protocol=MQTT_3)) as hub:
        for _ in range(count):
            await hub.publish(TOPIC, payload)
        async with asyncio.timeout(10):
            await reading
    assert broker.dropped == 0


async def test_a_client_silent_for_one_and_a_half_keep_alives_is_disconnected(broker: Broker) -> None:
    silent, steady = RawClient(broker.port, keep_alive_s=1), RawClient(broker.port, keep_alive_s=0)
    try:
        for client in (silent, steady):
            await client.subscribe()
        await until(lambda: len(broker.clients) == 1)
        async with asyncio.timeout(5):
            assert await silent.read_to_the_end() == 0
    finally:
        silent.close()
        steady.close()
    assert broker.dropped == 0


async def test_a_connection_without_connect_is_closed_and_others_stay(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "CONNECT_S", 0.5)
    silent, steady = RawClient(broker.port), RawClient(broker.port, keep_alive_s=0)
    try:
        await steady.subscribe()
        async with asyncio.timeout(5):
            assert await silent.read_to_the_end() == 0
        await until(lambda: len(broker.clients) == 1)
        async with open_client(Server(port=broker.port, protocol=MQTT_3)) as other:
            await other.publish(TOPIC, b"{}", qos=1)
        async with asyncio.timeout(5):
            await steady.read(len(TOPIC) + 6)
    finally:
        silent.close()
        steady.close()


async def test_the_number_of_connections_is_limited(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "MAX_CONNECTIONS", 3)
    clients = [RawClient(broker.port) for _ in range(3)]
    try:
        for client in clients:
            await client.subscribe()
        clients.append(RawClient(broker.port))
        async with asyncio.timeout(5):
            assert await clients[-1].read_to_the_end() == 0
        assert (broker.turned_away, len(broker.clients)) == (1, 3)
        clients.pop(0).close()
        await until(lambda: len(broker.clients) == 2)
        clients.append(RawClient(broker.port))
        await clients[-1].subscribe()
    finally:
        for client in clients:
            client.close()


async def test_after_an_internal_failure_it_is_restarted_and_checks_its_clients(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if not amqtt_is_installed():
        pytest.skip("amqtt is not installed: its bounds are NOT tested here")
    serving = Embedded()
    loopback = LoopbackBroker(serving)
    server = await loopback.start(a_port())
    keeper = asyncio.create_task(loopback.watch(), name="broker")

    async def fail_once(*_arguments: object) -> None:
        monkeypatch.undo()
        raise RuntimeError("inside amqtt")

    monkeypatch.setattr("amqtt.broker.Broker.internal_message_broadcast", fail_once)
    try:
        await until(lambda: loopback.restarts == 1)
        assert "RuntimeError: inside amqtt" in caplog.text
        silent = RawClient(server.port, keep_alive_s=1)
        await silent.subscribe()
        async with asyncio.timeout(5):
            assert await silent.read_to_the_end() == 0
        silent.close()
    finally:
        keeper.cancel()
        await asyncio.wait([keeper])
        await loopback.stop()


async def test_a_broker_that_fails_to_shut_down_is_restarted_and_that_is_logged(
    broker: Broker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken: list[Any] = []

    async def fail_once(amqtt: object) -> None:
        broken.append(amqtt)
        monkeypatch.undo()
        raise KeyError("a client that is gone")

    monkeypatch.setattr("amqtt.broker.Broker.shutdown", fail_once)
    monkeypatch.setattr("amqtt.broker.Broker.internal_message_broadcast", None)  # so that it ends by itself
    restarted = asyncio.Event()
    keeper = asyncio.create_task(keep_serving(broker, broker.port, restarted.set), name="keeper")
    try:
        async with asyncio.timeout(10):
            await restarted.wait()
        async with open_client(Server(port=broker.port, protocol=MQTT_3)) as hub:
            await hub.publish(TOPIC, b"again", qos=1)
    finally:
        keeper.cancel()
        await asyncio.wait([keeper])
        for amqtt in broken:  # clean up what it left behind
            await amqtt.shutdown()
    assert "amqtt did not shut down cleanly" in caplog.text
    assert "KeyError: 'a client that is gone'" in caplog.text


async def test_an_amqtt_that_does_not_start_raises_broker_error(monkeypatch: pytest.MonkeyPatch) -> None:
    if not amqtt_is_installed():
        pytest.skip("amqtt is not installed: what it raises is NOT tested here")

    async def fails(_broker: object) -> None:
        raise AttributeError("another version")

    monkeypatch.setattr("amqtt.broker.Broker.start", fails)
    with pytest.raises(BrokerError, match="amqtt did not start: AttributeError: another version"):
        await Embedded().start(a_port())


async def test_a_packet_larger_than_mosquitto_accepts_ends_the_connection(broker: Broker, halted: RawClient) -> None:
    length = MAX_PACKET_BYTES + 100
    coded = bytes([length & 127 | 128, length >> 7 & 127 | 128, length >> 14])
    await halted.send(b"\x30" + coded + struct.pack("!H", len(TOPIC)) + TOPIC.encode())
    async with asyncio.timeout(5):
        assert await halted.read_to_the_end() == 0
    await until(lambda: not broker.clients)


@pytest.mark.usefixtures("halted")
async def test_a_halted_client_does_not_delay_the_shutdown(broker: Broker) -> None:
    async with open_client(Server(port=broker.port, protocol=MQTT_3)) as hub:
        for _ in range(100):
            await hub.publish(TOPIC, LARGE, qos=1)
            if any(writers(broker)):
                break
    async with asyncio.timeout(3 * CLOSING_S):
        await broker.stop()
    assert not broker.clients


@pytest.mark.parametrize("turns", range(6))
async def test_a_client_that_sends_as_the_broker_stops_does_not_keep_it(
    broker: Broker, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    readers: list[asyncio.StreamReader] = []

    class Noted(Reading):
        def __init__(self, reader: asyncio.StreamReader) -> None:
            readers.append(reader)
            super().__init__(reader)

    monkeypatch.setattr(embedded, "SHUTDOWN_S", 0.01)
    monkeypatch.setattr(embedded, "Reading", Noted)
    client = RawClient(broker.port, keep_alive_s=60)
    await client.subscribe()
    readers[0].feed_data(PING)
    for _turn in range(turns):
        await asyncio.sleep(0)
    async with asyncio.timeout(10.0):
        await broker.stop()
    client.close()
    assert not broker.clients


async def test_drops_are_reported_and_added_up_over_restarts_of_the_broker(broker: Broker) -> None:
    told: list[str] = []
    counting = DroppedMessages(Server(port=broker.port, protocol=MQTT_3), told.append, is_own=True)
    task = asyncio.create_task(counting.run(), name="dropped")
    try:
        broker.dropped = 5
        await until(lambda: counting.messages == 5)
        broker.dropped = 2  # as of a broker that was started again
        await until(lambda: counting.messages == 7)
    finally:
        counting.close()
        task.cancel()
        await asyncio.wait([task])
    assert [text.partition(" ")[0] for text in told] == ["5", "7"]


async def test_earlier_drops_of_another_hubs_broker_are_not_counted(broker: Broker) -> None:
    told: list[str] = []
    broker.dropped = 321
    joined = DroppedMessages(Server(port=broker.port, protocol=MQTT_3), told.append, is_own=False)
    own = DroppedMessages(Server(port=broker.port, protocol=MQTT_3), lambda _text: None, is_own=True)
    tasks = [asyncio.create_task(each.run(), name="dropped") for each in (joined, own)]
    try:
        await until(lambda: own.messages == 321)
        await asyncio.sleep(2 * CHECK_S)  # so that the other one has received it too
        broker.dropped += 2
        await until(lambda: own.messages == 323)
        await until(lambda: joined.messages > 0)
        assert joined.messages == 2
        broker.dropped = 5  # its demo ended, and this run serves on its port
        await until(lambda: joined.messages == 7)
    finally:
        for each, task in zip((joined, own), tasks, strict=True):
            each.close()
            task.cancel()
        await asyncio.wait(tasks)
    assert [text.partition(" ")[0] for text in told] == ["2", "7"]


async def test_a_run_reports_what_its_broker_dropped(small_recording: Path, tmp_path: Path) -> None:
    if not amqtt_is_installed():
        pytest.skip("amqtt is not installed: its bounds are NOT tested here")
    serving, server = Embedded(), Server(port=a_port(), protocol=MQTT_3)
    run = a_run(small_recording, tmp_path, broker=LoopbackBroker(serving), first_port=server.port)
    async with asyncio.TaskGroup() as group:
        group.create_task(run.play(), name="run")
        async with asyncio.timeout(10), aclosing(HubClient(server, "ann").watch()) as watch:
            async for item in watch:
                if item == LinkChange(up=True):
                    serving.dropped = 3
                if isinstance(item, Received) and isinstance(item.message, SessionMessage) and item.message.notice:
                    assert item.message.notice.startswith("3 messages were dropped")
                    break
        run.stop("seen")
    assert run.outcome.losses["watchers"] == 3


async def test_the_drop_count_goes_to_its_subscribers_only(broker: Broker) -> None:
    asking = DroppedMessages(Server(port=broker.port, protocol=MQTT_3), lambda _text: None, is_own=True)
    task = asyncio.create_task(asking.run(), name="dropped")
    try:
        broker.dropped = 1
        await until(lambda: asking.messages == 1)
        async with open_client(Server(port=broker.port, protocol=MQTT_3)) as other:
            await other.subscribe("stridecue/#", qos=1)
            await other.publish(TOPIC, b"{}", qos=1)
            async with asyncio.timeout(5):
                assert str((await anext(other.messages)).topic) == TOPIC
    finally:
        asking.close()
        task.cancel()
        await asyncio.wait([task])
