"""`[mqtt]` as addresses: the external broker to publish on, and where others may watch."""

from __future__ import annotations

import ipaddress
import os
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from hub.link.connection import Server
from hub.settings.config import ConfigError, MqttSection

LISTEN_PORT = 1884
"""Not 1883, which the loopback broker has: it could not be shared with every address of the machine."""
FROM_ENVIRONMENT = "STRIDECUE_MQTT_PASSWORD"
"""Where a service manager or container puts the external broker's password."""

_PORTS = {"mqtt": 1883, "mqtts": 8883, "ws": 80, "wss": 443}


def external_server(section: MqttSection, where: str) -> Server | None:
    """Turn `[mqtt]` into the external broker's address, None without; reads the password; raises ConfigError."""
    if section.url is None:
        if section.user is not None or section.password_file is not None or section.ca_file is not None:
            raise ConfigError(
                f"{where}: mqtt.user, mqtt.password_file, mqtt.ca_file: nothing to log in to, mqtt.url is missing"
            )
        if section.homeassistant:
            raise ConfigError(
                f"{where}: mqtt.homeassistant: mqtt.url, the broker that Home Assistant reads, is missing"
            )
        return None
    try:
        parts = urlsplit(section.url)
        (parts.hostname or "").encode("idna")  # as it is looked up later
    except ValueError as error:
        raise ConfigError(f"{where}: mqtt.url: {section.url!r}: {error}; write mqtt://host:1883") from error
    websocket = parts.scheme in {"ws", "wss"}
    if parts.scheme not in _PORTS or not parts.hostname or not (websocket or parts.path in {"", "/"}):
        raise ConfigError(
            f"{where}: mqtt.url: {section.url!r}: write mqtt://host:1883, with TLS mqtts://host:8883, "
            "over websockets ws://host:80/mqtt or wss://host:443/mqtt"
        )
    if parts.username or parts.password:
        raise ConfigError(f"{where}: mqtt.url: keep user and password out of the URL: mqtt.user, mqtt.password_file")
    try:
        port = parts.port
    except ValueError as error:
        raise ConfigError(f"{where}: mqtt.url: {error}") from error
    tls = parts.scheme in {"mqtts", "wss"}
    ca_file = None
    if section.ca_file is not None:
        path = Path(section.ca_file).expanduser()
        if not tls or not path.is_file():
            reason = "no such file" if tls else f"only mqtts and wss use certificates, not {parts.scheme}"
            raise ConfigError(f"{where}: mqtt.ca_file: {section.ca_file}: {reason}")
        try:
            ssl.create_default_context(cafile=path)
        except OSError as error:  # what ssl raises is one
            raise ConfigError(
                f"{where}: mqtt.ca_file: {section.ca_file}: no certificates can be read from it; it is to be a PEM "
                "file, which begins with -----BEGIN CERTIFICATE-----"
            ) from error
        ca_file = str(path)
    return Server(
        parts.hostname,
        port or _PORTS[parts.scheme],
        section.user,
        _password(section, where),
        tls,
        (parts.path or "/mqtt") if websocket else None,
        ca_file,
    )


def watched_server(section: MqttSection, where: str) -> Server:
    """Find the broker whose runners are watched: the external one, else the hub's on this machine; as above."""
    return external_server(section, where) or Server(port=section.port)


def naming_words(section: MqttSection, runner: str | None = None) -> list[str]:
    """Name that broker, and a runner where one is meant, as `stridecue watch` and `python -m tui` read it.

    Where the password is in a file the words name the file; the password itself is never among them.
    """
    named = {"--broker": section.url, "--port": None if section.url is not None else str(section.port)}
    login = {"--user": section.user, "--password-file": section.password_file, "--ca-file": section.ca_file}
    given = {**named, **login, "--runner": runner}
    return [word for name, value in given.items() if value is not None for word in (name, value)]


def listen_address(section: MqttSection, where: str) -> tuple[str, int] | None:
    """Turn `mqtt.listen` into address and port, None without; raises ConfigError."""
    if section.listen is None:
        return None
    said = f"{where}: mqtt.listen: {section.listen!r}"
    try:
        parts = urlsplit(f"//{section.listen}" if section.listen.count(":") < 2 else f"//{_bracketed(section.listen)}")
        address, port = ipaddress.ip_address(parts.hostname or ""), parts.port or LISTEN_PORT
    except ValueError as error:
        raise ConfigError(
            f"{said}: write an address of this machine, such as 192.168.1.20 or 192.168.1.20:{LISTEN_PORT}, "
            f"or 0.0.0.0 for all of them ({error})"
        ) from error
    if str(address) in {"127.0.0.1", "::1"}:
        raise ConfigError(f"{said}: that is this machine itself, where everybody may watch already; leave it out")
    return str(address), port


def _bracketed(text: str) -> str:
    return text if text.startswith("[") else f"[{text}]"


def _password(section: MqttSection, where: str) -> str | None:
    if section.password_file is None:
        return os.environ.get(FROM_ENVIRONMENT)
    try:
        return Path(section.password_file).expanduser().read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"{where}: mqtt.password_file: {section.password_file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{where}: mqtt.password_file: {section.password_file}: not UTF-8 text") from error
