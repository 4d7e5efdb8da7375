"""`stridecue sound try`: play every sound that a run can make, so that the runner knows them beforehand."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from argparse import Namespace

from dsp import texts
from dsp.records import Side
from hub.commands.live import chosen_config
from hub.sound.clock import loop_clock
from hub.sound.mixer import Mixer
from hub.sound.output.output import OutputError
from hub.sound.phrases import spoken_phrases
from hub.sound.plan import Sounds, choose_sounds, with_output
from hub.sound.recital import recital
from hub.sound.speech.engine import SpeechError
from hub.sound.speech.store import SpeechStore
from hub.sound.tones import Samples
from hub.terminal.terminal import echo


def run(options: Namespace) -> int:
    """Play or write every sound; 1 when there is no output. Raises ConfigError."""
    config, _where = chosen_config(options.config)
    section = with_output(config.sound, options.sound)
    sounds, why_not = choose_sounds(section, spoken_phrases())
    if sounds is None:
        echo(f"stridecue: {why_not or 'sound is off; turn it on with --sound auto'}", sys.stderr)
        return 1
    spoken = _spoken(sounds.speech, options.words)
    if sounds.lacking:
        echo(sounds.lacking)
    try:
        asyncio.run(perform(sounds, spoken))
    except OutputError as error:
        echo(f"stridecue: no sound: {error}", sys.stderr)
        return 1
    return 0


def _spoken(speech: SpeechStore | None, words: list[str]) -> list[tuple[str, Samples]]:
    if speech is None:
        return []
    spoken: list[tuple[str, Samples]] = []
    chosen = words or [texts.QUICK_STEPS_SPOKEN, texts.BELT_NEAR_SPOKEN.format(side=Side.LEFT), texts.REACHED_SPOKEN]
    for text in chosen:
        try:
            speech.render(text)
        except SpeechError as error:
            echo(f"stridecue: no speech: {error}", sys.stderr)
            return spoken
        if (samples := speech.known(text)) is not None:
            spoken.append((text, samples))
    print(f"voice     {speech.engine.name}")
    return spoken


async def perform(sounds: Sounds, spoken: list[tuple[str, Samples]]) -> None:
    """Play one sound after the other; raises OutputError."""
    mixer = Mixer(loop_clock(), sounds.volume)
    opened = asyncio.Event()

    def announce(name: str) -> None:
        print(f"output    {name}", flush=True)
        opened.set()

    playing = asyncio.create_task(sounds.output.play(mixer.render, announce), name="sound output")
    try:
        ready = asyncio.create_task(opened.wait(), name="sound opens")
        await asyncio.wait({playing, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        for item in recital(mixer, spoken):
            if playing.done():
                break
            print(item.name, flush=True)
            item.start()
            await asyncio.wait({playing}, timeout=item.listen_s)
    finally:
        playing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await playing
