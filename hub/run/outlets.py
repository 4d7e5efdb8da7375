"""A run on its brokers: publish, take orders, announce to Home Assistant; pain stays on the loopback broker."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count

import msgspec

from hub.broker.beyond import USER, BeyondBroker
from hub.broker.dropped import DroppedMessages
from hub.broker.loopback import LoopbackBroker
from hub.broker.serving import BrokerError
from hub.flow.bus import Bus, Policy
from hub.flow.notices import Notices
from hub.homeassistant.announcer import Announcer
from hub.link.connection import Server
from hub.link.up import Up
from hub.messages.delivery import for_others, may_leave
from hub.messages.incoming import Who
from hub.messages.topics import Topics
from hub.messages.wire import Message, Post, SessionMessage
from hub.orders.obey import Obey
from hub.orders.order_desk import OrderDesk
from hub.orders.repeats import Repeats
from hub.run.background import BackgroundTasks
from hub.run.screen import Screen
from hub.settings.folders import program
from hub.sinks import mqtt
from hub.sinks.mqtt import MqttSink
from hub.sinks.overdue import Overdue
from hub.telemetry.posts import Telemetry

_LOG = logging.getLogger("stridecue.runtime")


@dataclass(frozen=True, slots=True)
class Beyond:
    """The brokers that others read too.

    listen         the hub's own broker for watchers on other machines
    external       a broker that is not the hub's
    homeassistant  whether to announce the runner to Home Assistant on the external broker
    overdue        stores events while the external broker is unreachable
    """

    listen: BeyondBroker | None = None
    external: Server | None = None
    homeassistant: bool = False
    overdue: Overdue | None = None

    @property
    def is_any(self) -> bool:
        """Whether there is any broker that others read."""
        return self.listen is not None or self.external is not None

    @property
    def ports(self) -> frozenset[int]:
        """Their ports on this machine, which the loopback broker must leave free even if they do not serve yet."""
        listen = () if self.listen is None else (self.listen.port,)
        external = () if self.external is None or not self.external.is_here else (self.external.port,)
        return frozenset((*listen, *external))


class Outlets:
    """The brokers of one run.

    screen  gets lines with their addresses, and shows the dashboard, which reads the loopback broker
    """

    def __init__(
        self,
        runner: str,
        posts: Bus[Post],
        telemetry: Telemetry,
        notices: Notices,
        obey: Obey,
        *,
        now_ns: Callable[[], int],
        background: BackgroundTasks,
        screen: Screen,
    ) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self.dropped: DroppedMessages | None = None
        self._runner = runner
        self._posts = posts
        self._telemetry = telemetry
        self._notices = notices
        self._obey = obey
        self._now_ns = now_ns
        self._background = background
        self._screen = screen
        self._closed = False
        self._closing: list[Callable[[], None]] = []
        self._replies: defaultdict[Server, Iterator[int]] = defaultdict(lambda: count(1))  # numbered per broker

    async def open_own(
        self, broker: LoopbackBroker, first_port: int, *, leave: Collection[int] = (), dashboard: bool
    ) -> None:
        """Start the loopback broker (a failure becomes a notice), publish everything there, and show the dashboard.

        leave  ports reserved for other brokers of this run, so that a command sent to one is not received twice
        """
        try:
            server = await broker.start(first_port, leave=leave)
        except BrokerError as error:
            self._notices.put("broker", f"no MQTT and no dashboard in this run: {error}")
            return
        # Printed before the scan for sensors, so that something is on screen at once.
        taken = "is reserved for mqtt.listen or mqtt.url" if first_port in leave else "is busy"
        watched = f"to watch it: {program()} watch --port {server.port}"
        moved = f" (port {first_port} {taken}; {watched})" if server.port != first_port else ""
        self._screen.say(f"MQTT on {server}, topics {Topics(self._runner).root}/#, by {broker.kind}{moved}")
        self._tasks.append(self._background.start("broker", broker.watch()))
        self._take_orders("orders", server, "runner")
        if dashboard:
            try:
                await self._screen.open(server.port, self._runner)
            except (OSError, ValueError, RuntimeError) as error:  # what starting a process raises
                _LOG.exception("the dashboard could not be started")
                self._notices.put("dashboard", f"the dashboard could not be started: {error}")
            else:
                self._tasks.append(self._background.start("dashboard", self._screen.watch()))
        self._publish("loopback", server)
        self.dropped = DroppedMessages(server, self._notices.about("dropped"), is_own=broker.is_own)
        self._closing.append(self.dropped.close)
        self._tasks.append(self._background.start("dropped", self.dropped.run()))

    async def open_beyond(self, beyond: Beyond) -> None:
        """Connect to the brokers that others read too; nothing that reveals pain goes there."""
        if beyond.listen is not None:
            await self._listen(beyond.listen)
        if beyond.external is None:
            return
        up = self._publish("external", beyond.external, others_read=True, shared=True, overdue=beyond.overdue)
        # Another hub may use this runner's name there: then neither its commands nor its announcement are ours.
        repeats = Repeats()
        self._while_up(up, "orders external", partial(self._desk, beyond.external, "coach", repeats))
        if beyond.homeassistant:
            announcer = partial(Announcer, beyond.external, self._runner, self._telemetry.placements)
            self._while_up(up, "home assistant", announcer)

    def close(self) -> None:
        """Stop the tasks; the sinks end with their bus. From now on, a lost broker is no longer reported."""
        self._closed = True
        for close in self._closing:
            close()
        for task in self._tasks:
            task.cancel()

    async def _listen(self, broker: BeyondBroker) -> None:
        try:
            server = await broker.start()
        except BrokerError as error:
            self._notices.put("listen", f"nobody on another machine can watch: {error}")
            return
        self._screen.say(
            f"MQTT for others on {broker.host}:{broker.port}, user {USER}, password in {broker.password.file}"
        )
        self._tasks.append(self._background.start("listen", broker.watch()))
        self._publish("listen", server, others_read=True)
        self._take_orders("orders listen", server, "coach")

    def _take_orders(self, name: str, server: Server, by: Who) -> None:
        """Obey the orders sent to a broker, as sent `by` unless a message says otherwise."""
        desk = self._desk(server, by, Repeats())
        self._closing.append(desk.close)
        self._tasks.append(self._background.start(name, desk.run()))

    def _desk(self, server: Server, by: Who, repeats: Repeats) -> OrderDesk:
        return OrderDesk(
            server,
            self._runner,
            carry_out=partial(self._obey, by=by),
            answer=lambda answer: self._telemetry.reply(answer, self._now_ns(), next(self._replies[server])),
            private=None if by == "runner" else lambda answer: self._telemetry.reply(answer, self._now_ns(), 0),
            repeats=repeats,
        )

    def _while_up(self, up: Up, name: str, make: Callable[[], OrderDesk | Announcer]) -> None:
        self._tasks.append(self._background.start(name, up.while_set(name, make)))

    def _publish(
        self,
        name: str,
        server: Server,
        *,
        others_read: bool = False,
        shared: bool = False,
        overdue: Overdue | None = None,
    ) -> Up:
        """Start publishing to a broker; return whether it is up, as a state to wait for."""
        wanted: Callable[[Post], bool] = may_leave if others_read else lambda _post: True
        visible = partial(as_others_read, self._notices) if others_read else _as_it_is
        posts = self._posts.subscribe(name, Policy.DROP_OLDEST, mqtt.CAPACITY, wanted=wanted)
        notice = self._notices.about(f"{name} broker", f"the {name} broker is reached again")
        sink = MqttSink(
            name,
            server,
            posts,
            status=lambda presence, number: self._telemetry.status(presence, self._now_ns(), number),
            hello=lambda: self._telemetry.hello(self._now_ns(), again=True),
            # What waits on disk for a shared broker is reported at the end too.
            notice=notice if shared else lambda text: None if self._closed else notice(text),
            shared=shared,
            overdue=overdue,
            visible=visible,
        )
        self._background.start_sink(f"mqtt {name}", sink.run(), posts)
        return sink.up


def as_others_read(notices: Notices, message: Message) -> Message | None:
    """Return a message as others may read it; None: not at all."""
    public = for_others(message)
    if isinstance(public, SessionMessage):
        return msgspec.structs.replace(public, notice=None if public.late else notices.for_others)
    return public


def _as_it_is(message: Message) -> Message | None:
    return message
