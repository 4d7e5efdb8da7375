"""eSpeak NG: a hundred languages in 13 MB, 8 MB of memory, 0.02 s a sentence. The engine on Linux.

It is under the GPL-3: we run it as a program and neither link nor ship it.
"""

from __future__ import annotations

import shutil

from hub.sound.speech.engine import Engine

NAME = "espeak-ng"
DEFAULT_VOICE = "en-us"


def find(voice: str | None, words_per_min: int) -> Engine | None:
    """Return the engine; None if it is not installed."""
    program = shutil.which(NAME)
    if program is None:
        return None
    command = (program, "-v", voice or DEFAULT_VOICE, "-s", str(words_per_min), "-w", "{wav}", "--stdin")
    return Engine(f"{NAME} ({voice or DEFAULT_VOICE})", command)
