"""The sound sink on virtual time: what is heard in a file, how soon, and what happens without a device."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from drivers.clock import now_ns
from dsp.records import Earcon, PainReport
from dsp.signals import NS_PER_S
from hub.flow.bus import Bus, Policy
from hub.flow.facts import Arrival, Beat, Elsewhere, Fact, Mute
from hub.messages.session_status import SoundStatus
from hub.sinks import sound
from hub.sinks.sound import SoundSink
from hub.sound.output import paced
from hub.sound.output.output import OutputError, Render
from hub.sound.output.silent import SilentOutput
from hub.sound.output.wav_file import WavFileOutput
from hub.sound.plan import Sounds
from hub.sound.speech.engine import Engine
from hub.sound.speech.store import SpeechStore
from hub.sound.tones import CLICK_PEAK, RATE_HZ, SPEECH_PEAK, Samples, Signal, signal_samples
from tests.hub.audio_analysis import a_cue, cadence, onsets, read, target

_TONE = """
import math, struct, sys, wave
sys.stdin.read()
with wave.open(sys.argv[1], "wb") as file:
    file.setnchannels(1); file.setsampwidth(2); file.setframerate(16000)
    file.writeframes(struct.pack("<16000h", *(int(9000 * math.sin(i / 8)) for i in range(16000))))
"""


@dataclass
class Listening:
    """A sink under test, and its output."""

    bus: Bus[Fact]
    sink: SoundSink
    task: asyncio.Task[None]
    lines: list[str]
    notices: list[str]
    start_s: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    @property
    def status(self) -> SoundStatus:
        return self.sink.status()

    async def tell(self, *facts: Fact, caused: bool = True) -> None:
        if caused:
            await self.bus.publish(Arrival(now_ns()))
        for fact in facts:
            await self.bus.publish(fact)

    async def end(self) -> SoundStatus:
        self.bus.close()
        await self.task
        return self.sink.status()


@asynccontextmanager
async def listening(sounds: Sounds) -> AsyncIterator[Listening]:
    bus: Bus[Fact] = Bus()
    lines: list[str] = []
    notices: list[str] = []
    facts = bus.subscribe("sound", Policy.DROP_OLDEST, sound.CAPACITY, wanted=sound.is_heard)
    sink = SoundSink(sounds, facts, say=lines.append, notice=notices.append)
    task = asyncio.create_task(sink.run(), name="sound")
    await asyncio.sleep(0.1)
    listener = Listening(bus, sink, task, lines, notices)
    try:
        yield listener
    finally:
        await listener.end()


@pytest.fixture
def speech(tmp_path: Path) -> SpeechStore:
    """One second of tone for anything."""
    return SpeechStore(Engine("test voice", (sys.executable, "-c", _TONE, "{wav}")), tmp_path / "speech")


def found_at_s(samples: Samples, signal: Signal) -> float:
    """The exact position of a signal in a recording."""
    wanted = signal_samples(signal)
    size = len(samples) + len(wanted)
    match = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(wanted, size).conj(), size)
    at = int(match[: len(samples) - len(wanted)].argmax())
    assert np.abs(samples[at : at + len(wanted)] - wanted).max() < 1e-3
    return at / RATE_HZ


async def test_a_cue_is_a_tone_and_then_words(tmp_path: Path, speech: SpeechStore) -> None:
    path = tmp_path / "run.wav"
    async with listening(Sounds(WavFileOutput(path), speech=speech)) as heard:
        await asyncio.sleep(2.0)
        await heard.tell(a_cue(earcon=Earcon.ABOVE, speak="Let the steps settle."))
        await asyncio.sleep(3.0)
    assert heard.lines == [f"sound on {path}, voice test voice"]
    samples = read(path)
    assert len(samples) / RATE_HZ == pytest.approx(5.1, abs=0.1)
    assert np.abs(samples).max() < 1.0
    tone_s = found_at_s(samples, Signal.ABOVE)
    assert tone_s == pytest.approx(2.1, abs=0.05)
    words = samples[round((tone_s + 0.24) * RATE_HZ) :]
    assert np.abs(words).max() == pytest.approx(SPEECH_PEAK, abs=0.01)
    assert (np.abs(words) > 0.1).sum() / RATE_HZ == pytest.approx(0.9, abs=0.15)


async def test_the_latency_from_packet_to_first_sample_is_measured(speech: SpeechStore) -> None:
    async with listening(Sounds(SilentOutput(), speech=speech)) as heard:
        for number in range(40):
            await heard.tell(a_cue(earcon=list(Earcon)[number % 4]))
            await asyncio.sleep(1.13)
        await heard.tell(Beat(now_ns()), caused=False)
        await asyncio.sleep(0.1)
        status = heard.status
    assert status.sounds == 40
    assert status.hub_p50_ms is not None
    assert status.hub_p99_ms is not None
    assert 0.0 <= status.hub_p50_ms <= status.hub_p99_ms <= 100.0


async def test_the_metronome_follows_the_runner(tmp_path: Path) -> None:
    path = tmp_path / "run.wav"
    async with listening(Sounds(WavFileOutput(path))) as heard:
        await heard.tell(a_cue(10.0, because=(cadence(10.0, 160), target(10.0, 174.0))))
        for second in range(30):
            await heard.tell(cadence(11.0 + second, 160.0 if second < 15 else 173.0), caused=False)
            await asyncio.sleep(1.0)
        assert heard.status.metronome_spm is None
    samples = read(path)
    beating = samples[3 * RATE_HZ : 15 * RATE_HZ]
    assert np.abs(np.diff(onsets(beating)) / RATE_HZ - 60 / 174).max() < 1e-3
    assert np.abs(beating).max() == pytest.approx(CLICK_PEAK, abs=0.01)
    assert not np.abs(samples[26 * RATE_HZ :]).any()  # on target from second 15, 4 s until sure, 5 s to fade


async def test_the_metronome_stops_when_a_replay_changes_its_position(tmp_path: Path) -> None:
    async with listening(Sounds(WavFileOutput(tmp_path / "run.wav"))) as heard:
        await heard.tell(a_cue(10.0, because=(cadence(10.0, 160), target(10.0, 174.0))))
        await asyncio.sleep(1.0)
        assert heard.status.metronome_spm == 174.0
        await heard.tell(Elsewhere(5), caused=False)
        await asyncio.sleep(1.0)
        assert heard.status.metronome_spm is None


async def test_ten_minutes_of_metronome_in_a_file_are_exact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paced, "BLOCK_S", 0.5)  # fewer, longer blocks: the same samples
    path = tmp_path / "run.wav"
    async with listening(Sounds(WavFileOutput(path))) as heard:
        for second in range(600):
            if second % 100 == 0:  # the runner has to be asked again now and then
                await heard.tell(a_cue(float(second), because=(target(second, 171.0),)))
            await heard.tell(cadence(second + 0.5, 160.0), caused=False)
            await asyncio.sleep(1.0)
    samples = read(path)[3 * RATE_HZ :]
    assert np.abs(samples).max() < 1.0
    period_s = 60 / 171.0
    beats_s = onsets(samples, CLICK_PEAK / 5, quiet_s=0.1) / RATE_HZ
    gaps_s = np.diff(beats_s)
    beats = np.abs(gaps_s - period_s) < 0.02  # the tones of the cues fall between the others
    assert beats.sum() > 0.95 * 597 / period_s
    assert np.abs(gaps_s[beats] - period_s).max() < 1e-3
    over_all_s = (beats_s[-1] - beats_s[0] + period_s / 2) % period_s - period_s / 2
    assert abs(over_all_s) < 1e-3


async def test_muted_is_silent_except_for_answers_to_the_runner(tmp_path: Path, speech: SpeechStore) -> None:
    path = tmp_path / "run.wav"
    async with listening(Sounds(WavFileOutput(path), speech=speech)) as heard:
        await heard.tell(Mute(now_ns(), muted=True, by="runner"), Mute(now_ns(), muted=True, by="runner"), caused=False)
        await asyncio.sleep(1.0)
        await heard.tell(a_cue(speak="Quick, light steps."))
        await asyncio.sleep(3.0)
        await heard.tell(PainReport(now_ns(), 4))
        await asyncio.sleep(1.0)
        assert heard.status.muted
        await heard.tell(Mute(now_ns(), muted=False, by="runner"), caused=False)
        await asyncio.sleep(1.0)
    samples = read(path)
    assert found_at_s(samples[:RATE_HZ], Signal.MUTED) == pytest.approx(0.12, abs=0.05)
    assert not samples[round(1.0 * RATE_HZ) : round(4.0 * RATE_HZ)].any()
    assert found_at_s(samples[4 * RATE_HZ : 5 * RATE_HZ], Signal.NOTED) == pytest.approx(0.12, abs=0.05)
    assert found_at_s(samples[5 * RATE_HZ :], Signal.UNMUTED) == pytest.approx(0.12, abs=0.05)


async def test_rendering_speech_never_blocks_the_loop(speech: SpeechStore, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []
    render = speech.render

    def noted(words: str) -> None:
        threads.append(threading.get_ident())
        render(words)

    monkeypatch.setattr(speech, "render", noted)
    async with listening(Sounds(SilentOutput(), speech=speech, phrases=("known before",))) as heard:
        await heard.tell(a_cue(speak="one"), a_cue(speak="two"))
        await asyncio.sleep(5.0)
        assert len(threads) == 3
        assert threading.get_ident() not in threads
        assert heard.status.sounds == 3  # one tone (the second is a repeat), twice words
        assert heard.status.repeats == 1


async def test_what_is_needed_now_is_spoken_before_what_may_be_needed(
    speech: SpeechStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    began = asyncio.Event()
    loop = asyncio.get_running_loop()
    render = speech.render

    def watched(words: str) -> None:
        order.append(words)
        loop.call_soon_threadsafe(began.set)
        render(words)

    monkeypatch.setattr(speech, "render", watched)
    ahead = tuple(f"phrase {number}" for number in range(6))
    bus: Bus[Fact] = Bus()
    facts = bus.subscribe("sound", Policy.DROP_OLDEST, 10, wanted=sound.is_heard)
    sink = SoundSink(Sounds(SilentOutput(), speech=speech, phrases=ahead), facts, say=print, notice=print)
    task = asyncio.create_task(sink.run(), name="sound")
    await began.wait()
    await bus.publish(a_cue(speak="now"))
    await asyncio.sleep(2.0)
    bus.close()
    await task
    assert sorted(order) == sorted([*ahead, "now"])
    assert order.index("now") <= 2


async def test_without_a_working_voice_the_tones_remain(tmp_path: Path) -> None:
    broken = SpeechStore(Engine("voice", (sys.executable, "-c", "raise SystemExit('hoarse')")), tmp_path)
    async with listening(Sounds(SilentOutput(), speech=broken)) as heard:
        await heard.tell(a_cue(speak="Quick, light steps."))
        await asyncio.sleep(2.0)
        assert heard.status.sounds == 1
        assert heard.status.dropped == 1
    assert any("tones only" in notice and "hoarse" in notice for notice in heard.notices)


class FlakyOutput:
    """Plays according to a script: for a time in seconds, or fails with a reason."""

    latency_ms: float | None = None
    underflows = 0

    def __init__(self, *script: float | OutputError) -> None:
        self._script = list(script)
        self.opened = 0

    async def play(self, render: Render, opened: Callable[[str], None]) -> None:
        now = self._script.pop(0) if self._script else OutputError("no audio device")
        if isinstance(now, OutputError):
            raise now
        self.opened += 1
        opened("headphones")
        for _ in range(round(now / 0.02)):
            render(RATE_HZ // 50)
            await asyncio.sleep(0.02)
        raise OutputError("headphones is gone")


async def test_a_missing_device_is_reported_once_and_the_run_continues() -> None:
    async with listening(Sounds(FlakyOutput())) as heard:
        for _ in range(50):
            await heard.tell(a_cue())
            await asyncio.sleep(10.0)
        status = heard.status
    assert heard.lines == ["no sound: no audio device"]
    assert heard.notices == []
    assert status.output is None
    assert status.sounds == 0
    assert status.dropped == 0


async def test_disconnected_headphones_are_reported_and_found_again() -> None:
    output = FlakyOutput(OutputError("no audio device"), 20.0, OutputError("no audio device"), 300.0)
    async with listening(Sounds(output)) as heard:
        await asyncio.sleep(15.0)
        outputs = [heard.status.output]
        await heard.tell(a_cue(earcon=Earcon.ABOVE))
        await asyncio.sleep(8.0)
        outputs.append(heard.status.output)
        await heard.tell(a_cue(earcon=Earcon.BELOW))  # nobody hears it, and it is not said when they are back
        await asyncio.sleep(30.0)
        assert [*outputs, heard.status.output] == ["headphones", None, "headphones"]
        assert heard.status.sounds == 1
    assert heard.lines[0] == "no sound: no audio device"
    assert [line.split(",")[0] for line in heard.lines[1:]] == ["sound on headphones"] * 2
    assert heard.notices == ["", "no sound: headphones is gone", ""]


async def test_an_output_that_will_never_work_is_not_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "no such folder" / "run.wav"
    async with listening(Sounds(WavFileOutput(path))) as heard:
        await asyncio.sleep(100.0)
        await heard.tell(a_cue())
    assert heard.lines == [f"no sound: {path}: No such file or directory"]


async def test_ten_minutes_of_facts_fill_no_queue(speech: SpeechStore) -> None:
    async with listening(Sounds(SilentOutput(), speech=speech)) as heard:
        for second in range(600):
            await heard.tell(cadence(float(second), 168.0), Beat(second * NS_PER_S), caused=False)
            await asyncio.sleep(1.0)
    (facts,) = heard.bus.subscriptions
    assert facts.dropped == 0
    assert facts.made == facts.delivered == 1200
