"""The sounds passed to the mixer, and its report of when they began."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from hub.sound.tones import Samples


class Rank(IntEnum):
    """Priority of a sound: a higher rank cuts a lower one short."""

    SIGNAL = 0
    """A tone alone."""
    SPEECH = 1
    """A cue in words."""
    THRESHOLD = 2
    """A threshold is near or reached, or it is time to stop."""
    ANSWER = 3
    """The answer to an action of the runner: heard at once, with everything else ducked."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound to be played once.

    key        identity: a sound whose key is already waiting or playing is a repeat and is not played again
    rank       priority
    samples    shape (n,), at RATE_HZ
    fresh_s    maximum wait for its turn, after which it is out of date
    cause_ns   when the packet that caused it arrived (monotonic ns); None: latency is not measured
    t_ns       time of its record; None: not measured
    """

    key: str
    rank: Rank
    samples: Samples
    fresh_s: float
    cause_ns: int | None = None
    t_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """The first sample of a sound was handed to the device at `handed_ns`."""

    sound: Sound
    handed_ns: int
