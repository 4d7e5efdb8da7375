"""Speech: a program's WAV is rendered once; eSpeak NG, if installed, produces plausible speech."""

import os
import shutil
import sys
import threading
import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from dsp import texts
from hub.sound.speech import store as store_module
from hub.sound.speech.choice import choose_engine
from hub.sound.speech.engine import Engine, SpeechError
from hub.sound.speech.store import SpeechStore
from hub.sound.speech.wave_samples import read_wave, resampled
from hub.sound.tones import RATE_HZ, SPEECH_PEAK, Samples

_SPEAKER = """
import math, struct, sys, wave
words = sys.stdin.read()
with open(sys.argv[2], "a") as said: said.write(words)
with wave.open(sys.argv[1], "wb") as file:
    file.setnchannels(1); file.setsampwidth(2); file.setframerate(16000)
    tone = [int(9000 * math.sin(2 * math.pi * 300 * i / 16000)) for i in range(16000 * len(words.split()) // 4)]
    file.writeframes(bytes(8000) + struct.pack(f"<{len(tone)}h", *tone) + bytes(8000))
"""


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    return tmp_path / "said.txt"


@pytest.fixture
def engine(diary: Path) -> Engine:
    """A quarter of a second of tone for each word, and a diary of what it was asked to say."""
    return Engine("test voice", (sys.executable, "-c", _SPEAKER, "{wav}", str(diary)))


def rendered(store: SpeechStore, words: str) -> Samples:
    store.render(words)
    samples = store.known(words)
    assert samples is not None
    return samples


def test_words_are_rendered_once_and_cached_for_later_runs(engine: Engine, diary: Path, tmp_path: Path) -> None:
    store = SpeechStore(engine, tmp_path / "speech")
    assert store.known("Quick, light steps.") is None
    samples = rendered(store, "Quick, light steps.")
    assert len(samples) / RATE_HZ == pytest.approx(0.75, abs=0.05)  # the silence before and after is cut off
    assert np.abs(samples).max() == pytest.approx(SPEECH_PEAK, rel=1e-3)
    later = rendered(SpeechStore(engine, tmp_path / "speech"), "Quick, light steps.")
    np.testing.assert_array_equal(later, samples)
    assert diary.read_text() == "Quick, light steps.\n"
    assert len(list((tmp_path / "speech").iterdir())) == 1


def test_another_voice_is_rendered_again(engine: Engine, diary: Path, tmp_path: Path) -> None:
    rendered(SpeechStore(engine, tmp_path), "Belt level.")
    rendered(SpeechStore(Engine("other", (*engine.command, "other")), tmp_path), "Belt level.")
    assert diary.read_text() == "Belt level.\n" * 2


def test_a_truncated_file_is_rendered_again(engine: Engine, diary: Path, tmp_path: Path) -> None:
    whole = rendered(SpeechStore(engine, tmp_path / "speech"), "Belt level.")
    (file,) = (tmp_path / "speech").iterdir()
    file.write_bytes(file.read_bytes()[:20])
    np.testing.assert_array_equal(rendered(SpeechStore(engine, tmp_path / "speech"), "Belt level."), whole)
    assert diary.read_text().count("Belt") == 2


def test_messages_from_others_are_not_stored_on_disk(engine: Engine, diary: Path, tmp_path: Path) -> None:
    store = SpeechStore(engine, tmp_path / "speech", lasting=frozenset({"Belt level."}))
    rendered(store, "Mind the dog, Ann.")
    assert list((tmp_path / "speech").iterdir()) == []
    rendered(store, "Belt level.")
    assert len(list((tmp_path / "speech").iterdir())) == 1
    assert diary.read_text() == "Mind the dog, Ann.\nBelt level.\n"


def test_memory_and_disk_are_bounded(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "KEPT_S", 1.1)
    monkeypatch.setattr(store_module, "KEPT_FILES", 2)
    store = SpeechStore(engine, tmp_path / "speech")
    for words in ("one two", "three four", "five six"):
        rendered(store, words)
    assert store.known("one two") is None
    assert store.known("five six") is not None
    assert len(list((tmp_path / "speech").iterdir())) == 2


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("no-such-speaker",), "No such file"),
        ((sys.executable, "-c", "import sys; sys.exit('the voice does not exist')"), "the voice does not exist"),
        ((sys.executable, "-c", ""), "no sound, exit code 0"),
    ],
)
def test_an_engine_that_fails_raises_with_its_reason(command: tuple[str, ...], said: str, tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match=said):
        SpeechStore(Engine("voice", command), tmp_path).render("words")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_raises(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SpeechError, match="cannot be stored"):
        SpeechStore(engine, tmp_path / "file" / "speech").render("words")


def test_the_words_never_become_options_of_the_program(engine: Engine, diary: Path, tmp_path: Path) -> None:
    rendered(SpeechStore(engine, tmp_path), "--help; rm -rf $HOME `x`")
    assert diary.read_text() == "--help; rm -rf $HOME `x`\n"


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 44_100, 96_000])
def test_resampling_keeps_a_tone(rate_hz: int) -> None:
    def tone(at_hz: int) -> np.ndarray:
        t_s = np.arange(round(1.25 * at_hz)) / at_hz
        return np.sin(2 * np.pi * 440.0 * t_s) * np.sin(np.pi * t_s / 1.25)

    given, wanted = resampled(tone(rate_hz), rate_hz), tone(RATE_HZ)
    assert abs(len(given) - len(wanted)) <= 2
    least = min(len(given), len(wanted))
    np.testing.assert_allclose(given[:least], wanted[:least], atol=2e-3)


def test_a_silent_or_unsupported_file_is_rejected(tmp_path: Path) -> None:
    for name, width, frames in (("silent", 2, bytes(2000)), ("eight bit", 1, bytes(range(200)))):
        path = tmp_path / f"{name}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(width)
            file.setframerate(16_000)
            file.writeframes(frames)
        with pytest.raises(SpeechError, match=name):
            read_wave(path)


def test_a_missing_engine_is_reported_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    engine, remedy = choose_engine("auto", None, 165)
    assert engine is None
    assert "espeak-ng" in remedy
    assert choose_engine("none", None, 165) == (None, "")
    assert "no such program: my-voice" in choose_engine("program", None, 165, ("my-voice",))[1]


# -- eSpeak NG itself


@pytest.fixture(scope="module")
def espeak(tmp_path_factory: pytest.TempPathFactory) -> SpeechStore:
    engine, remedy = choose_engine("espeak-ng", None, 165)
    if engine is None:
        message = f"eSpeak NG is not installed: {remedy}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return SpeechStore(engine, tmp_path_factory.mktemp("speech"))


def bands(samples: Samples) -> np.ndarray:
    """Power in each 20 ms (rows) below 300 Hz, to 1, 2.5, 5 and 11 kHz."""
    size = RATE_HZ // 50
    frames = samples[: len(samples) // size * size].reshape(-1, size) * np.hanning(size)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    edges = [0, 300, 1000, 2500, 5000, 11_000]
    return np.stack([power[:, a // 50 : b // 50].sum(axis=1) for a, b in pairwise(edges)], axis=1)


@pytest.mark.parametrize("words", [texts.QUICK_STEPS_SPOKEN, texts.REACHED_SPOKEN, texts.SPIKE_SPOKEN])
def test_espeak_produces_plausible_speech(espeak: SpeechStore, words: str) -> None:
    samples = rendered(espeak, words)
    seconds_a_word = len(samples) / RATE_HZ / len(words.split())
    assert 0.2 < seconds_a_word < 0.7  # 165 words a minute are 0.36
    assert np.abs(samples).max() < 1.0
    power = bands(samples)
    total = power.sum()
    assert power[:, 1:3].sum() > 0.4 * total  # the first two formants lie between 300 and 2500 Hz
    assert power[:, 4].sum() < 0.3 * total
    loud = power.sum(axis=1) > 0.02 * power.sum(axis=1).max()
    assert 0.4 < loud.mean() < 0.99  # syllables, and the short silences between them
    # Vowels and consonants: the balance between the formants changes all the time, unlike a tone's or noise's.
    balance = np.log10((power[loud, 1] + 1e-9) / (power[loud, 2] + 1e-9))
    assert balance.std() > 0.3


def test_faster_is_shorter_and_voices_differ(tmp_path: Path, espeak: SpeechStore) -> None:
    del espeak  # it is here
    lengths = []
    for voice, words_per_min in (("en-us", 130), ("en-us", 220), ("en-gb", 130)):
        engine, _remedy = choose_engine("espeak-ng", voice, words_per_min)
        assert engine is not None
        lengths.append(len(rendered(SpeechStore(engine, tmp_path), texts.REACHED_SPOKEN)))
    assert lengths[1] < 0.8 * lengths[0]
    assert lengths[2] != lengths[0]


def test_an_unknown_voice_raises_with_the_engines_message(tmp_path: Path, espeak: SpeechStore) -> None:
    del espeak
    engine, _remedy = choose_engine("espeak-ng", "xyzzy", 165)
    assert engine is not None
    with pytest.raises(SpeechError, match="voice does not exist"):
        SpeechStore(engine, tmp_path).render("words")


def test_speaking_is_possible_from_any_thread(engine: Engine, tmp_path: Path) -> None:
    store = SpeechStore(engine, tmp_path)
    thread = threading.Thread(target=store.render, args=("words",))
    thread.start()
    thread.join()
    assert store.known("words") is not None
