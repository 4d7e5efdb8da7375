"""`say`, part of macOS. Written from its manual page; not yet run by us."""

from __future__ import annotations

import shutil
import sys

from hub.sound.speech.engine import Engine

NAME = "say"


def find(voice: str | None, words_per_min: int) -> Engine | None:
    """Return the engine; None on other systems than macOS."""
    program = shutil.which(NAME) if sys.platform == "darwin" else None
    if program is None:
        return None
    chosen = ("-v", voice) if voice else ()
    written = ("-o", "{wav}", "--file-format=WAVE", "--data-format=LEI16@22050")
    return Engine(
        f"{NAME} ({voice or 'system voice'})", (program, *chosen, "-r", str(words_per_min), *written, "-f", "-")
    )
