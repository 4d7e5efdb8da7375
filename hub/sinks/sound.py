"""Making the run audible: takes records from the bus, drives the mixer, keeps an output playing.

Nothing here waits for sound: speech is rendered and the device is opened and monitored in tasks of their own. A missing
device is reported once, and the run continues; headphones that are connected (again) later are found.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from drivers.clock import now_ns
from dsp.records import Cue, Metric, PainReport
from dsp.signals import NS_PER_S
from hub.flow.bus import Subscription
from hub.flow.facts import Arrival, Beat, Elsewhere, Fact, Mute
from hub.messages.session_status import SoundStatus
from hub.sound.clock import loop_clock
from hub.sound.latency import Latency
from hub.sound.mixer import Mixer
from hub.sound.output.output import OutputError
from hub.sound.pacing import CADENCE, Pacing
from hub.sound.plan import Sounds
from hub.sound.score import FRESH_S, Saying, saying
from hub.sound.sounds import Rank, Sound
from hub.sound.speech.engine import SpeechError
from hub.sound.speech.store import SpeechStore
from hub.sound.tones import Signal, signal_samples

CAPACITY = 200
"""Facts queued for this sink: minutes of cadence."""
TO_SPEAK = 8
"""Sentences queued for the speech engine."""
RETRY_S = (2.0, 4.0, 8.0, 15.0, 30.0)
"""Waits before a device is tried again; the last one repeats."""

_LOG = logging.getLogger("stridecue.sound")
_METRICS = frozenset({CADENCE, "running"})


def is_heard(fact: Fact) -> bool:
    """Whether a fact is audible, or needed to decide what is."""
    return isinstance(fact, Cue | PainReport | Arrival | Mute | Beat | Elsewhere) or (
        isinstance(fact, Metric) and fact.key in _METRICS
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """Text to be spoken; `saying` None: only to be rendered ahead."""

    text: str
    saying: Saying | None = None
    cause_ns: int | None = None
    asked_ns: int = 0


class SoundSink:
    """Plays the sounds for the facts of `subscription`.

    say     called with a line for the terminal: the output in use, or once that there is none
    notice  called with the reason when sound is lost, and with an empty text when it is back
    report  called with the state of sound whenever it may have changed
    live    records happen now, so their age when they are heard is measured
    """

    def __init__(
        self,
        sounds: Sounds,
        subscription: Subscription[Fact],
        *,
        say: Callable[[str], None],
        notice: Callable[[str], None],
        report: Callable[[SoundStatus], None] = lambda _status: None,
        live: bool = True,
    ) -> None:
        self.mixer = Mixer(loop_clock(), sounds.volume)
        self.latency = Latency()
        self.unspoken = 0  # sentences that came too fast or that the engine could not speak
        self._sounds = sounds
        self._subscription = subscription
        self._say_line = say
        self._notice = notice
        self._report = report
        self._live = live
        self._pacing = Pacing()
        self._beating_spm: float | None = None
        self._cause_ns: int | None = None
        self._muted = False
        self._output_name: str | None = None
        self._words: asyncio.Queue[_Words] = asyncio.Queue(TO_SPEAK)

    async def run(self) -> None:
        """Play until the bus has closed."""
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(self._keep_playing(), name="sound output")]
            if self._sounds.speech is not None:
                beside.append(group.create_task(self._speak(self._sounds.speech), name="sound speech"))
            async for batch in self._subscription.batches():
                for fact in batch:
                    self.take(fact)
                self._pace()
            for task in beside:
                task.cancel()
        self._publish()

    def status(self) -> SoundStatus:
        """Return the state of sound."""
        mixer, latency, output = self.mixer, self.latency, self._sounds.output
        speech = self._sounds.speech
        return SoundStatus(
            output=self._output_name,
            voice=None if speech is None else speech.engine.name,
            muted=self._muted,
            metronome_spm=None if self._beating_spm is None else round(self._beating_spm, 1),
            sounds=mixer.cues.played + mixer.answers.played,
            repeats=mixer.cues.repeats + mixer.answers.repeats,
            dropped=mixer.cues.dropped + mixer.cues.stale + mixer.lost_orders + self.unspoken,
            hub_p50_ms=latency.hub_ms(50),
            hub_p99_ms=latency.hub_ms(99),
            total_p50_ms=latency.total_ms(50),
            total_p99_ms=latency.total_ms(99),
            device_ms=output.latency_ms,
            underflows=output.underflows,
        )

    # -- from facts to sounds

    def take(self, fact: Fact) -> None:
        """Process one fact: queue what is to be heard for it."""
        match fact:
            case Arrival():
                self._cause_ns = fact.t_ns
            case Mute():
                self._mute(muted=fact.muted)
            case Elsewhere():
                self._pacing.stop()
            case Beat():
                self._publish()
            case Cue() | PainReport():
                if (heard := saying(fact)) is not None:
                    self._say(heard)
                self._pacing.update(fact)
            case Metric():
                self._pacing.update(fact)

    def _say(self, heard: Saying) -> None:
        if self._output_name is None:
            return  # nobody hears it, and it must not be played, outdated, when headphones come back
        if heard.signal is not None:
            self.mixer.play(
                Sound(
                    f"signal {heard.signal}",
                    heard.rank,
                    signal_samples(heard.signal),
                    heard.fresh_s,
                    self._cause_ns,
                    heard.t_ns if self._live else None,
                )
            )
        if heard.words is None or self._sounds.speech is None:
            return
        # Latency is measured on the first sound of a cue only: words after a tone wait for it on purpose.
        cause_ns = self._cause_ns if heard.signal is None else None
        words = _Words(heard.words, heard, cause_ns, now_ns())
        if not self._play_known(self._sounds.speech, words):
            self._ask(words)

    def _play_known(self, speech: SpeechStore, words: _Words) -> bool:
        heard, samples = words.saying, speech.known(words.text)
        if samples is None or heard is None:
            return samples is not None
        fresh_s = heard.fresh_s - (now_ns() - words.asked_ns) / NS_PER_S
        t_ns = heard.t_ns if self._live else None
        self.mixer.play(Sound(f"words {words.text}", heard.rank, samples, fresh_s, words.cause_ns, t_ns))
        return True

    def _ask(self, words: _Words) -> None:
        if self._words.full():
            self.unspoken += self._words.get_nowait().saying is not None
        self._words.put_nowait(words)

    def _mute(self, *, muted: bool) -> None:
        if muted == self._muted:
            return
        self._muted = muted
        self.mixer.mute(muted=muted)
        signal = Signal.MUTED if muted else Signal.UNMUTED
        self.mixer.play(Sound(f"signal {signal}", Rank.ANSWER, signal_samples(signal), FRESH_S[Rank.ANSWER]))
        if muted:
            self._pacing.stop()

    def _pace(self) -> None:
        rate_spm = self._pacing.rate_spm if self._sounds.metronome else None
        if rate_spm != self._beating_spm:
            self._beating_spm = rate_spm
            self.mixer.beat(rate_spm)

    def _publish(self) -> None:
        while self.mixer.handed:
            self.latency.add(self.mixer.handed.popleft())
        self._report(self.status())

    # -- tasks of their own

    async def _keep_playing(self) -> None:
        tries = 0
        while True:
            try:
                await self._sounds.output.play(self.mixer.render, self._opened)
            except OutputError as error:
                _LOG.warning("no sound: %s", error)
                if self._output_name is not None:
                    tries, self._output_name = 0, None
                    self._notice(f"no sound: {error}")
                elif not tries:
                    self._say_line(f"no sound: {error}")
                if error.final:
                    return
            await asyncio.sleep(RETRY_S[min(tries, len(RETRY_S) - 1)])
            tries += 1

    def _opened(self, name: str) -> None:
        self._output_name = name
        self._notice("")
        voice = "" if self._sounds.speech is None else f", voice {self._sounds.speech.engine.name}"
        self._say_line(f"sound on {name}{voice or ', ' + (self._sounds.lacking or 'no speech')}")

    async def _speak(self, speech: SpeechStore) -> None:
        ahead = list(reversed(self._sounds.phrases))
        while True:
            # What is needed now comes before what may be needed later.
            words = await self._words.get() if self._words.qsize() or not ahead else _Words(ahead.pop())
            try:
                if speech.known(words.text) is None:
                    await asyncio.to_thread(speech.render, words.text)
            except SpeechError as error:
                _LOG.warning("%s", error)
                self._notice_speech(str(error))
                ahead.clear()
                self.unspoken += words.saying is not None
            else:
                self._play_known(speech, words)

    def _notice_speech(self, text: str) -> None:
        if self._output_name is not None:
            self._notice(f"tones only, no speech: {text}")
