"""Publishing posts on one broker: reconnects with backoff, keeps the order, publishes its status and a Last Will.

While a broker is unreachable, messages that must not be lost wait in `overdue`. On a broker that others use too
(`shared`) another hub may already use the runner's name: that is checked over a connection without a will before
anything is published, and the name is defended afterwards.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice

import aiomqtt

from dsp.texts import counted
from hub.flow.bus import Subscription
from hub.link.connection import MQTT_5, Server, backoff_s, open_client, plain_reason, publish_properties, settled
from hub.link.outage import Outage
from hub.link.up import Up
from hub.messages.delivery import delivery
from hub.messages.topics import WireError
from hub.messages.wire import Message, Post, Presence, StatusMessage, decode, encode
from hub.sinks.overdue import KEEP_EVERY_S, Overdue

CAPACITY = 1000
"""Posts in memory for an unreachable broker: about two minutes of a run; then the oldest are dropped and counted."""
WINDOW = 16
"""Messages in flight at a time: with a 300 ms round trip, ten minutes of steps catch up in under a minute."""
RETAINED_WAIT_S = 0.5
"""A broker delivers a retained message right after the subscription, a bridged or remote one a little later."""
COLLISION_RETRY_S = 15.0
"""Longer than a broker needs to detect a dead hub (1.5 keep-alives) and publish its will."""
SETTLE_S = 5.0
"""Two hubs that both found the name free started within this time; the one with the smaller instance keeps it."""
REASSERT_S = 0.5
"""`online` is republished this long after another program wrote our status, so that two hubs never race."""

_LOG = logging.getLogger("stridecue.mqtt_sink")


class NameTakenError(Exception):
    """Another hub publishes as this runner on that broker."""


class MqttSink:
    """Reads posts from `subscription` and publishes them on `server`.

    status   creates the `online` or `offline` post of this hub with a sequence number; `offline` is also the Last Will
    hello    creates the posts that a broker needs again after every connect (retained state)
    notice   called with a text for the runner when this broker cannot be used, and with an empty one when it can again
    shared   others use this broker too, so the runner's name may be taken
    overdue  stores what must not be lost while this broker is unreachable; None: posts wait in memory only
    visible  returns a message as this broker's readers may have it, None: not at all

    Each post from the subscription is delivered, counted as stale or dropped by `overdue`, or still waiting.
    """

    def __init__(
        self,
        name: str,
        server: Server,
        subscription: Subscription[Post],
        *,
        status: Callable[[Presence, int], Post],
        hello: Callable[[], list[Post]],
        notice: Callable[[str], None],
        shared: bool,
        overdue: Overdue | None = None,
        visible: Callable[[Message], Message | None] = lambda message: message,
    ) -> None:
        self.name = name
        self.published = 0
        self.delivered = 0  # posts of the subscription that the broker has acknowledged
        self.up = Up()  # set while a broker accepts posts
        self._server = server
        self._subscription = subscription
        self._status = status
        self._hello = hello
        self._notice = notice
        self._shared = shared
        self._overdue = overdue
        self._visible = visible
        self._turn = asyncio.Lock()  # guards taking from the subscription while the connection changes
        self._backlog: deque[Post] = deque()
        self._finished = False
        self._is_unchecked = shared  # whether the name is taken is not known yet
        self._refused = False  # another hub had the name at the last check
        self._statuses = 0  # statuses published on this broker, including its publication of the will
        self._waits = backoff_s()
        self._outage = Outage(
            lambda reason: _LOG.warning("%s broker %s: %s", name, self._server, reason),
            lambda: _LOG.warning("%s broker %s: connected again", name, self._server),
        )

    async def run(self) -> None:
        """Publish until the bus has closed and everything is sent, or the broker is unreachable by then."""
        if self._overdue is None:
            await self._deliver()
            return
        try:
            await self._overdue.look()
            async with asyncio.TaskGroup() as group:
                keeper = group.create_task(self._keep_while_away(self._overdue), name=f"mqtt {self.name} keeper")
                await self._deliver()
                keeper.cancel()
        finally:
            left = [*self._backlog, *self._subscription.take()]
            if not self._may_keep:  # it would be published under the other hub's name
                self._overdue.discard(len(left))
                if self._refused:
                    self._notice(
                        f"another hub has this runner's name on the {self.name} broker {self._server}: "
                        f"{len(left)} messages for it are discarded"
                    )
            else:
                await self._keep(self._overdue, left)
            if self._overdue.pending:
                self._notice(
                    f"{self._overdue.pending} messages for the {self.name} broker {self._server} are stored; "
                    "the next run sends them"
                )
            self._overdue.close()

    async def _deliver(self) -> None:
        while True:
            wait_s = COLLISION_RETRY_S
            try:
                await self._session()
            except* NameTakenError as taken:
                self._refused = True
                self._notice(_first_reason(taken))
            except* aiomqtt.MqttError as errors:
                wait_s, reason = next(self._waits), _first_reason(errors)
                self._notice(
                    f"the {self.name} broker {self._server} cannot be reached ({reason}): trying again{self._waiting()}"
                )
                self._outage.because(reason)
            self._is_unchecked = False  # while the broker is unreachable, posts go to disk without the check
            await self._gone()
            if self._finished or await self._closed_within(wait_s):
                return

    async def _gone(self) -> None:
        async with self._turn:
            if self.up.is_set() and not self._finished:
                self._statuses += 1  # the will
            self.up.clear()
            if self._overdue is not None and self._may_keep:
                unsent, self._backlog = self._backlog, deque()
                await self._keep(self._overdue, unsent)

    async def _keep_while_away(self, overdue: Overdue) -> None:
        """Once a second, without end, write to disk what arrived while the broker is unreachable."""
        while True:
            await asyncio.sleep(KEEP_EVERY_S)
            async with self._turn:
                if self._may_keep and not self.up.is_set():
                    await self._keep(overdue, self._subscription.take())

    @property
    def _may_keep(self) -> bool:
        """Whether waiting posts go to disk; while another hub may have the name they stay in memory.

        That hub may be this runner's own, just killed, whose will has not been published yet.
        """
        return not (self._refused or self._is_unchecked)

    async def _keep(self, overdue: Overdue, posts: Iterable[Post], *, streams: bool = False) -> list[Post]:
        """Store only what this broker's readers may have, as it may stay on disk for long."""
        shown = [(post.topic, self._visible(post.message)) for post in posts]
        return await overdue.keep([Post(topic, each) for topic, each in shown if each is not None], streams=streams)

    def _waiting(self) -> str:
        pending = self._overdue.pending if self._overdue is not None else 0
        return f"; {counted(pending, 'event')} (steps, cues and others) stored for it" if pending else ""

    async def _session(self) -> None:
        """Publish over one connection; raises MqttError, and NameTakenError when another hub has this name."""
        will = self._status("offline", self._statuses + 2)
        self._server = await settled(self._server)
        if self._shared:
            await self._check_name(will)
            self._is_unchecked = False
        async with open_client(
            self._server, will=aiomqtt.Will(will.topic, encode(will.message), qos=1, retain=True)
        ) as client:
            await self._publish_status(client, "online")
            if self._shared:
                await client.subscribe(will.topic, qos=1)
            for post in self._hello():
                await self._publish(client, post)
            async with self._turn:
                self._refused = False
                self.up.set()
            self._waits = backoff_s()
            self._outage.over()
            self._notice("")
            async with asyncio.TaskGroup() as group:
                keeper = group.create_task(self._keep_name(client, will), name=f"mqtt {self.name} name")
                await self._publish_all(client)
                keeper.cancel()

    async def _publish_all(self, client: aiomqtt.Client) -> None:
        if self._overdue is not None:
            await self._send_overdue(client, self._overdue)
        await self._send_backlog(client)
        async for batch in self._subscription.batches():
            self._backlog.extend(batch)
            await self._send_backlog(client)
        self._finished = True
        await self._publish_status(client, "offline")

    async def _send_overdue(self, client: aiomqtt.Client, overdue: Overdue) -> None:
        """Send what waits on disk; new events are queued behind it, streams are sent as they arrive."""
        if not overdue.pending:
            return
        _LOG.info("%s broker %s: sending %d messages late", self.name, self._server, overdue.pending)
        while late := await overdue.next():
            for start in range(0, len(late), WINDOW):
                window = late[start : start + WINDOW]
                async with asyncio.TaskGroup() as group:
                    for number, post in window:
                        group.create_task(self._publish(client, post), name=f"late {number}")
                await overdue.delivered(window[-1][0])
                self.delivered += len(window)
            self._backlog.extend(await self._keep(overdue, self._subscription.take(), streams=True))
            await self._send_backlog(client)
        for post in self._hello():  # so that the last messages describe the present again
            await self._publish(client, post)

    async def _send_backlog(self, client: aiomqtt.Client) -> None:
        """Send in order; a post leaves the backlog only once the broker has it, so that a failed one is sent again."""
        while self._backlog:
            sent: list[Post] = []
            window = list(islice(self._backlog, WINDOW))
            try:
                async with asyncio.TaskGroup() as group:
                    for post in window:
                        group.create_task(self._publish(client, post, sent), name=post.topic)
            finally:
                taken = {id(post) for post in sent}
                rest = islice(self._backlog, len(window), None)
                self._backlog = deque([*(post for post in window if id(post) not in taken), *rest])
                self.delivered += len(sent)

    async def _publish_status(self, client: aiomqtt.Client, presence: Presence) -> None:
        self._statuses += 1
        await self._publish(client, self._status(presence, self._statuses))

    async def _publish(self, client: aiomqtt.Client, post: Post, sent: list[Post] | None = None) -> None:
        shown = self._visible(post.message)
        if shown is not None:
            how, payload = delivery(shown), encode(shown)
            properties = publish_properties(how.expiry_s) if self._server.protocol is MQTT_5 else None
            await client.publish(post.topic, payload, qos=how.qos, retain=how.retain, properties=properties)
            self.published += 1
        if sent is not None:
            sent.append(post)
            if self._overdue is not None:
                self._overdue.sees(post)

    async def _check_name(self, own: Post) -> None:
        """Raise NameTakenError if another hub is online as this runner; leaves no trace on the broker."""
        async with open_client(self._server) as client:
            await client.subscribe(own.topic, qos=1)
            # A plain sleep: a cancelled wait for a message could swallow the very message.
            await asyncio.sleep(RETAINED_WAIT_S)
            # On a busy loop the time may be over before the message is read. Whatever the broker sent for the first
            # subscription arrives before its acknowledgement of a second one.
            await client.subscribe(own.topic, qos=1)
            while len(client.messages):
                self._refuse_other(await anext(client.messages), own)

    async def _keep_name(self, client: aiomqtt.Client, own: Post) -> None:
        """Republish `online` whenever another program writes our status; yield to a hub that started with us."""
        loop = asyncio.get_running_loop()
        settled_s = loop.time() + SETTLE_S
        async for raw in client.messages:
            status = _read_status(raw)
            if status is not None and status.instance == _instance(own):
                continue
            if status is not None and status.instance < _instance(own) and loop.time() < settled_s:
                self._refuse_other(raw, own)
            await asyncio.sleep(REASSERT_S)
            while len(client.messages):
                await anext(client.messages)
            _LOG.warning("%s: another program wrote %s; publishing online again", self.name, own.topic)
            await self._publish_status(client, "online")

    def _refuse_other(self, raw: aiomqtt.Message, own: Post) -> None:
        status = _read_status(raw)
        if status is not None and status.state == "online" and status.instance != _instance(own):
            raise NameTakenError(
                f"another hub is already online as {own.topic.rpartition('/')[0]} on {self._server}: "
                "nothing is published there; choose another runner.name, or stop the other hub"
            )

    async def _closed_within(self, wait_s: float) -> bool:
        """Wait for the next attempt; True when the bus closes, so that no further attempt is made."""
        try:
            async with asyncio.timeout(wait_s):
                await self._subscription.closed.wait()
        except TimeoutError:
            return False
        return True


def _instance(own: Post) -> str:
    assert isinstance(own.message, StatusMessage)
    return own.message.instance


def _first_reason(errors: BaseExceptionGroup[BaseException]) -> str:
    first = errors.exceptions[0]
    return _first_reason(first) if isinstance(first, BaseExceptionGroup) else plain_reason(first)


def _read_status(raw: aiomqtt.Message) -> StatusMessage | None:
    try:
        message = decode(str(raw.topic), bytes(raw.payload))
    except (WireError, TypeError):
        return None
    return message if isinstance(message, StatusMessage) else None
