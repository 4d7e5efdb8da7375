"""Cache of rendered speech: our own phrases on disk for later runs, the latest texts of any kind in memory."""

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
"""Files in the cache, some 20 MB; the least recently used are deleted."""
_FULL = 32_767.0


class SpeechStore:
    """Renders speech once and caches it: call `known` from the loop, `render` in one thread at a time.

    lasting  texts that may be stored in `folder`; None: all. Messages from others are not left on the disk
    """

    def __init__(self, engine: Engine, folder: Path, lasting: Container[str] | None = None) -> None:
        self.engine = engine
        self._folder = folder
        self._lasting = lasting
        self._kept: OrderedDict[str, NDArray[np.int16]] = OrderedDict()

    def known(self, words: str) -> Samples | None:
        """Return the speech if it is in memory, else None."""
        kept = self._kept.get(words)
        return None if kept is None else np.asarray(kept / np.float32(_FULL), dtype=np.float32)

    def render(self, words: str) -> None:
        """Load the speech into memory, from disk or from the engine; raises SpeechError."""
        wav = self._file(words)
        try:
            samples = read_wave(wav) if wav.is_file() else self._speak(words, wav)
        except SpeechError:
            with contextlib.suppress(OSError):
                wav.unlink()  # truncated by a power failure: render it again
            samples = self._speak(words, wav)
        with contextlib.suppress(OSError):
            os.utime(wav)
        # Replaced by one assignment, as the loop may read meanwhile.
        kept = OrderedDict(self._kept)
        kept[words] = np.asarray(samples * _FULL, dtype=np.int16)
        while len(kept) > 1 and sum(map(len, kept.values())) > KEPT_S * RATE_HZ:
            kept.popitem(last=False)
        self._kept = kept

    def _file(self, words: str) -> Path:
        key = f"{self.engine.identity}\n{words}".encode()
        return self._folder / f"{hashlib.sha256(key).hexdigest()[:32]}.wav"

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
            raise SpeechError(f"speech cannot be stored in {self._folder}: {error.strerror or error}") from error
        return samples

    def _prune(self) -> None:
        files = sorted(self._folder.glob("*.wav"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in files[KEPT_FILES:]:
            old.unlink(missing_ok=True)
