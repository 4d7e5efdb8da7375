"""Reading a WAV file as samples for the mixer: mono, RATE_HZ, trimmed, levelled."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hub.sound.speech.engine import SpeechError
from hub.sound.tones import RATE_HZ, SPEECH_PEAK, Samples

MAX_S = 15.0
"""A cue is a few words; anything longer is cut off."""
QUIET = 0.01
"""Fraction of the peak below which the beginning and the end count as silence."""
EDGE_S = 0.015


def read_wave(path: Path) -> Samples:
    """Read 16-bit PCM of any rate and channel count, shape (n,), levelled to SPEECH_PEAK; raises SpeechError."""
    try:
        with wave.open(str(path), "rb") as file:
            rate_hz, channels, width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            raw = file.readframes(round(MAX_S * rate_hz))
    except (wave.Error, EOFError, OSError) as error:
        raise SpeechError(f"{path.name} cannot be read: {error}") from error
    if width != 2 or rate_hz <= 0:
        raise SpeechError(f"{path.name}: {8 * width} bit at {rate_hz} Hz: only 16-bit PCM is supported")
    values = np.frombuffer(raw[: len(raw) // (2 * channels) * 2 * channels], dtype="<i2").astype(np.float64)
    mono = values.reshape(-1, channels).mean(axis=1)
    peak = float(np.abs(mono).max(initial=0.0))
    if peak < 1.0:
        raise SpeechError(f"{path.name} is silent")
    loud = np.flatnonzero(np.abs(mono) > QUIET * peak)
    edge = round(EDGE_S * rate_hz)
    spoken = mono[max(0, loud[0] - edge) : loud[-1] + edge]
    levelled = resampled(spoken, rate_hz)
    return np.asarray(levelled * (SPEECH_PEAK / np.abs(levelled).max()), dtype=np.float32)


def resampled(values: NDArray[np.float64], rate_hz: int) -> NDArray[np.float64]:
    """Resample a short signal to RATE_HZ by its spectrum, which is exact for a band-limited signal."""
    wanted = round(len(values) * RATE_HZ / rate_hz)
    if rate_hz == RATE_HZ or wanted == 0:
        return values
    # Padded to whole seconds: their transforms are fast, as the rates have small factors, and the silence at the end
    # keeps the last word out of the first, as a transform is periodic.
    seconds = len(values) // rate_hz + 1
    padded = np.zeros(seconds * rate_hz)
    padded[: len(values)] = values
    length = seconds * RATE_HZ
    whole: NDArray[np.float64] = np.fft.irfft(np.fft.rfft(padded)[: length // 2 + 1], length) * (RATE_HZ / rate_hz)
    return whole[:wanted]
