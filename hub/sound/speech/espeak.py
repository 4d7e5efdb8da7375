"""eSpeak NG: a hundred languages in 13 MB, 8 MB of memory, 0.02 s a sentence. The engine on Linux.

GPL-3: we start it as a program and neither link nor ship it.
"""

from __future__ import annotations

import shutil

from hub.sound.speech.engine import Engine

NAME = "espeak-ng"
DEFAULT_VOICE = "en-us"


def find(voice: str | None, words_per_min: int) -> Engine | None:
    """Give the engine if it is installed."""
    program = shutil.which(NAME)
    if program is None:
        return None
    command = (program, "-v", voice or DEFAULT_VOICE, "-s", str(words_per_min), "-w", "{wav}", "--stdin")
    return Engine(f"{NAME} ({voice or DEFAULT_VOICE})", command)
