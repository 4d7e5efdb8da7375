"""Broker addresses from `[mqtt]`: the external broker to publish to, and the address for watchers."""

from __future__ import annotations

import ipaddress
import os
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from hub.link.connection import Server
from hub.settings.config import ConfigError, MqttSection

LISTEN_PORT = 1884
"""Not 1883, the loopback broker's port: a second broker could not bind it on all addresses of the machine."""
FROM_ENVIRONMENT = "STRIDECUE_MQTT_PASSWORD"
"""Environment variable in which a service manager or container passes the external broker's password."""

_PORTS = {"mqtt": 1883, "mqtts": 8883, "ws": 80, "wss": 443}


def external_server(section: MqttSection, where: str) -> Server | None:
    """Return the external broker of `[mqtt]` with its password, None when not configured; raises ConfigError."""
    if section.url is None:
        if section.user is not None or section.password_file is not None or section.ca_file is not None:
            raise ConfigError(
                f"{where}: mqtt.user, mqtt.password_file, mqtt.ca_file: there is no broker to log in to: "
                "set mqtt.url too"
            )
        if section.homeassistant:
            raise ConfigError(f"{where}: mqtt.homeassistant: set mqtt.url too, to the broker that Home Assistant uses")
        return None
    try:
        parts = urlsplit(section.url)
        (parts.hostname or "").encode("idna")  # as the later name lookup does
    except ValueError as error:
        raise ConfigError(f"{where}: mqtt.url: {section.url!r}: {error}; write mqtt://host:1883") from error
    websocket = parts.scheme in {"ws", "wss"}
    if parts.scheme not in _PORTS or not parts.hostname or not (websocket or parts.path in {"", "/"}):
        raise ConfigError(
            f"{where}: mqtt.url: {section.url!r}: write mqtt://host:1883, with TLS mqtts://host:8883, "
            "over WebSockets ws://host:80/mqtt or wss://host:443/mqtt"
        )
    if parts.username or parts.password:
        raise ConfigError(
            f"{where}: mqtt.url: the URL may not contain user and password: use mqtt.user and mqtt.password_file"
        )
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
        except OSError as error:  # includes ssl.SSLError
            raise ConfigError(
                f"{where}: mqtt.ca_file: {section.ca_file}: no certificate could be read from it; it must be a PEM "
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
    """Return the broker to watch: the external one, else this machine's loopback broker; raises ConfigError."""
    return external_server(section, where) or Server(port=section.port)


def naming_words(section: MqttSection, runner: str | None = None) -> list[str]:
    """Return the command-line arguments that name that broker, for `stridecue watch` and `python -m tui`.

    A password file is passed by its path; the password itself is never among the arguments.

    runner  add this runner; None: all of them
    """
    named = {"--broker": section.url, "--port": None if section.url is not None else str(section.port)}
    login = {"--user": section.user, "--password-file": section.password_file, "--ca-file": section.ca_file}
    given = {**named, **login, "--runner": runner}
    return [word for name, value in given.items() if value is not None for word in (name, value)]


def listen_address(section: MqttSection, where: str) -> tuple[str, int] | None:
    """Return address and port of `mqtt.listen`, None when not configured; raises ConfigError."""
    if section.listen is None:
        return None
    key = f"{where}: mqtt.listen: {section.listen!r}"
    try:
        parts = urlsplit(f"//{section.listen}" if section.listen.count(":") < 2 else f"//{_bracketed(section.listen)}")
        address, port = ipaddress.ip_address(parts.hostname or ""), parts.port or LISTEN_PORT
    except ValueError as error:
        raise ConfigError(
            f"{key}: write an address of this machine, such as 192.168.1.20 or 192.168.1.20:{LISTEN_PORT}, "
            f"or 0.0.0.0 for all of them ({error})"
        ) from error
    if str(address) in {"127.0.0.1", "::1"}:
        raise ConfigError(f"{key}: that is this machine itself, where everyone can already watch; remove the line")
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
