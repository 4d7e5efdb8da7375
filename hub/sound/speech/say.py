"""`say`: part of macOS. Written from its manual page; not run by us yet."""

from __future__ import annotations

import shutil
import sys

from hub.sound.speech.engine import Engine

NAME = "say"


def find(voice: str | None, words_per_min: int) -> Engine | None:
    """Give the engine on macOS."""
    program = shutil.which(NAME) if sys.platform == "darwin" else None
    if program is None:
        return None
    chosen = ("-v", voice) if voice else ()
    written = ("-o", "{wav}", "--file-format=WAVE", "--data-format=LEI16@22050")
    return Engine(
        f"{NAME} ({voice or 'system voice'})", (program, *chosen, "-r", str(words_per_min), *written, "-f", "-")
    )
