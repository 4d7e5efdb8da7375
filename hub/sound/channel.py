"""A queue of sounds, played one at a time, the most important first."""

from __future__ import annotations

import numpy as np

from hub.sound.sounds import Sound
from hub.sound.tones import RATE_HZ, Samples

CAPACITY = 8
"""Maximum number of waiting sounds: more than a runner would ever want to hear in a row."""
CUT_S = 0.010
"""Fade-out of a sound that is cut short, to avoid a click."""
GAP_S = 0.12
"""Silence between two sounds."""
REPEAT_S = 4.0
"""The same sound within this time after its end is a repeat."""


class Channel:
    """Plays the sounds passed to `add` in the samples returned by `render`; every sound is played or counted.

    lead_s  delay of a sound that starts in silence: time to duck the others

    Invariant: added = played + repeats + dropped (no room, or cleared before its turn) + stale + waiting.
    """

    def __init__(self, lead_s: float = 0.0) -> None:
        self._lead = round(lead_s * RATE_HZ)
        self.added = 0
        self.played = 0
        self.repeats = 0
        self.dropped = 0
        self.stale = 0
        self._waiting: list[tuple[int, Sound]] = []  # with the frame at which it was added
        self._sound: Sound | None = None
        self._left = np.zeros(0, dtype=np.float32)
        self._rest = 0  # frames of gap still to come
        self._was_cut = False
        self._position = 0
        self._heard: dict[str, int] = {}  # key -> frame at which it ended or was cut

    @property
    def busy(self) -> bool:
        """Whether a sound is playing or waiting."""
        return self._sound is not None or bool(self._waiting) or self._rest > 0

    @property
    def waiting(self) -> int:
        """Number of waiting sounds."""
        return len(self._waiting)

    def add(self, sound: Sound) -> None:
        """Queue a sound by rank; a higher rank cuts the current sound short."""
        self.added += 1
        if self._is_repeat(sound.key):
            self.repeats += 1
            return
        if not self.busy:
            self._rest = self._lead
        self._waiting.append((self._position, sound))
        self._waiting.sort(key=lambda each: (-each[1].rank, each[0]))
        if len(self._waiting) > CAPACITY:
            self._waiting.pop()
            self.dropped += 1
        elif self._sound is not None and sound.rank > self._sound.rank and not self._was_cut:
            self._cut()

    def clear(self) -> None:
        """Drop waiting sounds and fade out the current one."""
        self.dropped += len(self._waiting)
        self._waiting.clear()
        if self._sound is not None and not self._was_cut:
            self._cut()

    def render(self, frames: int) -> tuple[Samples, list[Sound]]:
        """Return the next `frames` samples, and the sounds that begin in them."""
        out = np.zeros(frames, dtype=np.float32)
        begun: list[Sound] = []
        at = 0
        while at < frames:
            if self._sound is None:
                at += self._skip(frames - at)
                if at >= frames or (sound := self._next_fresh(at)) is None:
                    break
                self._sound, self._left = sound, sound.samples
                self.played += 1
                begun.append(sound)
            taken = min(frames - at, len(self._left))
            out[at : at + taken] = self._left[:taken]
            self._left = self._left[taken:]
            at += taken
            if not len(self._left):
                self._end(self._position + at)
        self._position += frames
        return out, begun

    def _skip(self, frames: int) -> int:
        skipped = min(self._rest, frames)
        self._rest -= skipped
        return skipped

    def _next_fresh(self, at: int) -> Sound | None:
        while self._waiting:
            came, sound = self._waiting.pop(0)
            if self._position + at - came <= sound.fresh_s * RATE_HZ:
                return sound
            self.stale += 1
        return None

    def _end(self, frame: int) -> None:
        assert self._sound is not None
        oldest = frame - round(REPEAT_S * RATE_HZ)
        self._heard = {key: ended for key, ended in self._heard.items() if ended > oldest}
        self._heard[self._sound.key] = frame
        self._sound, self._rest = None, 0 if self._was_cut else round(GAP_S * RATE_HZ)
        self._was_cut = False

    def _cut(self) -> None:
        kept = min(len(self._left), round(CUT_S * RATE_HZ))
        self._left = (self._left[:kept] * np.linspace(1.0, 0.0, kept)).astype(np.float32)
        self._was_cut = True

    def _is_repeat(self, key: str) -> bool:
        if self._sound is not None and self._sound.key == key:
            return True
        ended = self._heard.get(key)
        recent = ended is not None and self._position - ended < REPEAT_S * RATE_HZ
        return recent or any(sound.key == key for _came, sound in self._waiting)
