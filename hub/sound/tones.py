"""The sounds other than speech: short signals distinguished by number, direction and pitch of their tones, and a click.

The scheme is that of sources 4: one tone means "above", two mean "below". All others have three tones or more, or are
very short. All pitches lie between 400 and 1600 Hz, which earbuds reproduce and wind noise does not mask.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 48_000
"""The only sample rate inside the hub, and a native one of sound cards."""

Samples: TypeAlias = NDArray[np.float32]
"""Mono, shape (n,), -1 to 1, at RATE_HZ."""

SIGNAL_PEAK = 0.5
CLICK_PEAK = 0.25
SPEECH_PEAK = 0.65
"""Peak levels of the three kinds. With the ducking of `hub.sound.mixer`, any mixture of them stays below 1."""

_EDGE_S = 0.008
_OVERTONE = 0.25
"""Relative level of the octave in each tone: a pure sine is hard to locate in a noisy street."""


class Signal(StrEnum):
    """The signals."""

    ABOVE = "above"
    BELOW = "below"
    NEAR = "near"
    REACHED = "reached"
    STOP = "stop"
    NOTED = "noted"
    MUTED = "muted"
    UNMUTED = "unmuted"


class _Note(NamedTuple):
    pitch_hz: float
    length_s: float
    gap_s: float = 0.0


_NOTES: dict[Signal, tuple[_Note, ...]] = {
    Signal.ABOVE: (_Note(880.0, 0.24),),
    Signal.BELOW: (_Note(587.0, 0.14, 0.08), _Note(587.0, 0.14)),
    Signal.NEAR: (_Note(523.0, 0.12), _Note(659.0, 0.12), _Note(784.0, 0.2)),
    Signal.REACHED: (_Note(831.0, 0.14), _Note(622.0, 0.14), _Note(415.0, 0.34)),
    Signal.STOP: (_Note(988.0, 0.12, 0.03), _Note(740.0, 0.12, 0.03)) * 3,
    Signal.NOTED: (_Note(1047.0, 0.07), _Note(1568.0, 0.15)),
    Signal.MUTED: (_Note(1319.0, 0.07), _Note(880.0, 0.12)),
    Signal.UNMUTED: (_Note(880.0, 0.07), _Note(1319.0, 0.12)),
}


@cache
def signal_samples(signal: Signal) -> Samples:
    """Return a signal with peak SIGNAL_PEAK, shape (n,); the same read-only array every time."""
    parts = [part for note in _NOTES[signal] for part in (_tone(note), silence(note.gap_s))]
    return _levelled(np.concatenate(parts), SIGNAL_PEAK)


@cache
def click_samples() -> Samples:
    """Return one beat of the metronome: a wooden click of 45 ms with its peak, CLICK_PEAK, at the very beginning."""
    t_s = np.arange(round(0.045 * RATE_HZ)) / RATE_HZ
    wood = np.sin(2 * np.pi * 1480.0 * t_s) + 0.5 * np.sin(2 * np.pi * 2210.0 * t_s)
    fade = np.minimum(1.0, (t_s[-1] - t_s) / 0.005)
    return _levelled(wood * np.exp(-t_s / 0.009) * fade, CLICK_PEAK)


def silence(length_s: float) -> Samples:
    """Return `length_s` seconds of silence."""
    return np.zeros(round(length_s * RATE_HZ), dtype=np.float32)


def _tone(note: _Note) -> Samples:
    t_s = np.arange(round(note.length_s * RATE_HZ)) / RATE_HZ
    wave = np.sin(2 * np.pi * note.pitch_hz * t_s) + _OVERTONE * np.sin(4 * np.pi * note.pitch_hz * t_s)
    edge = np.minimum(1.0, np.minimum(t_s, note.length_s - t_s) / _EDGE_S)
    shape = np.sin(0.5 * np.pi * edge) ** 2 * np.exp(-1.2 * t_s / note.length_s)
    return np.asarray(wave * shape, dtype=np.float32)


def _levelled(samples: NDArray[np.floating], peak: float) -> Samples:
    level: Samples = np.asarray(samples * (peak / np.abs(samples).max()), dtype=np.float32)
    level.flags.writeable = False
    return level
