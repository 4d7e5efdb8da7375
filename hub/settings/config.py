"""The configuration: one strict TOML file; every error names the file, the key and the nearest valid key."""

from __future__ import annotations

import difflib
import ipaddress
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from dsp.runner.triage import PainRule
from dsp.signals import Placement
from hub.link.connection import Server
from hub.messages.topics import WireError, runner_slug

ONE_RUNNER = (
    "one adapter serves one runner (5 to 7 Bluetooth links is all it can hold): start a second hub with a second "
    "adapter and its own configuration for the second runner"
)

SAMPLE = """\
[runner]
name = "ann"
[sensors]
"Hip pod" = "sacrum"
[mqtt]
url = "mqtt://192.168.1.20:1883"
"""
"""A short configuration for help texts; all of it is in docs/configuration.md."""


AUTO, OFF, NULL = "auto", "off", "null"
"""What `sound.output` may be besides a WAV file."""


class ConfigError(ValueError):
    """A configuration that cannot be used: file, key, what to write instead."""


def given_file(text: str) -> Path:
    """Give the path of a file named on the command line; raises ConfigError when there is none."""
    path = Path(text)
    if not path.is_file():
        raise ConfigError(f"{text}: {'is a folder' if path.is_dir() else 'no such file'}")
    return path


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class RunnerSection(_Section, frozen=True, kw_only=True):
    """Who runs. `name` becomes an MQTT topic segment."""

    name: str = "runner"


class RadioSection(_Section, frozen=True, kw_only=True):
    """Which adapter: `platform`, `virtual`, or `bumble:<transport>` (e.g. `bumble:usb:0`), and how much it holds."""

    provider: Annotated[str, msgspec.Meta(pattern=r"^(platform|virtual|bumble:.+)$")] = "platform"
    max_connections: Annotated[int, msgspec.Meta(ge=1, le=32)] | None = None


class MqttSection(_Section, frozen=True, kw_only=True):
    """The loopback broker's first port, and brokers that get everything but pain and plots.

    listen         an address of this machine on which others may watch, with a password; `ADDRESS` or `ADDRESS:PORT`
    url            an external broker
    homeassistant  tell the Home Assistant on that broker of the runner
    """

    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)] = 1883
    listen: str | None = None
    url: str | None = None
    user: str | None = None
    password_file: str | None = None
    ca_file: str | None = None
    homeassistant: bool = False


class RecordSection(_Section, frozen=True, kw_only=True):
    """Whether and where runs are recorded; `folder` defaults to the user's data folder."""

    enabled: bool = True
    folder: str | None = None


class CuesSection(_Section, frozen=True, kw_only=True):
    """What is told to the runner.

    rules               `none` keeps the hub quiet: metrics and thresholds only
    pain_rule           how much pain a run may go on with: trek (at most 2 of 10) or guide (below 4)
    cadence_goal        whether there is a cadence to aim at, over the runner's own
    heart_rate_max_bpm  a cue above it; None: no heart-rate cues
    """

    rules: Literal["all", "none"] = "all"
    pain_rule: PainRule = PainRule.TREK
    cadence_goal: bool = True
    heart_rate_max_bpm: Annotated[float, msgspec.Meta(ge=60.0, le=240.0)] | None = None


class SoundSection(_Section, frozen=True, kw_only=True):
    """What is heard, and where.

    output         auto (a device if there is one), off, null, or the path of a WAV file; `--sound` goes before
    device         (part of) the name of a sound device; None: the system's default output
    engine         who speaks: what the system has, none (tones only), or `program`
    voice          in the engine's own words, e.g. `en-gb`
    program        for `program`: a command that reads words on its input and writes the WAV file `{wav}`
    metronome      whether it may beat
    """

    output: str = AUTO
    device: str | None = None
    volume_pct: Annotated[int, msgspec.Meta(ge=0, le=100)] = 80
    engine: Literal["auto", "espeak-ng", "say", "sapi", "program", "none"] = "auto"
    voice: str | None = None
    words_per_min: Annotated[int, msgspec.Meta(ge=80, le=400)] = 165
    program: tuple[str, ...] = ()
    metronome: bool = True


class Config(_Section, frozen=True, kw_only=True):
    """The whole file.

    sensors  Bluetooth address or advertised name -> placement; empty: every sensor with a known profile is used
    mounts   placement -> sensor axes that point forward, left, up (e.g. `"+x+y+z"`); empty: found from the data
    """

    runner: RunnerSection = RunnerSection()
    sensors: dict[str, Placement] = {}
    mounts: dict[Placement, str] = {}
    radio: RadioSection = RadioSection()
    mqtt: MqttSection = MqttSection()
    cues: CuesSection = CuesSection()
    sound: SoundSection = SoundSection()
    record: RecordSection = RecordSection()


def load_config(path: Path) -> Config:
    """Read and check a configuration file; raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path}: byte {error.start + 1} is not UTF-8: save the file as UTF-8 text in your editor"
        ) from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    return parse_config(data, str(path))


def parse_config(data: Mapping[str, Any], where: str) -> Config:
    """Check configuration data; raises ConfigError. `where` is the file's name for messages."""
    if "runners" in data or isinstance(data.get("runner"), list):
        raise ConfigError(f"{where}: [[runners]]: {ONE_RUNNER}")
    _refuse_unknown(Config, data, where, "")
    try:
        config = msgspec.convert(data, Config)
        runner_slug(config.runner.name)
    except WireError as error:
        raise ConfigError(f"{where}: runner.name: {error}") from error
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at ")
        key = path.strip("`$.") or "the file"
        raise ConfigError(f"{where}: {key}: {what}") from error
    external_server(config.mqtt, where)
    listen_address(config.mqtt, where)
    try:
        sound_output(config.sound.output)
    except ValueError as error:
        raise ConfigError(f"{where}: sound.output: {error}") from error
    return config


def sound_output(text: str) -> str:
    """Give back what sound can go to; raises ValueError."""
    if text not in {AUTO, OFF, NULL} and not text.lower().endswith(".wav"):
        raise ValueError(f"{text!r}: write auto, off, null, or the name of a file that ends in .wav")
    return text


def external_server(section: MqttSection, where: str) -> Server | None:
    """Turn `[mqtt]` into the external broker's address, None without; reads the password; raises ConfigError."""
    if section.url is None:
        if section.user is not None or section.password_file is not None or section.ca_file is not None:
            raise ConfigError(
                f"{where}: mqtt.user, mqtt.password_file, mqtt.ca_file: nothing to log in to, mqtt.url is missing"
            )
        return None
    parts = urlsplit(section.url)
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


LISTEN_PORT = 1884
"""Not 1883, which the loopback broker has: it could not be shared with every address of the machine."""


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


_PORTS = {"mqtt": 1883, "mqtts": 8883, "ws": 80, "wss": 443}

FROM_ENVIRONMENT = "STRIDECUE_MQTT_PASSWORD"
"""Where a service manager or container puts the external broker's password."""


def _password(section: MqttSection, where: str) -> str | None:
    if section.password_file is None:
        return os.environ.get(FROM_ENVIRONMENT)
    try:
        return Path(section.password_file).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{where}: mqtt.password_file: {section.password_file}: {error}") from error


_FIRST = {
    "runner": 'name = "ann"',
    "sensors": '"Hip pod" = "sacrum"',
    "mounts": 'sacrum = "+x+y+z"',
    "radio": 'provider = "platform"',
    "mqtt": "port = 1883",
    "cues": 'rules = "all"',
    "sound": "volume_pct = 80",
    "record": "enabled = true",
}
"""What may stand in each section, as an example."""


def nearest(word: str, valid: list[str]) -> str:
    """Name the valid word that was probably meant, or all of them."""
    close = difflib.get_close_matches(word, valid, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"valid: {', '.join(sorted(valid))}"


def _refuse_unknown(struct: type[msgspec.Struct], data: Mapping[str, Any], where: str, at: str) -> None:
    types = {field.encode_name: field.type for field in msgspec.structs.fields(struct)}
    for key, value in data.items():
        if key not in types:
            raise ConfigError(f"{where}: unknown key {at}{key!s}: {nearest(key, list(types))}")
        inner = types[key]
        if not at and not isinstance(value, Mapping):
            raise ConfigError(f"{where}: {key} is a section: write [{key}] on a line of its own, then {_FIRST[key]}")
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct) and isinstance(value, Mapping):
            _refuse_unknown(inner, value, where, f"{at}{key}.")
        elif key in {"sensors", "mounts"} and isinstance(value, Mapping):
            _refuse_placements(key, value, where)


def _refuse_placements(section: str, table: Mapping[str, Any], where: str) -> None:
    valid = [placement.value for placement in Placement]
    for key, value in table.items():
        word = key if section == "mounts" else value
        if not isinstance(word, str) or word not in valid:
            raise ConfigError(f"{where}: {section}.{key}: no placement {word!r}: {nearest(str(word), valid)}")
