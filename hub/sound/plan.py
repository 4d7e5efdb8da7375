"""The sound setup of a run, from the command line and `[sound]`. Loads no audio library."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import msgspec

from hub.settings.config import SoundSection
from hub.settings.folders import adding_extra, speech_folder
from hub.settings.sound_output import AUTO, NULL, OFF
from hub.sound.output.device import DeviceOutput
from hub.sound.output.output import Output
from hub.sound.output.silent import SilentOutput
from hub.sound.output.wav_file import WavFileOutput
from hub.sound.speech.choice import choose_engine
from hub.sound.speech.store import SpeechStore


@dataclass(frozen=True, slots=True)
class Sounds:
    """The sound setup of a run.

    volume     gain, 0-1
    speech     None: tones only
    phrases    texts to render in advance
    metronome  whether the metronome may be used
    lacking    what is missing and how to add it, for one line at the start; empty when nothing is
    """

    output: Output
    volume: float = 1.0
    speech: SpeechStore | None = None
    phrases: tuple[str, ...] = ()
    metronome: bool = True
    lacking: str = ""


def with_output(section: SoundSection, output: str | None) -> SoundSection:
    """Return the section with the output of `--sound`, if given, which takes precedence."""
    return section if output is None else msgspec.structs.replace(section, output=output)


def choose_sounds(
    section: SoundSection, phrases: tuple[str, ...] = (), *, dashboard: bool = False
) -> tuple[Sounds | None, str]:
    """Return the sound setup, or None and the reason (empty when sound was switched off on purpose)."""
    where = section.output
    if where == OFF:
        return None, ""
    if where == AUTO and importlib.util.find_spec("sounddevice") is None:
        return None, f"no sound: the extra is not installed; to add it: {adding_extra('audio')}"
    engine, remedy = choose_engine(section.engine, section.voice, section.words_per_min, section.program)
    sounds = Sounds(
        output=_output(section, dashboard=dashboard),
        volume=section.volume_pct / 100.0,
        speech=None if engine is None else SpeechStore(engine, speech_folder(), frozenset(phrases)),
        phrases=phrases,
        metronome=section.metronome,
        lacking=f"tones only, no speech; to add it: {remedy}" if remedy else "",
    )
    return sounds, ""


def _output(section: SoundSection, *, dashboard: bool) -> Output:
    where = section.output
    if where == AUTO:
        return DeviceOutput(section.device, own_stderr=dashboard)
    return SilentOutput() if where == NULL else WavFileOutput(Path(where).expanduser())
