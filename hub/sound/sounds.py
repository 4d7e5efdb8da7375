"""What is handed to the mixer, and what the mixer tells about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from hub.sound.tones import Samples


class Rank(IntEnum):
    """Who waits for whom: a higher one cuts a lower one short."""

    SIGNAL = 0
    """A tone alone."""
    SPEECH = 1
    """A cue in words."""
    THRESHOLD = 2
    """A threshold is near or reached, or it is time to stop."""
    ANSWER = 3
    """The answer to what the runner did: heard at once, over everything else, which goes on more quietly."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Something to be heard once.

    key        what it says: the same key waiting or playing is a repeat, and is not played again
    fresh_s    it may wait so long for its turn; later it is no longer true
    cause_ns   when the hub got what led to it (monotonic ns); None: nobody measures it
    t_ns       time of the record it stands for
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
