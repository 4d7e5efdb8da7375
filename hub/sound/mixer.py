"""Mixing all sounds into one stream. The event loop gives orders, the device's thread renders; neither blocks.

Orders go through a bounded queue that is emptied at the start of each block, so all other state belongs to the
rendering thread and needs no lock. An answer ducks everything else, a cue ducks the metronome.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial

import numpy as np

from hub.sound.channel import Channel
from hub.sound.metronome import Metronome
from hub.sound.sounds import Handed, Rank, Sound
from hub.sound.tones import RATE_HZ, Samples

ORDERS = 64
"""Orders queued for the next block: enough for some seconds of a device that hangs."""
DUCKED = 0.3
"""Gain of what is ducked."""
DUCK_S = 0.010
RELEASE_S = 0.25
LIMIT = 0.99


class Ducking:
    """A gain that falls within DUCK_S and recovers within RELEASE_S."""

    def __init__(self) -> None:
        self._gain = 1.0

    def follow(self, frames: int, *, down: bool) -> Samples:
        """Return the gain of each of the next `frames` samples, shape (frames,)."""
        seconds, goal = (DUCK_S, DUCKED) if down else (RELEASE_S, 1.0)
        change = (DUCKED - 1.0 if down else 1.0 - DUCKED) / (seconds * RATE_HZ)
        gains = self._gain + change * np.arange(1, frames + 1)
        gains = np.maximum(gains, goal) if down else np.minimum(gains, goal)
        self._gain = float(gains[-1]) if frames else self._gain
        return np.asarray(gains, dtype=np.float32)


class Mixer:
    """Mixes sounds: call `play`, `beat` and `mute` from the loop, `render` from one thread. `clock`: monotonic ns."""

    def __init__(self, clock: Callable[[], int], volume: float = 1.0) -> None:
        self.handed: deque[Handed] = deque(maxlen=ORDERS)
        self.lost_orders = 0
        self.limited = 0  # samples limited to stay below full scale
        self.cues = Channel()
        self.answers = Channel(lead_s=DUCK_S)
        self._metronome = Metronome()
        self._clock = clock
        self._volume = np.float32(volume)
        self._muted = False
        self._rate_spm: float | None = None
        self._orders: deque[Callable[[], None]] = deque(maxlen=ORDERS)
        self._under_answer = Ducking()
        self._under_cue = Ducking()

    def play(self, sound: Sound) -> None:
        """Play a sound as soon as it is its turn."""
        self._order(partial(self._play, sound))

    def beat(self, rate_spm: float | None) -> None:
        """Set the metronome's rate; None: fade out."""
        self._order(partial(self._beat, rate_spm))

    def mute(self, *, muted: bool) -> None:
        """Mute everything except answers, or unmute."""
        self._order(partial(self._mute, muted=muted))

    def render(self, frames: int) -> Samples:
        """Return the next `frames` samples; the sounds that begin in them are appended to `handed`."""
        while self._orders:
            self._orders.popleft()()
        beats = self._metronome.render(frames)
        cues, begun = self.cues.render(frames)
        answers, answered = self.answers.render(frames)
        beats *= self._under_cue.follow(frames, down=self.cues.busy or bool(begun))
        mixed = (beats + cues) * self._under_answer.follow(frames, down=self.answers.busy or bool(answered)) + answers
        mixed *= self._volume
        over = int(np.count_nonzero(np.abs(mixed) > LIMIT))
        if over:
            self.limited += over
            np.clip(mixed, -LIMIT, LIMIT, out=mixed)
        now_ns = self._clock()
        self.handed.extend(Handed(sound, now_ns) for sound in (*answered, *begun))
        return np.asarray(mixed, dtype=np.float32)

    def _order(self, order: Callable[[], None]) -> None:
        self.lost_orders += len(self._orders) == ORDERS
        self._orders.append(order)

    def _play(self, sound: Sound) -> None:
        if sound.rank is Rank.ANSWER:
            self.answers.add(sound)
        elif not self._muted:
            self.cues.add(sound)

    def _beat(self, rate_spm: float | None) -> None:
        self._rate_spm = rate_spm
        if not self._muted:
            self._metronome.set_rate(rate_spm)

    def _mute(self, *, muted: bool) -> None:
        self._muted = muted
        if muted:
            self.cues.clear()
            self._metronome.hush()
        else:
            self._metronome.set_rate(self._rate_spm)
