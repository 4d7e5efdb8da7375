"""The project's MQTT topics: the only module that builds or parses topic strings.

A topic is `stridecue/<runner>/<kind>`; a sensor has one more level, `stridecue/<runner>/sensor/<id>`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

ROOT = "stridecue"
SENSOR = "sensor"
KINDS = frozenset(
    {
        "status",
        "session",
        "metrics",
        "trend",
        "step",
        "threshold",
        "cue",
        "mark",
        SENSOR,
        "attitude",
        "pain",
        "command",
        "reply",
    }
)

_SLUG = re.compile(r"[a-z0-9_-]{1,32}")


class WireError(ValueError):
    """A topic or payload that does not follow the contract; the text names the topic and the field."""


def runner_slug(text: str) -> str:
    """Return `text` if it is valid as the runner's topic segment; raises WireError."""
    if _SLUG.fullmatch(text) is None:
        raise WireError(f"runner {text!r}: use 1 to 32 characters of a-z 0-9 _ - (it becomes an MQTT topic)")
    return text


class Topics:
    """The topics of one runner; raises WireError when `runner` is not a valid topic segment."""

    EVERYONE = f"{ROOT}/+/#"

    def __init__(self, runner: str) -> None:
        self.runner = runner_slug(runner)
        self.root = f"{ROOT}/{runner}"
        self.everything = f"{self.root}/#"
        self.status = f"{self.root}/status"
        self.session = f"{self.root}/session"
        self.metrics = f"{self.root}/metrics"
        self.trend = f"{self.root}/trend"
        self.step = f"{self.root}/step"
        self.cue = f"{self.root}/cue"
        self.threshold = f"{self.root}/threshold"
        self.mark = f"{self.root}/mark"
        self.sensors = f"{self.root}/{SENSOR}/+"
        self.attitude = f"{self.root}/attitude"
        self.pain = f"{self.root}/pain"
        self.command = f"{self.root}/command"
        self.reply = f"{self.root}/reply"

    def sensor(self, device: str) -> str:
        """Return the topic of one sensor, by device id."""
        return f"{self.root}/{SENSOR}/{device}"


class Address(NamedTuple):
    """The parts of one of our topics; `device` is None except under `sensor/`."""

    runner: str
    kind: str
    device: str | None


def parse_topic(topic: str) -> Address:
    """Split `topic` into its parts; raises WireError when it is not one of ours."""
    parts = topic.split("/")
    if len(parts) == 3 and parts[0] == ROOT and parts[2] in KINDS and parts[2] != SENSOR:
        return Address(runner_slug(parts[1]), parts[2], None)
    if len(parts) == 4 and parts[0] == ROOT and parts[2] == SENSOR:
        return Address(runner_slug(parts[1]), SENSOR, parts[3])
    raise WireError(f"{topic}: not a topic of {ROOT}")


COACH_KINDS = ("status", "session", "metrics", "trend", "threshold", "cue", "mark", f"{SENSOR}/+", "reply")
"""What a coach's view subscribes to: everything except single steps and the live plot."""


def coach_topics(runner: str | None) -> list[str]:
    """Return the topic filters of a coach's view, for one runner or (None) for all."""
    root = Topics(runner).root if runner is not None else f"{ROOT}/+"
    return [f"{root}/{kind}" for kind in COACH_KINDS]
