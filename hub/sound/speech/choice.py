"""Choosing the speech engine: the configured one, else what this system has."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence

from hub.sound.speech import espeak, sapi, say
from hub.sound.speech.engine import Engine

AUTO, NONE, PROGRAM = "auto", "none", "program"
_FINDERS: dict[str, Callable[[str | None, int], Engine | None]] = {
    say.NAME: say.find,
    sapi.NAME: sapi.find,
    espeak.NAME: espeak.find,
}
"""In order of preference: the system's own voices are better."""
_INSTALL = {"linux": "sudo apt install espeak-ng"}


def choose_engine(
    name: str, voice: str | None, words_per_min: int, program: Sequence[str] = ()
) -> tuple[Engine | None, str]:
    """Return the engine, or None and how to get one (empty when none is wanted)."""
    if name == NONE:
        return None, ""
    if name == PROGRAM:
        if program and shutil.which(program[0]):
            return Engine(program[0], tuple(program)), ""
        return None, f"no such program: {program[0] if program else '(sound.program is empty)'}"
    finders = _FINDERS.values() if name == AUTO else (_FINDERS[name],)
    for find in finders:
        if (engine := find(voice, words_per_min)) is not None:
            return engine, ""
    return None, how_to_install() if name in {AUTO, espeak.NAME} else f"{name} is not part of this system"


def how_to_install() -> str:
    """Return how to add a speech engine to this system."""
    return _INSTALL.get(sys.platform, "install eSpeak NG and make sure that `espeak-ng` is on the PATH")
