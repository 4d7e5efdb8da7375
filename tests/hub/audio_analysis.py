"""Analysis of rendered sound for tests: where sounds begin and which pitches they have; and records that are heard."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dsp.records import Cue, Earcon, Metric, PainReport, Severity
from dsp.signals import NS_PER_S
from hub.sound.tones import RATE_HZ, Samples


def read(path: Path) -> Samples:
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE_HZ, 1, 2)
        raw = file.readframes(file.getnframes())
    return (np.frombuffer(raw, "<i2") / 32_768.0).astype(np.float32)


def onsets(samples: Samples, level: float = 0.02, quiet_s: float = 0.04) -> npt.NDArray[np.intp]:
    """Frames at which it gets louder than `level` after at least `quiet_s` below it."""
    loud = np.flatnonzero(np.abs(samples) > level)
    if not len(loud):
        return loud
    begins: npt.NDArray[np.bool_] = np.concatenate([[True], np.diff(loud) > quiet_s * RATE_HZ])
    return loud[begins]


def pitches_hz(samples: Samples, least: float = 0.3) -> list[int]:
    """Spectral peaks of at least this share of the strongest, in Hz, rising; peaks are 80 Hz apart or more."""
    strength = np.abs(np.fft.rfft(samples, RATE_HZ))  # 1 Hz resolution
    found: list[int] = []
    for hz in np.argsort(strength)[::-1]:
        if strength[hz] < least * strength.max():
            break
        if all(abs(hz - other) > 80 for other in found):
            found.append(int(hz))
    return sorted(found)


def a_cue(
    t_s: float = 10.0,
    *,
    earcon: Earcon | None = Earcon.BELOW,
    speak: str | None = None,
    severity: Severity = Severity.INFO,
    because: tuple[Metric | PainReport, ...] = (),
    rule: str = "quick_steps",
) -> Cue:
    return Cue(round(t_s * NS_PER_S), rule, severity, "text", None, because, earcon, speak)


def cadence(t_s: float, spm: float) -> Metric:
    return Metric(round(t_s * NS_PER_S), "cadence_spm", spm, None, 1.0)


def target(t_s: float, spm: float) -> Metric:
    return Metric(round(t_s * NS_PER_S), "cadence_target_spm", spm, None, 1.0)
