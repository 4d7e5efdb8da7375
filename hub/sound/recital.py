"""The demonstration of every sound that `stridecue sound try` plays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from hub.sound.mixer import Mixer
from hub.sound.sounds import Rank, Sound
from hub.sound.tones import RATE_HZ, Samples, Signal, signal_samples

MEANING = {
    Signal.ABOVE: "one tone: above where it should be, do less of it",
    Signal.BELOW: "two tones: below where it should be, do more of it",
    Signal.NEAR: "three tones, rising: a threshold is near, or a question",
    Signal.REACHED: "three tones, falling: a threshold is reached",
    Signal.STOP: "six tones, alternating: stop for today",
    Signal.NOTED: "two quick high tones: your input was understood (three taps, a key, a message)",
    Signal.MUTED: "two quick tones, falling: muted from now on",
    Signal.UNMUTED: "two quick tones, rising: cues again",
}
BEAT_SPM = 174.0
PAUSE_S = 0.8
BEATS_S = 4.0
FADE_S = 6.0


@dataclass(frozen=True, slots=True)
class Item:
    """One sound: its name, the call that starts it in the mixer, and how long to listen."""

    name: str
    start: Callable[[], None]
    listen_s: float


def recital(mixer: Mixer, spoken: list[tuple[str, Samples]]) -> Iterator[Item]:
    """Yield every signal, then speech, then the metronome: alone, under speech, and fading out."""
    for signal in Signal:
        sound = Sound(f"try {signal}", Rank.SIGNAL, signal_samples(signal), 60.0)
        yield _once(mixer, f"{signal:<9} {MEANING[signal]}", sound)
    for words, samples in spoken:
        yield _once(mixer, f"{'words':<9} {words}", Sound(f"try {words}", Rank.SPEECH, samples, 60.0))
    yield Item(f"{'beat':<9} the metronome at {BEAT_SPM:g}", partial(mixer.beat, BEAT_SPM), BEATS_S)
    for words, samples in spoken[:1]:
        over = Sound(f"try over {words}", Rank.SPEECH, samples, 60.0)
        yield _once(mixer, f"{'':<9} words over it", over)
    yield Item(f"{'':<9} and it fades: on target", partial(mixer.beat, None), FADE_S)


def _once(mixer: Mixer, name: str, sound: Sound) -> Item:
    return Item(name, partial(mixer.play, sound), len(sound.samples) / RATE_HZ + PAUSE_S)
