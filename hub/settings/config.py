"""The schema of the configuration file, section by section."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from dsp.runner.triage import PainRule
from dsp.signals import Placement
from hub.settings.sound_output import AUTO

SAMPLE = """\
[runner]
name = "ann"
[sensors]
"Hip pod" = "sacrum"
[mqtt]
url = "mqtt://192.168.1.20:1883"
"""
"""A short configuration for help texts; docs/configuration.md lists all keys."""


class ConfigError(ValueError):
    """An invalid configuration; the text names the file, the key and what to write instead."""


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class RunnerSection(_Section, frozen=True, kw_only=True):
    """The runner. `name` becomes an MQTT topic segment."""

    name: str = "runner"


class RadioSection(_Section, frozen=True, kw_only=True):
    """The Bluetooth adapter.

    provider         `platform`, `virtual`, or `bumble:<transport>` (e.g. `bumble:usb:0`)
    max_connections  simultaneous connections it supports; None: the default
    """

    provider: Annotated[str, msgspec.Meta(pattern=r"^(platform|virtual|bumble:.+)$")] = "platform"
    max_connections: Annotated[int, msgspec.Meta(ge=1, le=32)] | None = None


class MqttSection(_Section, frozen=True, kw_only=True):
    """The loopback broker's first port, and the brokers to which all but pain data and plots is published.

    listen         address of this machine on which others may watch, with a password; `ADDRESS` or `ADDRESS:PORT`
    url            external broker
    homeassistant  announce the runner to the Home Assistant on that broker
    share_onset    publish to others that the runner nears the distance at which it hurt in earlier runs
    """

    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)] = 1883
    listen: str | None = None
    url: str | None = None
    user: str | None = None
    password_file: str | None = None
    ca_file: str | None = None
    homeassistant: bool = False
    share_onset: bool = True


class RecordSection(_Section, frozen=True, kw_only=True):
    """Whether and where to record runs; `folder` defaults to the user's data folder."""

    enabled: bool = True
    folder: str | None = None


class CuesSection(_Section, frozen=True, kw_only=True):
    """Cues to the runner.

    rules               `none`: no cues, only metrics and thresholds
    pain_rule           up to which pain a run may continue: trek (at most 2 of 10) or guide (below 4)
    cadence_goal        whether to set a target cadence above the runner's own
    heart_rate_max_bpm  give a cue above it; None: no heart-rate cues
    """

    rules: Literal["all", "none"] = "all"
    pain_rule: PainRule = PainRule.TREK
    cadence_goal: bool = True
    heart_rate_max_bpm: Annotated[float, msgspec.Meta(ge=60.0, le=240.0)] | None = None


class SoundSection(_Section, frozen=True, kw_only=True):
    """Sound output, speech and metronome.

    output         auto (a device if there is one), off, null, or the path of a WAV file; `--sound` takes precedence
    device         name, or part of the name, of a sound device; None: the system's default output
    engine         speech engine: auto (what the system has), one by name, program, or none (tones only)
    voice          the engine's own name of a voice, e.g. `en-gb`
    words_per_min  speech rate
    program        for `program`: a command that reads text from stdin and writes the WAV file `{wav}`
    metronome      whether the metronome may be used
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
    """The whole configuration file.

    sensors  Bluetooth address or advertised name -> placement; empty: every sensor with a known profile is used
    mounts   placement -> sensor axes that point forward, left, up (e.g. `"+x+y+z"`); empty: estimated from the data
    """

    runner: RunnerSection = RunnerSection()
    sensors: dict[str, Placement] = {}
    mounts: dict[Placement, str] = {}
    radio: RadioSection = RadioSection()
    mqtt: MqttSection = MqttSection()
    cues: CuesSection = CuesSection()
    sound: SoundSection = SoundSection()
    record: RecordSection = RecordSection()
