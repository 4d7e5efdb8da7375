"""The metronome: exact over ten minutes, the same for any block size, never restarted, fading."""

import numpy as np
import pytest

from hub.sound.metronome import FADE_OUT_S, Metronome
from hub.sound.tones import CLICK_PEAK, RATE_HZ, Samples
from tests.hub.audio_analysis import onsets


def rendered(metronome: Metronome, seconds: float, block: int = 1024) -> Samples:
    left = round(seconds * RATE_HZ)
    parts = []
    while left > 0:
        parts.append(metronome.render(min(block, left)))
        left -= block
    return np.concatenate(parts)


@pytest.mark.parametrize("rate_spm", [172.3, 160.0])
def test_ten_minutes_of_beats_are_exact(rate_spm: float) -> None:
    metronome = Metronome()
    metronome.set_rate(rate_spm)
    samples = rendered(metronome, 600.0, 1237)
    beats = onsets(samples[2 * RATE_HZ :], CLICK_PEAK / 5) / RATE_HZ  # past the fade-in, whose first beats are softer
    assert len(beats) == pytest.approx(598 * rate_spm / 60, abs=1)
    assert np.abs(np.diff(beats) - 60 / rate_spm).max() < 1e-3  # goal of the project; next line: what it really is
    assert np.abs(beats - beats[0] - np.arange(len(beats)) * 60 / rate_spm).max() < 1e-4
    assert np.abs(samples).max() <= CLICK_PEAK


def test_blocks_of_any_length_give_the_same_samples() -> None:
    def beats(blocks: list[int]) -> Samples:
        metronome = Metronome()
        metronome.set_rate(181.0)
        return np.concatenate([metronome.render(n) for n in blocks])

    rng = np.random.default_rng(4)
    sizes = rng.integers(1, 5000, 200).tolist()
    whole, cut = beats([sum(sizes)]), beats(sizes)
    np.testing.assert_allclose(cut, whole, atol=1e-6)


def test_a_new_rate_continues_from_the_phase_of_the_old_one() -> None:
    metronome = Metronome()
    metronome.set_rate(170.0)
    before = rendered(metronome, 10.1)
    metronome.set_rate(178.0)
    after = rendered(metronome, 10.0)
    beats = onsets(np.concatenate([before, after])[RATE_HZ:], CLICK_PEAK / 5) / RATE_HZ
    gaps = np.diff(beats)
    assert np.count_nonzero(np.abs(gaps - 60 / 170) > 1e-4) == pytest.approx(10 * 178 / 60, abs=1.5)
    assert gaps.min() >= 60 / 178 - 1e-4
    assert gaps.max() <= 60 / 170 + 1e-4


def test_it_is_silent_until_started_and_its_phase_advances_while_silent() -> None:
    asked, always = Metronome(), Metronome()
    always.set_rate(165.0)
    asked.set_rate(165.0)
    asked.set_rate(None)
    assert not np.abs(rendered(Metronome(), 2.0)).any()
    rendered(asked, 7.77)
    rendered(always, 7.77)
    asked.set_rate(165.0)
    resumed = onsets(rendered(asked, 4.0)[RATE_HZ * 2 :], CLICK_PEAK / 5)
    np.testing.assert_array_equal(resumed, onsets(rendered(always, 4.0)[RATE_HZ * 2 :], CLICK_PEAK / 5))


def test_on_target_it_fades_beat_by_beat_and_then_is_silent() -> None:
    metronome = Metronome()
    metronome.set_rate(180.0)
    rendered(metronome, 3.0)
    metronome.set_rate(None)
    fading = rendered(metronome, FADE_OUT_S + 0.1)
    peaks = [np.abs(part).max() for part in np.array_split(fading, 5)]
    assert peaks == sorted(peaks, reverse=True)
    assert peaks[0] > 0.8 * CLICK_PEAK
    assert not np.abs(rendered(metronome, 2.0)[RATE_HZ // 10 :]).any()
