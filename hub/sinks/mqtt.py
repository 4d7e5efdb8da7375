"""Publishes posts on one broker: reconnects with backoff, keeps order, announces itself, leaves a last will.

While a broker is away, what must not be lost waits in `overdue`. On a broker that others use too (`shared`) the
runner's name may be taken: that is looked up over a connection without a will before anything is published, and the
name is held on to afterwards.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice

import aiomqtt

from hub.flow.bus import Subscription
from hub.link.connection import MQTT_5, Server, backoff_s, open_client, plain_reason, publish_properties, settled
from hub.link.outage import Outage
from hub.link.up import Up
from hub.messages.delivery import delivery
from hub.messages.topics import WireError
from hub.messages.wire import Message, Post, Presence, StatusMessage, decode, encode
from hub.sinks.overdue import KEEP_EVERY_S, Overdue

CAPACITY = 1000
"""Posts in memory for a broker that is away: about two minutes of a run, then the oldest go and are counted."""
WINDOW = 16
"""Messages on their way at a time: at 300 ms there and back, ten minutes of steps catch up in under a minute."""
RETAINED_WAIT_S = 0.5
"""A broker hands over a retained message right after the subscription; a bridged or far one a little later."""
COLLISION_RETRY_S = 15.0
"""Longer than a broker needs to notice a dead hub (1.5 keep-alives) and publish its will."""
SETTLE_S = 5.0
"""Two hubs that both found the name free started within this time: the one with the smaller instance keeps it."""
REASSERT_S = 0.5
"""Our `online` is put back this long after somebody else's status, so that two hubs never race each other."""

_LOG = logging.getLogger("stridecue.mqtt_sink")


class _NameTakenError(Exception):
    """Another hub publishes as this runner on that broker."""


class MqttSink:
    """Reads posts from `subscription` and publishes them on `server`.

    status  makes the `online` or `offline` post of this hub, with its number; `offline` is also the last will
    hello   makes the posts that a broker must get again after every connect (retained state)
    notice  is told, in words for the runner, when this broker cannot be used and when it can again (empty text)
    overdue  keeps what must not be lost while this broker is away; None: what is in memory is all that waits
    as_told  gives a message as this broker's readers may have it, None: not at all

    Of the posts that the subscription gave, each is delivered, counted as stale or dropped by `overdue`, or waits.
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
        as_told: Callable[[Message], Message | None] = lambda message: message,
    ) -> None:
        self.name = name
        self.published = 0
        self.delivered = 0  # of the subscription's posts: the broker has taken them
        self.up = Up()  # set while a broker takes what is posted
        self._server = server
        self._subscription = subscription
        self._status = status
        self._hello = hello
        self._notice = notice
        self._shared = shared
        self._overdue = overdue
        self._as_told = as_told
        self._turn = asyncio.Lock()  # held by who takes from the subscription while the broker comes or goes
        self._backlog: deque[Post] = deque()
        self._finished = False
        self._is_unasked = shared  # nobody knows yet whose name it is: the first look has not ended
        self._refused = False  # another hub had the name when it was last looked for
        self._statuses = 0  # that this broker has told its readers, those of its own accord too
        self._waits = backoff_s()
        self._outage = Outage(
            lambda said: _LOG.warning("%s broker %s: %s", name, self._server, said),
            lambda: _LOG.warning("%s broker %s: connected again", name, self._server),
        )

    async def run(self) -> None:
        """Publish until the bus has closed and all is sent, or no broker takes it any more."""
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
            if not self._may_keep:  # it would come out under the other hub's name
                self._overdue.let_go(len(left))
                if self._refused:
                    self._notice(
                        f"another hub has this runner's name on the {self.name} broker {self._server}: "
                        f"{len(left)} messages for it are let go"
                    )
            else:
                await self._keep(self._overdue, left)
            if self._overdue.pending:
                self._notice(
                    f"{self._overdue.pending} messages for the {self.name} broker {self._server} are kept; "
                    "the next run sends them"
                )
            self._overdue.close()

    async def _deliver(self) -> None:
        while True:
            wait_s = COLLISION_RETRY_S
            try:
                await self._session()
            except* _NameTakenError as taken:
                self._refused = True
                self._notice(_first_words(taken))
            except* aiomqtt.MqttError as errors:
                wait_s, said = next(self._waits), _first_words(errors)
                self._notice(
                    f"the {self.name} broker {self._server} cannot be reached ({said}): trying again{self._waiting()}"
                )
                self._outage.because(said)
            self._is_unasked = False  # a broker that cannot be asked keeps nobody waiting: what is missed goes to disk
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
        """For ever: once a second, what came in while the broker is away goes to disk."""
        while True:
            await asyncio.sleep(KEEP_EVERY_S)
            async with self._turn:
                if self._may_keep and not self.up.is_set():
                    await self._keep(overdue, self._subscription.take())

    @property
    def _may_keep(self) -> bool:
        """Whether what waits goes to disk; for a name that another hub may have it stays in memory.

        That hub may be ourselves, killed just now.
        """
        return not (self._refused or self._is_unasked)

    async def _keep(self, overdue: Overdue, posts: Iterable[Post], *, streams: bool = False) -> list[Post]:
        """Put on disk what this broker's readers may have, and nothing else: it may lie there for long."""
        told = [(post.topic, self._as_told(post.message)) for post in posts]
        return await overdue.keep([Post(topic, each) for topic, each in told if each is not None], streams=streams)

    def _waiting(self) -> str:
        pending = self._overdue.pending if self._overdue is not None else 0
        return f", {pending} steps, cues and other events are kept for it" if pending else ""

    async def _session(self) -> None:
        """Publish over one connection; raises MqttError, and _NameTakenError when another hub has this name."""
        will = self._status("offline", self._statuses + 2)
        self._server = await settled(self._server)
        if self._shared:
            await self._check_name(will)
            self._is_unasked = False
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
        """Send what waits on disk; what happens meanwhile goes behind it, and streams go out as they come."""
        if not overdue.pending:
            return
        _LOG.info("%s broker %s: %d messages go out late", self.name, self._server, overdue.pending)
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
        for post in self._hello():  # what went out last is the present again
            await self._publish(client, post)

    async def _send_backlog(self, client: aiomqtt.Client) -> None:
        """Send in order; a post leaves the backlog only when the broker has taken it, so what failed goes again."""
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
        told = self._as_told(post.message)
        if told is not None:
            how, payload = delivery(told), encode(told)
            properties = publish_properties(how.expiry_s) if self._server.protocol is MQTT_5 else None
            await client.publish(post.topic, payload, qos=how.qos, retain=how.retain, properties=properties)
            self.published += 1
        if sent is not None:
            sent.append(post)
            if self._overdue is not None:
                self._overdue.sees(post)

    async def _check_name(self, own: Post) -> None:
        """Raise _NameTakenError while another hub is online as this runner; leaves no trace on the broker."""
        async with open_client(self._server) as client:
            await client.subscribe(own.topic, qos=1)
            await asyncio.sleep(
                RETAINED_WAIT_S
            )  # not a wait for a message: cancelled, it could swallow the one it is to see
            # A busy loop may have seen the time run out before it saw the message. What the broker sent for the first
            # subscription is here before its answer to a second one.
            await client.subscribe(own.topic, qos=1)
            while len(client.messages):
                self._refuse_other(await anext(client.messages), own)

    async def _keep_name(self, client: aiomqtt.Client, own: Post) -> None:
        """Put `online` back whenever somebody else writes our status; yield to a hub that started with us."""
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
            _LOG.warning("%s: somebody else wrote %s; online again", self.name, own.topic)
            await self._publish_status(client, "online")

    def _refuse_other(self, raw: aiomqtt.Message, own: Post) -> None:
        status = _read_status(raw)
        if status is not None and status.state == "online" and status.instance != _instance(own):
            raise _NameTakenError(
                f"another hub is already online as {own.topic.rpartition('/')[0]} on {self._server}: "
                "nothing is published there; choose another runner.name, or stop the other hub"
            )

    async def _closed_within(self, wait_s: float) -> bool:
        """Wait for the next attempt, but not when the bus has closed: then the posts left are lost."""
        try:
            async with asyncio.timeout(wait_s):
                await self._subscription.closed.wait()
        except TimeoutError:
            return False
        return True


def _instance(own: Post) -> str:
    assert isinstance(own.message, StatusMessage)
    return own.message.instance


def _first_words(errors: BaseExceptionGroup[BaseException]) -> str:
    first = errors.exceptions[0]
    return _first_words(first) if isinstance(first, BaseExceptionGroup) else plain_reason(first)


def _read_status(raw: aiomqtt.Message) -> StatusMessage | None:
    try:
        message = decode(str(raw.topic), bytes(raw.payload))
    except (WireError, TypeError):
        return None
    return message if isinstance(message, StatusMessage) else None
