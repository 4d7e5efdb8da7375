"""What may stand in the configuration, section by section."""

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
"""A short configuration for help texts; all of it is in docs/configuration.md."""


class ConfigError(ValueError):
    """A configuration that cannot be used: file, key, what to write instead."""


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
    share_onset    whether others are told that the distance is near at which it hurt in earlier runs
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
