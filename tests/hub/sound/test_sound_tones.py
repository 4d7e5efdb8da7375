"""Signals: distinguished by the number of their tones and by pitch, and never louder than their level."""

from itertools import combinations

import numpy as np
import pytest

from hub.sound.tones import RATE_HZ, SIGNAL_PEAK, Signal, click_samples, signal_samples
from tests.hub.audio_analysis import onsets, pitches_hz

TONES = {Signal.ABOVE: 1, Signal.BELOW: 2}
PITCHES_HZ = {
    Signal.ABOVE: [880],
    Signal.BELOW: [587],
    Signal.NEAR: [523, 659, 784],
    Signal.REACHED: [415, 622, 831],
    Signal.STOP: [740, 988],
    Signal.NOTED: [1047, 1568],
    Signal.MUTED: [880, 1319],
    Signal.UNMUTED: [880, 1319],
}


@pytest.mark.parametrize("signal", Signal)
def test_a_signal_is_short_levelled_and_begins_and_ends_in_silence(signal: Signal) -> None:
    samples = signal_samples(signal)
    assert 0.1 < len(samples) / RATE_HZ < 1.0
    assert np.abs(samples).max() == pytest.approx(SIGNAL_PEAK, rel=1e-3)
    assert np.abs(samples[[0, -1]]).max() < 0.01


@pytest.mark.parametrize(("signal", "tones"), TONES.items())
def test_one_tone_is_above_and_two_are_below(signal: Signal, tones: int) -> None:
    assert len(onsets(signal_samples(signal))) == tones


@pytest.mark.parametrize(("signal", "pitches"), PITCHES_HZ.items())
def test_its_spectral_peaks_are_its_notes(signal: Signal, pitches: list[int]) -> None:
    assert pitches_hz(signal_samples(signal)) == pytest.approx(pitches, abs=20)


def test_no_two_signals_have_the_same_notes_in_the_same_order() -> None:
    def melody(signal: Signal) -> list[int]:
        """Strongest pitch at its beginning and at its end, to 100 Hz."""
        parts = np.array_split(signal_samples(signal), 4)
        return [round(pitches_hz(part, 1.0)[0] / 100) for part in (parts[0], parts[-1])]

    for one, other in combinations(Signal, 2):
        assert PITCHES_HZ[one] != PITCHES_HZ[other] or melody(one) != melody(other), (one, other)


def test_a_click_begins_at_once_and_is_over_before_the_next_could_come() -> None:
    click = click_samples()
    assert np.abs(click).argmax() < 0.001 * RATE_HZ
    assert len(click) / RATE_HZ < 60 / 240
