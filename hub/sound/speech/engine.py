"""A speech engine: a program that reads text and writes a WAV file.

A separate program, because the good free engines are under the GPL, because it cannot block or crash the hub, and
because most systems have one already (decision 5).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TIME_LIMIT_S = 15.0
"""A sentence takes 0.02 s on a laptop; an engine that takes this long hangs."""


class SpeechError(Exception):
    """The engine failed; the text names the engine and its own message."""


@dataclass(frozen=True, slots=True)
class Engine:
    """How to call an engine. The text goes to its standard input, so that no word is taken for an option.

    name         display name, with the voice
    command      arguments; `{wav}` is replaced by the path of the output
    environment  variables to add, with the same replacement
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """A key that distinguishes what sounds different: engine, voice and speed."""
        return "\n".join([*self.command, *(f"{key}={value}" for key, value in sorted(self.environment.items()))])

    def speak(self, words: str, wav: Path) -> None:
        """Write `words` as speech to `wav`; blocking, so call it in a thread. Raises SpeechError."""
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
            lines = done.stderr.decode(errors="replace").strip().splitlines()
            raise SpeechError(f"{self.name}: {lines[-1] if lines else f'no sound, exit code {done.returncode}'}")
