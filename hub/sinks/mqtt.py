"""Publishes posts on one broker: reconnects with backoff, keeps order, announces itself, leaves a last will."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable

import aiomqtt

from hub.bus import Subscription
from hub.connection import Server, backoff_s, open_client
from hub.wire import (
    DELIVERY,
    AttitudeMessage,
    CommandMessage,
    PainMessage,
    Post,
    Presence,
    StatusMessage,
    WireError,
    decode,
    encode,
)

CAPACITY = 1000
"""Posts kept for a broker that is away: about two minutes of a run, then the oldest go and are counted."""
RETAINED_WAIT_S = 0.3
"""A broker hands over a retained message right after the subscription."""
COLLISION_RETRY_S = 15.0
"""Longer than a broker needs to notice a dead hub (1.5 keep-alives) and publish its will."""

_LOG = logging.getLogger("stridecue.mqtt_sink")


def may_leave(post: Post) -> bool:
    """Whether a post may go to a broker that others read too."""
    return not isinstance(post.message, AttitudeMessage | PainMessage | CommandMessage)


class MqttSink:
    """Reads posts from `subscription` and publishes them on `server`.

    status  makes the `online` or `offline` post of this hub; `offline` is also the last will
    hello   makes the posts that a broker must get again after every connect (retained state)
    notice  is told, in words for the runner, when this broker cannot be used and when it can again (empty text)
    """

    def __init__(
        self,
        name: str,
        server: Server,
        subscription: Subscription[Post],
        *,
        status: Callable[[Presence], Post],
        hello: Callable[[], list[Post]],
        notice: Callable[[str], None],
        shared: bool,
    ) -> None:
        self.name = name
        self.published = 0
        self.up = asyncio.Event()  # set while a broker takes what is posted
        self._server = server
        self._subscription = subscription
        self._status = status
        self._hello = hello
        self._notice = notice
        self._shared = shared
        self._backlog: deque[Post] = deque()
        self._finished = False
        self._waits = backoff_s()

    async def run(self) -> None:
        """Publish until the bus has closed and all is sent, or no broker takes it any more."""
        while True:
            wait_s = COLLISION_RETRY_S
            try:
                other = await self._session()
                if other is not None:
                    self._notice(other)
            except aiomqtt.MqttError as error:
                wait_s = next(self._waits)
                self._notice(f"the {self.name} broker {self._server} cannot be reached ({error}): trying again")
                _LOG.warning("%s broker %s: %s; next attempt in %.2g s", self.name, self._server, error, wait_s)
            self.up.clear()
            if self._finished or await self._closed_within(wait_s):
                return

    async def _session(self) -> str | None:
        """Publish over one connection; returns the reason when another hub has this runner's name."""
        will = self._status("offline")
        async with open_client(
            self._server, will=aiomqtt.Will(will.topic, encode(will.message), qos=1, retain=True)
        ) as client:
            if self._shared and (other := await self._other_hub(client, will)) is not None:
                return other
            await self._publish(client, self._status("online"))
            for post in self._hello():
                await self._publish(client, post)
            self.up.set()
            self._waits = backoff_s()
            self._notice("")
            await self._send_backlog(client)
            async for batch in self._subscription.batches():
                self._backlog.extend(batch)
                await self._send_backlog(client)
            self._finished = True
            await self._publish(client, self._status("offline"))
        return None

    async def _send_backlog(self, client: aiomqtt.Client) -> None:
        while self._backlog:
            await self._publish(client, self._backlog[0])
            self._backlog.popleft()  # only now: what failed is sent again after the reconnect

    async def _publish(self, client: aiomqtt.Client, post: Post) -> None:
        qos, retain = DELIVERY[type(post.message)]
        await client.publish(post.topic, encode(post.message), qos=qos, retain=retain)
        self.published += 1

    async def _other_hub(self, client: aiomqtt.Client, own: Post) -> str | None:
        assert isinstance(own.message, StatusMessage)
        await client.subscribe(own.topic, qos=1)
        try:
            async with asyncio.timeout(RETAINED_WAIT_S):
                async for raw in client.messages:
                    status = _read_status(raw)
                    if status and status.state == "online" and status.instance != own.message.instance:
                        return (
                            f"another hub is already online as {own.topic.rpartition('/')[0]} on {self._server}: "
                            "nothing is published there; choose another runner.name, or stop the other hub"
                        )
        except TimeoutError:
            pass
        await client.unsubscribe(own.topic)
        return None

    async def _closed_within(self, wait_s: float) -> bool:
        """Wait for the next attempt, but not when the bus has closed: then the posts left are lost."""
        try:
            async with asyncio.timeout(wait_s):
                await self._subscription.closed.wait()
        except TimeoutError:
            return False
        return True


def _read_status(raw: aiomqtt.Message) -> StatusMessage | None:
    try:
        message = decode(str(raw.topic), bytes(raw.payload))
    except (WireError, TypeError):
        return None
    return message if isinstance(message, StatusMessage) else None
