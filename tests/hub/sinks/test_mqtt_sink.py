"""The MQTT sink against a real mosquitto and a real client of another project."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from dsp.records import Metric, Side, Threshold, ThresholdState
from hub.broker.mosquitto import Mosquitto
from hub.broker.serving import LOOPBACK
from hub.client import HubClient, Received
from hub.flow.bus import Bus, Policy
from hub.flow.session import Session
from hub.link.connection import Server, open_client
from hub.messages.delivery import for_others, may_leave
from hub.messages.incoming import PainMessage
from hub.messages.topics import Topics, WireError
from hub.messages.wire import AttitudeMessage, Post, SessionMessage, StatusMessage, encode
from hub.sinks import mqtt
from hub.sinks.mqtt import MqttSink
from hub.telemetry.posts import Telemetry
from hub.telemetry.run_info import RunInfo
from tests.hub.programs import a_port, mosquitto, mosquitto_sub, until

pytestmark = pytest.mark.real_time


@dataclass
class Hub:
    """The part of a hub that publishes."""

    server: Server
    instance: str = "one"
    shared: bool = False
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        run_info = RunInfo("ann", self.instance, "live", 0, 0)
        self.telemetry = Telemetry(run_info, Session())
        self.bus: Bus[Post] = Bus()
        self.told = asyncio.Event()
        self.sink = MqttSink(
            "test",
            self.server,
            self.bus.subscribe("mqtt", Policy.DROP_OLDEST, mqtt.CAPACITY, wanted=may_leave),
            status=lambda presence, number: self.telemetry.status(presence, 0, number),
            hello=lambda: [self.telemetry.session(0, again=True)],
            notice=self._tell,
            shared=self.shared,
            visible=for_others,
        )

    def _tell(self, text: str) -> None:
        self.said.append(text)
        self.told.set()

    @asynccontextmanager
    async def publishing(self) -> AsyncIterator[None]:
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            group.create_task(self.sink.run(), name="sink")
            yield
            self.bus.close()

    async def post(self) -> None:
        await self.bus.publish(self.telemetry.frames(0, {})[0])


@asynccontextmanager
async def a_broker() -> AsyncIterator[tuple[Server, Mosquitto]]:
    broker, port = mosquitto(), a_port()
    await broker.start(port)
    try:
        yield Server(LOOPBACK, port), broker
    finally:
        await broker.stop()


@asynccontextmanager
async def foreign(server: Server, count: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """A mosquitto_sub that ends after `count` messages."""
    arguments = ["-h", server.host, "-p", str(server.port), "-t", "stridecue/#", "-v", "-C", str(count), "-W", "15"]
    process = await asyncio.create_subprocess_exec(mosquitto_sub(), *arguments, stdout=asyncio.subprocess.PIPE)
    await asyncio.sleep(0.3)  # it prints nothing when it has subscribed
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def said_by(process: asyncio.subprocess.Process) -> list[tuple[str, dict[str, object]]]:
    lines = (await process.communicate())[0].decode().splitlines()
    return [(line.split(" ", 1)[0], json.loads(line.split(" ", 1)[1])) for line in lines]


async def test_another_client_sees_a_run_from_online_to_offline() -> None:
    async with a_broker() as (server, _broker), foreign(server, 4) as watcher:
        hub = Hub(server)
        async with hub.publishing():
            await hub.sink.up.wait()
            await hub.post()
        heard = await said_by(watcher)
    assert [topic for topic, _ in heard] == [
        f"stridecue/ann/{kind}" for kind in ("status", "session", "metrics", "status")
    ]
    assert [payload.get("state") for _, payload in heard] == ["online", "waiting", None, "offline"]
    assert [payload["seq"] for _, payload in heard] == [1, 1, 1, 2]
    assert all(payload["schema"] == 1 and str(payload["t"]).endswith("Z") for _, payload in heard)


async def test_others_get_only_the_state_of_the_pain_derived_detector() -> None:
    near = Threshold(0, "onset", ThresholdState.NEAR, Side.RIGHT, (Metric(0, "onset_safe_m", 4200.0, None, 1.0),))
    async with a_broker() as (server, _broker), foreign(server, 4) as watcher:
        hub = Hub(server)
        (post,) = hub.telemetry.record(near)
        async with hub.publishing():
            await hub.sink.up.wait()
            await hub.bus.publish(post)
        heard = await said_by(watcher)
    (session,) = [payload for topic, payload in heard if topic.endswith("/session")]
    (threshold,) = [payload for topic, payload in heard if topic.endswith("/threshold")]
    assert session["thresholds"] == {"onset": "near"}
    assert (threshold["state"], threshold["side"], threshold["because"]) == ("near", None, [])


async def test_a_killed_hub_leaves_its_will() -> None:
    script = (
        "import asyncio, sys; sys.path.insert(0, '.')\n"
        "from hub.link.connection import Server\nfrom tests.hub.sinks.test_mqtt_sink import Hub\n"
        "async def main():\n    await Hub(Server(port=int(sys.argv[1]))).sink.run()\n"
        "asyncio.run(main())"
    )
    async with a_broker() as (server, _broker), foreign(server, 3) as watcher:
        hub = await asyncio.create_subprocess_exec(sys.executable, "-c", script, str(server.port))
        watch = HubClient(server, "ann").watch()
        async for item in watch:
            if isinstance(item, Received) and isinstance(item.message, SessionMessage):
                break
        await watch.aclose()
        hub.kill()
        await hub.wait()
        heard = await said_by(watcher)
    assert heard[-1][0] == "stridecue/ann/status"
    assert heard[-1][1]["state"] == "offline"
    assert [payload["seq"] for topic, payload in heard if topic.endswith("/status")] == [1, 2]


async def test_posts_made_while_the_broker_was_unreachable_arrive_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt, "backoff_s", lambda: itertools.repeat(1.5))
    async with a_broker() as (server, broker):
        hub = Hub(server)
        async with hub.publishing():
            await hub.sink.up.wait()
            await broker.stop()
            for _ in range(5):  # the first may be lost in a socket that nobody reads any more
                await hub.post()
                await asyncio.sleep(0.02)
            assert not hub.sink.up.is_set()
            await broker.start(server.port)
            async with foreign(server, 2 + 4) as watcher:
                await hub.sink.up.wait()
                heard = await said_by(watcher)
    assert [payload["type"] for _, payload in heard] == ["status", "session", *["metrics"] * 4]
    assert heard[0][1]["seq"] == 3, "the will was the second, whoever may have got it"
    seqs = [seq for _, payload in heard[2:] if isinstance(seq := payload["seq"], int)]
    assert seqs == list(range(seqs[0], seqs[0] + 4))
    assert any("cannot be reached" in line for line in hub.said)
    assert hub.said[-1] == ""
    assert hub.bus.subscriptions[0].dropped == 0


async def test_a_second_hub_with_the_same_runner_publishes_nothing_until_the_first_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mqtt, "COLLISION_RETRY_S", 0.2)
    async with a_broker() as (server, _broker):
        first, second = Hub(server, "one", shared=True), Hub(server, "two", shared=True)
        async with AsyncExitStack() as stack:
            async with first.publishing():
                await first.sink.up.wait()
                await stack.enter_async_context(second.publishing())
                await second.told.wait()
                assert "another hub is already online as stridecue/ann" in second.said[0]
                assert second.sink.published == 0
            await second.sink.up.wait()
        assert second.said[-1] == ""


async def status_on(server: Server) -> StatusMessage:
    """The retained status."""
    watch = HubClient(server, "ann", topics=[Topics("ann").status]).watch()
    try:
        async with asyncio.timeout(5):
            async for item in watch:
                if isinstance(item, Received) and isinstance(item.message, StatusMessage):
                    return item.message
    finally:
        await watch.aclose()
    raise AssertionError


async def test_a_second_hub_detects_the_first_even_when_busy_and_leaves_it_online(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mqtt, "RETAINED_WAIT_S", 0.0)  # the time is up before the message is seen, as on a busy loop
    async with a_broker() as (server, _broker):
        first, second = Hub(server, "one", shared=True), Hub(server, "two", shared=True)
        async with first.publishing():
            await first.sink.up.wait()
            async with second.publishing():
                await second.told.wait()
                await second.post()
            assert "another hub is already online as stridecue/ann" in second.said[0]
            assert second.sink.published == 0
            status = await status_on(server)
            assert (status.state, status.instance) == ("online", "one")


@pytest.mark.parametrize("written", ["offline", "nonsense", ""])
async def test_a_hub_restores_its_status_when_another_program_writes_it(
    monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setattr(mqtt, "REASSERT_S", 0.05)
    async with a_broker() as (server, _broker):
        first = Hub(server, "one", shared=True)
        other = Hub(server, "two").telemetry.status("offline", 0, 1)
        async with first.publishing(), open_client(server) as foreigner:
            await first.sink.up.wait()
            payload = encode(other.message) if written == "offline" else written.encode()
            published = first.sink.published
            await foreigner.publish(other.topic, payload, qos=1, retain=True)
            await until(lambda: first.sink.published > published)
            status = await status_on(server)
            assert (status.state, status.instance) == ("online", "one")


async def test_of_two_hubs_that_start_at_once_one_keeps_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt, "RETAINED_WAIT_S", 0.2)
    monkeypatch.setattr(mqtt, "REASSERT_S", 0.05)
    async with a_broker() as (server, _broker):
        first, second = Hub(server, "one", shared=True), Hub(server, "two", shared=True)
        async with first.publishing(), second.publishing():
            await until(lambda: any("already online" in line for line in second.said))
            await asyncio.sleep(0.3)
            assert not any("already online" in line for line in first.said)
            assert (await status_on(server)).instance == "one"


async def test_a_hub_finds_its_own_retained_status_no_collision() -> None:
    async with a_broker() as (server, broker):
        hub = Hub(server, shared=True)
        async with hub.publishing():
            await hub.sink.up.wait()
        again = Hub(server, "two", shared=True)
        async with again.publishing():
            await again.sink.up.wait()
        assert again.said == [""]
        del broker


def test_pain_and_plots_stay_on_the_machine() -> None:
    attitude = AttitudeMessage(t="", seq=1, t0_s=0.0, dt_s=0.02, obliquity_deg=[1.0])
    assert not may_leave(Post("stridecue/ann/attitude", attitude))
    assert not may_leave(Post("stridecue/ann/pain", PainMessage(level=3)))
    with pytest.raises(WireError):
        Telemetry(RunInfo("Ann Smith", "one", "live", 0, 0), Session())
