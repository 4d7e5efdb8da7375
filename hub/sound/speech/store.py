"""Speech that was rendered once: our own phrases on disk for every later run, the latest words of anybody in memory."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections import OrderedDict
from collections.abc import Container
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hub.sound.speech.engine import Engine, SpeechError
from hub.sound.speech.wave_samples import read_wave
from hub.sound.tones import RATE_HZ, Samples

KEPT_S = 60.0
"""Seconds of speech in memory: 5.8 MB as 16-bit samples."""
KEPT_FILES = 200
"""Files in the cache, some 20 MB; the ones unused for longest go."""
_FULL = 32_767.0


class SpeechStore:
    """`known` at any time from the loop, `render` in a thread; one thread at a time.

    lasting  what may be kept in `folder`; None: everything. What others say to a runner is not left on a disk
    """

    def __init__(self, engine: Engine, folder: Path, lasting: Container[str] | None = None) -> None:
        self.engine = engine
        self._folder = folder
        self._lasting = lasting
        self._kept: OrderedDict[str, NDArray[np.int16]] = OrderedDict()

    def known(self, words: str) -> Samples | None:
        """Give the speech if it is in memory."""
        kept = self._kept.get(words)
        return None if kept is None else np.asarray(kept / np.float32(_FULL), dtype=np.float32)

    def render(self, words: str) -> None:
        """Get the speech into memory, from disk or by speaking; raises SpeechError."""
        wav = self._file(words)
        try:
            samples = read_wave(wav) if wav.is_file() else self._speak(words, wav)
        except SpeechError:
            with contextlib.suppress(OSError):
                wav.unlink()  # it was cut by a power failure: it is spoken again
            samples = self._speak(words, wav)
        with contextlib.suppress(OSError):
            os.utime(wav)
        # One assignment each: the loop may read meanwhile.
        kept = OrderedDict(self._kept)
        kept[words] = np.asarray(samples * _FULL, dtype=np.int16)
        while len(kept) > 1 and sum(map(len, kept.values())) > KEPT_S * RATE_HZ:
            kept.popitem(last=False)
        self._kept = kept

    def _file(self, words: str) -> Path:
        said = f"{self.engine.identity}\n{words}".encode()
        return self._folder / f"{hashlib.sha256(said).hexdigest()[:32]}.wav"

    def _speak(self, words: str, wav: Path) -> Samples:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            unfinished = wav.with_name(f"{wav.stem}-{os.getpid()}.part.wav")
            try:
                self.engine.speak(words, unfinished)
                samples = read_wave(unfinished)
                if self._lasting is None or words in self._lasting:
                    unfinished.replace(wav)
            finally:
                unfinished.unlink(missing_ok=True)
            self._prune()
        except OSError as error:
            raise SpeechError(f"speech cannot be kept in {self._folder}: {error.strerror or error}") from error
        return samples

    def _prune(self) -> None:
        files = sorted(self._folder.glob("*.wav"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in files[KEPT_FILES:]:
            old.unlink(missing_ok=True)
