"""How we connect to a broker: one place for the options that were measured to matter."""

from __future__ import annotations

import ipaddress
import logging
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

TIMEOUT_S = 5.0
"""A frozen broker surfaces as an error after this long, not after aiomqtt's 10 s."""
KEEPALIVE_S = 10
QUEUED_INCOMING = 2000
"""Messages that wait for a busy reader; the library drops the newest beyond, so a reader keeps up or sees gaps."""

MQTT_5 = aiomqtt.ProtocolVersion.V5
MQTT_3 = aiomqtt.ProtocolVersion.V311
_UNSUPPORTED_PROTOCOL = 132  # MQTT 5, 2.4: reason code of a refused CONNECT

_CODE = re.compile(r"^\[[^\]]*\]\s*")
_QUIET = logging.getLogger("stridecue.mqtt")
_QUIET.setLevel(logging.ERROR)  # paho warns once per dropped message


@dataclass(frozen=True, slots=True)
class Server:
    """A broker: where it is and who we are there.

    path      of the websocket (`ws`, `wss`); None: plain TCP
    ca_file   certificates to trust with `tls`; None: the system's
    protocol  MQTT 5 or 3.1.1; None: not known yet, see `settled`
    """

    host: str = "127.0.0.1"
    port: int = 1883
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    path: str | None = None
    ca_file: str | None = None
    protocol: aiomqtt.ProtocolVersion | None = None

    @property
    def is_here(self) -> bool:
        """Whether it is on loopback, by name or number."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def open_client(
    server: Server,
    *,
    identifier: str | None = None,
    will: aiomqtt.Will | None = None,
) -> aiomqtt.Client:
    """Make a client for one `async with`; needs a running loop. TCP_NODELAY: p99 3.7 ms became 0.9 ms (measured).

    MQTT 3.1.1 while the server's protocol is not known: every broker speaks that.
    """
    return aiomqtt.Client(
        server.host,
        server.port,
        username=server.user,
        password=server.password,
        identifier=identifier,
        will=will,
        keepalive=KEEPALIVE_S,
        timeout=TIMEOUT_S,
        protocol=server.protocol or MQTT_3,
        tls_context=ssl.create_default_context(cafile=server.ca_file) if server.tls else None,
        max_queued_incoming_messages=QUEUED_INCOMING,
        socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        logger=_QUIET,
        transport="tcp" if server.path is None else "websockets",
        websocket_path=server.path,
    )


async def settled(server: Server) -> Server:
    """Give the server with the newest protocol it speaks, found by connecting; raises MqttError when neither works.

    A 3.1.1 broker answers an MQTT 5 CONNECT with silence, an unreadable refusal or a closed connection; only what
    cannot have to do with the version (no such host, wrong password) is final.
    """
    if server.protocol is not None:
        return server
    newest = replace(server, protocol=MQTT_5)
    try:
        async with open_client(newest):
            return newest
    except aiomqtt.MqttCodeError as refused:
        if _code(refused) not in {1, _UNSUPPORTED_PROTOCOL}:
            raise
    except aiomqtt.MqttError as error:
        if isinstance(error.__context__, OSError):  # no such host, nobody there, a certificate that is not trusted
            raise
        _QUIET.info("%s: MQTT 5 did not work (%s); trying 3.1.1", server, error)
    older = replace(server, protocol=MQTT_3)
    async with open_client(older):
        return older


NOTHING_HERE = "nothing is running on this machine: start `stridecue run` or `stridecue demo`"
"""What to do where no broker answers on loopback."""

_KNOWN = ((ConnectionRefusedError, "nothing answers there"), (socket.gaierror, "no machine of that name is known"))
_SILENT = "no answer in time"
_WHO = "user or password is missing or wrong"
_OF_LIBRARIES = {
    "message iteration": "the broker closed the connection",
    "connection was lost": "the broker closed the connection",
    "not currently connected": "there is no connection now",
    "timed out": _SILENT,
    "not authori": _WHO,
    "bad user name or password": _WHO,
}
"""Parts of what aiomqtt and paho say where nothing lies behind it, in small letters, in our words."""


def plain_reason(error: BaseException) -> str:
    """Say in plain words why there is no connection: no numbers of errors, no names of exceptions."""
    cause: BaseException | None = error
    while cause is not None:
        for kind, words in _KNOWN:
            if isinstance(cause, kind):
                return words
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted: {cause.verify_message}"
        if isinstance(cause, TimeoutError):
            return _SILENT
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror[0].lower() + cause.strerror[1:]
        cause = cause.__cause__ or cause.__context__
    text = _CODE.sub("", str(error)).rstrip(".")
    ours = (words for part, words in _OF_LIBRARIES.items() if part in text.lower())
    return next(ours, text[:1].lower() + text[1:])


def publish_properties(expiry_s: int | None) -> Properties:
    """Make the MQTT 5 properties of a message that is worth nothing after `expiry_s`; None: for ever worth keeping."""
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho has no types here
    if expiry_s is not None:
        properties.MessageExpiryInterval = expiry_s
    return properties


def backoff_s(first_s: float = 0.25, most_s: float = 5.0) -> Iterator[float]:
    """Yield the waits between attempts: doubling from `first_s` up to `most_s`, for ever."""
    wait_s = first_s
    while True:
        yield wait_s
        wait_s = min(2 * wait_s, most_s)


def _code(refused: aiomqtt.MqttCodeError) -> int | None:
    return refused.rc if isinstance(refused.rc, int) else getattr(refused.rc, "value", None)
