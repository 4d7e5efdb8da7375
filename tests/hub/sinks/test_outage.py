"""An external broker goes and comes back: no event is lost, and every post is accounted for."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Never, Self
from unittest.mock import AsyncMock

import aiomqtt
import pytest

from dsp.records import Cue, Severity, Side, Step, ThresholdState
from dsp.signals import NS_PER_S, Placement
from hub.client import HubClient, Received
from hub.flow.bus import Bus, Policy
from hub.flow.session import Session
from hub.link.connection import MQTT_5, Server, settled
from hub.messages.delivery import for_others, may_leave
from hub.messages.topics import parse_topic
from hub.messages.wire import CueMessage, Post, SessionMessage, StepMessage, decode
from hub.sinks import mqtt
from hub.sinks.mqtt import MqttSink
from hub.sinks.overdue import Overdue
from hub.sinks.spool import Spool
from hub.telemetry.posts import Telemetry
from hub.telemetry.run_info import RunInfo
from tests.hub.messages.test_delivery import SAFE, threshold
from tests.hub.programs import a_port, mosquitto, until

STEP_S = 1 / 3


@dataclass
class Hub:
    """A hub's posts, made as in a run: three steps a second, frames once a second, a cue a minute."""

    server: Server
    folder: Path
    limit: int = 60_000
    shared: bool = False
    said: list[str] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.t_ns = 0
        self.session = Session()
        self.telemetry = Telemetry(RunInfo("ann", "one", "live", 0, 0), self.session)
        self.bus: Bus[Post] = Bus()
        self.local = self.bus.subscribe("loopback", Policy.DROP_OLDEST, mqtt.CAPACITY)
        self.posts = self.bus.subscribe("external", Policy.DROP_OLDEST, mqtt.CAPACITY, wanted=may_leave)
        self.overdue = Overdue(Spool(self.folder, "ann", str(self.server), limit=self.limit))
        self.sink = MqttSink(
            "external",
            self.server,
            self.posts,
            status=lambda presence, number: self.telemetry.status(presence, self.t_ns, number),
            hello=lambda: self.telemetry.hello(self.t_ns, again=True),
            notice=self.said.append,
            shared=self.shared,
            overdue=self.overdue,
            visible=for_others,
        )

    @asynccontextmanager
    async def publishing(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.sink.run(), name="sink")
            yield
            self.bus.close()

    async def run_for(self, seconds: float, *, pace_s: float) -> None:
        """Simulate that many seconds of a run, one step every `pace_s`."""
        for number in range(round(seconds / STEP_S)):
            self.t_ns += round(STEP_S * NS_PER_S)
            side = Side.LEFT if number % 2 else Side.RIGHT
            step = Step(
                self.t_ns, None, STEP_S, 250.0, 90.0, side, None, 6.0, Placement.LEFT_FOOT, Placement.SACRUM, 0.9
            )
            self.session.update(step)
            posts = self.telemetry.record(step)
            if number % 180 == 90:
                cue = Cue(self.t_ns, "quick_steps", Severity.ADVICE, "Quick, light steps", None, (), speak="Quick")
                posts += self.telemetry.record(cue)
            if number % 3 == 0:
                posts += self.telemetry.frames(self.t_ns, {})
            for post in posts:
                self.made[parse_topic(post.topic).kind] += 1
                await self.bus.publish(post)
            self.local.take()
            await asyncio.sleep(pace_s)

    @property
    def accounted(self) -> int:
        return self.sink.delivered + self.overdue.stale + self.overdue.dropped + self.overdue.pending


class FakeBroker:
    """Takes messages while it is `there`; stands in for aiomqtt's client."""

    def __init__(self) -> None:
        self.there = True
        self.gone = asyncio.Event()
        self.heard: list[tuple[str, bytes, bool]] = []
        self.messages = self.stream()

    async def __aenter__(self) -> Self:
        if not self.there:
            raise aiomqtt.MqttError("refused")
        self.gone.clear()
        return self

    async def __aexit__(self, *_why: object) -> None:
        pass

    async def publish(self, topic: str, payload: bytes, *, retain: bool, **_how: object) -> None:
        if self.there:
            self.heard.append((topic, payload, retain))
        await asyncio.sleep(0.02)  # until it is confirmed
        if not self.there:
            raise aiomqtt.MqttError("no connection")

    def leave(self) -> None:
        self.there = False
        self.gone.set()

    async def stream(self) -> AsyncIterator[aiomqtt.Message]:
        await self.gone.wait()
        yield _disconnected()


def _disconnected() -> Never:
    raise aiomqtt.MqttError("disconnected")


def heard(broker: FakeBroker) -> list[tuple[Post, bool]]:
    return [(Post(topic, decode(topic, payload)), retain) for topic, payload, retain in broker.heard]


def in_order(numbers: list[int]) -> bool:
    """Whether each arrived, at least once, after the one before it."""
    first_seen = list(dict.fromkeys(numbers))
    return first_seen == sorted(first_seen)


async def test_ten_minutes_without_the_broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broker = FakeBroker()
    monkeypatch.setattr(mqtt, "open_client", lambda *_server, **_how: broker)
    hub = Hub(Server("gym", protocol=MQTT_5), tmp_path)
    async with hub.publishing():
        await hub.run_for(60, pace_s=STEP_S)
        before = len(broker.heard)
        broker.leave()
        await hub.run_for(600, pace_s=STEP_S)
        assert len(broker.heard) == before
        assert hub.overdue.pending > 1700
        assert "events (steps, cues and others) stored for it" in hub.said[-1]
        broker.there = True
        broker.messages = broker.stream()
        await hub.run_for(60, pace_s=STEP_S)
    assert hub.posts.made == hub.accounted
    assert (hub.posts.dropped, hub.overdue.dropped, hub.overdue.pending) == (0, 0, 0)
    assert hub.local.dropped == 0, "the loopback broker does not wait for the external one"
    said = heard(broker)
    steps = [(post.message, retain) for post, retain in said if isinstance(post.message, StepMessage)]
    cues = [post.message for post, _ in said if isinstance(post.message, CueMessage)]
    assert {step.seq for step, _ in steps} == set(range(1, hub.made["step"] + 1))
    assert in_order([step.seq for step, _ in steps])
    assert {cue.seq for cue in cues} == set(range(1, hub.made["cue"] + 1))
    late = [step for step, _ in steps if step.late]
    assert 1790 <= len(late) <= 1830
    assert not any(retain for _, retain in steps)
    metrics = [post for post, _ in said if post.topic.endswith("/metrics")]
    assert len(metrics) < 140, "old measurements are not sent"
    assert hub.overdue.stale > 1000
    assert hub.said[-1] == ""


async def test_only_what_the_brokers_readers_may_have_is_stored_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = FakeBroker()
    monkeypatch.setattr(mqtt, "open_client", lambda *_server, **_how: broker)
    broker.leave()
    hub = Hub(Server("gym", protocol=MQTT_5), tmp_path)
    near = threshold(ThresholdState.NEAR, Side.LEFT, SAFE)
    async with hub.publishing():
        await hub.bus.publish(Post("stridecue/ann/threshold", near))
    left = Spool(tmp_path, "ann", "gym:1883")
    ((_number, kept),) = left.peek(2)
    left.close()
    assert kept.message == for_others(near)


@pytest.mark.parametrize("look_s", [0.0, 2.5])
async def test_events_while_another_hub_has_the_name_are_never_published_under_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, look_s: float
) -> None:
    broker = FakeBroker()
    monkeypatch.setattr(mqtt, "open_client", lambda *_server, **_how: broker)

    async def taken(_sink: MqttSink, _own: Post) -> None:
        await asyncio.sleep(look_s)
        raise ExceptionGroup("", [mqtt.NameTakenError("another hub is already online")])

    monkeypatch.setattr(MqttSink, "_check_name", taken)
    hub = Hub(Server("gym", protocol=MQTT_5), tmp_path, shared=True)
    async with hub.publishing():
        await hub.run_for(30, pace_s=STEP_S)
    assert (broker.heard, hub.overdue.pending) == ([], 0)
    assert hub.posts.made == hub.accounted
    assert hub.said[-1].endswith(f"{hub.overdue.stale} messages for it are discarded")


async def test_events_are_stored_on_disk_while_the_name_cannot_be_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = FakeBroker()
    monkeypatch.setattr(mqtt, "open_client", lambda *_server, **_how: broker)
    broker.leave()
    hub = Hub(Server("gym", protocol=MQTT_5), tmp_path, shared=True)
    async with hub.publishing():
        await hub.run_for(30, pace_s=STEP_S)
        assert hub.overdue.pending >= 80
    assert hub.posts.made == hub.accounted


async def test_a_hub_that_was_killed_waits_for_its_own_name_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = FakeBroker()
    monkeypatch.setattr(mqtt, "open_client", lambda *_server, **_how: broker)
    left = [True]

    async def taken(_sink: MqttSink, _own: Post) -> None:
        if left:
            left.pop()
            raise mqtt.NameTakenError("another hub is already online")

    monkeypatch.setattr(MqttSink, "_check_name", taken)
    monkeypatch.setattr(FakeBroker, "subscribe", AsyncMock(), raising=False)
    hub = Hub(Server("gym", protocol=MQTT_5), tmp_path, shared=True)
    async with hub.publishing():
        await hub.run_for(30, pace_s=STEP_S)
    steps = [post.message.seq for post, _ in heard(broker) if isinstance(post.message, StepMessage)]
    assert steps == [*range(1, 91)]
    assert hub.posts.made == hub.accounted


async def test_a_run_that_ends_meanwhile_is_sent_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broker = FakeBroker()
    monkeypatch.setattr(mqtt, "open_client", lambda *_server, **_how: broker)
    broker.leave()
    first = Hub(Server("gym", protocol=MQTT_5), tmp_path)
    async with first.publishing():
        await first.run_for(30, pace_s=STEP_S)
    assert first.posts.made == first.accounted
    assert "the next run sends them" in first.said[-1]
    broker.there = True
    broker.messages = broker.stream()
    second = Hub(Server("gym", protocol=MQTT_5), tmp_path)
    async with second.publishing():
        await second.run_for(1, pace_s=STEP_S)
    steps = [post.message for post, _ in heard(broker) if isinstance(post.message, StepMessage)]
    assert [step.seq for step in steps] == [*range(1, 91), 1, 2, 3]
    assert all(step.late for step in steps[:90])
    assert not steps[-1].late
    sessions = [(post.message, retain) for post, retain in heard(broker) if isinstance(post.message, SessionMessage)]
    assert [retain for session, retain in sessions if session.late] == [False] * sum(each.late for each, _ in sessions)
    assert any(session.late for session, _ in sessions), "the start of the run is published"
    assert sessions[-1][1], "and the last value is a present one"


async def test_events_beyond_the_limit_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broker = FakeBroker()
    monkeypatch.setattr(mqtt, "open_client", lambda *_server, **_how: broker)
    broker.leave()
    hub = Hub(Server("gym", protocol=MQTT_5), tmp_path, limit=50)
    async with hub.publishing():
        await hub.run_for(60, pace_s=STEP_S)
    assert hub.overdue.pending == 50
    assert hub.overdue.dropped > 100
    assert hub.posts.made == hub.accounted


@pytest.mark.real_time
async def test_a_killed_mosquitto_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compressed: a minute of a run while it is gone, in a quarter of a second."""
    broker, port = mosquitto(), a_port()
    await broker.start(port)
    watched = asyncio.Event()
    watched.set()

    async def when_somebody_watches(server: Server) -> Server:
        await watched.wait()
        return await settled(server)

    monkeypatch.setattr(mqtt, "settled", when_somebody_watches)
    hub = Hub(Server("127.0.0.1", port), tmp_path)
    steps: list[StepMessage] = []

    async def watch() -> None:
        async for item in HubClient(hub.server, "ann").watch():
            if not isinstance(item, Received):
                if item.up:
                    watched.set()
            elif isinstance(item.message, StepMessage):
                steps.append(item.message)

    watcher = asyncio.create_task(watch(), name="watcher")
    try:
        async with asyncio.timeout(40), hub.publishing():
            await hub.sink.up.wait()
            await hub.run_for(20, pace_s=0.01)
            watched.clear()
            os.kill(broker.pid or 0, signal.SIGKILL)
            await hub.run_for(60, pace_s=0.002)
            await until(lambda: not hub.sink.up.is_set())
            await broker.start(port)
            await hub.sink.up.wait()
            await hub.run_for(20, pace_s=0.01)
            await until(lambda: len({step.seq for step in steps}) == hub.made["step"])
    finally:
        watcher.cancel()
        await asyncio.wait([watcher])
        await broker.stop()
    assert hub.posts.made == hub.accounted
    assert (hub.posts.dropped, hub.overdue.dropped, hub.overdue.pending) == (0, 0, 0)
    assert in_order([step.seq for step in steps])
    assert sum(step.late for step in steps) > 100
