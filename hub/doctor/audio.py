"""Check whether sound can be played here, and which speech engine there is."""

from __future__ import annotations

from hub.doctor.finding import Finding, Verdict
from hub.settings.config import SoundSection
from hub.sound.output.device import load_portaudio
from hub.sound.output.output import OutputError
from hub.sound.speech.choice import choose_engine


def check_audio() -> Finding:
    """Check the extra `[audio]`, PortAudio and an output device; a run needs none of them."""
    try:
        sounddevice = load_portaudio()
    except OutputError as error:
        what, _, remedy = str(error).rpartition(": ")
        return Finding("audio", Verdict.NOTE, f"no sound: {what}", remedy)
    try:
        output = sounddevice.query_devices(kind="output")
    except (sounddevice.PortAudioError, ValueError):
        return Finding(
            "audio",
            Verdict.NOTE,
            "no sound: no audio device",
            "connect headphones or speakers; a run works without sound too",
        )
    return Finding("audio", Verdict.OK, f"{output['name']}; to try it: stridecue sound try")


def check_speech(section: SoundSection | None = None) -> Finding:
    """Check for a speech engine; without one there are only tones."""
    section = section or SoundSection()
    engine, remedy = choose_engine(section.engine, section.voice, section.words_per_min, section.program)
    if engine is not None:
        return Finding("speech", Verdict.OK, engine.name)
    if not remedy:
        return Finding("speech", Verdict.OK, "off: tones only, as configured")
    return Finding("speech", Verdict.NOTE, "no speech engine: tones only", remedy)
