"""Can sound be played here."""

from __future__ import annotations

import importlib

from hub.doctor.finding import Finding, Verdict
from hub.folders import adding_extra


def check_audio() -> Finding:
    """Look for the extra `[audio]`, PortAudio and an output; none of them is needed for a run."""
    try:
        sounddevice = importlib.import_module("sounddevice")
    except ImportError:
        return Finding("audio", Verdict.NOTE, "no sound: the extra is not installed", adding_extra("audio"))
    except OSError as error:  # what sounddevice raises when the library behind it is missing
        return Finding("audio", Verdict.NOTE, f"no sound: {error}", "sudo apt install libportaudio2")
    try:
        output = sounddevice.query_devices(kind="output")
    except (sounddevice.PortAudioError, ValueError) as error:
        return Finding("audio", Verdict.NOTE, f"no sound: {error}", "plug in or pair headphones; a run works without")
    return Finding("audio", Verdict.OK, str(output["name"]))
