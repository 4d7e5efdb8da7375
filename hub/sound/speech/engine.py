"""What a speech engine is to us: a program that reads words and writes a WAV file.

A program of its own, because the good free engines are under the GPL, because none of them can then hold up or crash
the hub, and because every system has one already (decision 5).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TIME_LIMIT_S = 15.0
"""A sentence takes 0.02 s on a laptop; what takes this long hangs."""


class SpeechError(Exception):
    """The engine did not speak; the text says which engine and what it said."""


@dataclass(frozen=True, slots=True)
class Engine:
    """How to call one engine. The words go to its standard input, so that none of them is taken for an option.

    name         for people and for the cache
    command      the arguments; `{wav}` is where it writes
    environment  added to ours; `{wav}` likewise
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """Tell apart what sounds different: engine, voice and speed."""
        return "\n".join([*self.command, *(f"{key}={value}" for key, value in sorted(self.environment.items()))])

    def speak(self, words: str, wav: Path) -> None:
        """Write `words` as speech to `wav`; takes its time, so call it in a thread. Raises SpeechError."""
        command = [part.replace("{wav}", str(wav)) for part in self.command]
        added = {key: value.replace("{wav}", str(wav)) for key, value in self.environment.items()}
        try:
            done = subprocess.run(
                command,
                input=f"{words}\n".encode(),
                capture_output=True,
                env={**os.environ, **added},
                timeout=TIME_LIMIT_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise SpeechError(f"{self.name} did not finish within {TIME_LIMIT_S:g} s") from error
        except OSError as error:
            raise SpeechError(f"{self.name}: {error.strerror or error}") from error
        if done.returncode != 0 or not wav.is_file():
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise SpeechError(f"{self.name}: {said[-1] if said else f'no sound, code {done.returncode}'}")
