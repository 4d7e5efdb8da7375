"""The mixer: the order of sounds, what is left out and counted, and that nothing is ever clipped."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hub.sound.channel import CAPACITY, Channel
from hub.sound.mixer import DUCKED, ORDERS, Mixer
from hub.sound.sounds import Rank, Sound
from hub.sound.tones import CLICK_PEAK, RATE_HZ, SPEECH_PEAK, Samples, Signal, signal_samples

BLOCK = 960


class Clock:
    def __init__(self) -> None:
        self.now_ns = 0

    def __call__(self) -> int:
        return self.now_ns


def loud(seconds: float, level: float = SPEECH_PEAK) -> Samples:
    return np.full(round(seconds * RATE_HZ), level, dtype=np.float32)


def sound(key: str, rank: Rank = Rank.SPEECH, seconds: float = 1.0, fresh_s: float = 60.0) -> Sound:
    return Sound(key, rank, loud(seconds), fresh_s, cause_ns=0)


def listen(mixer: Mixer, seconds: float, clock: Clock | None = None) -> Samples:
    parts = []
    for _ in range(round(seconds * RATE_HZ / BLOCK)):
        parts.append(mixer.render(BLOCK))
        if clock is not None:
            clock.now_ns += BLOCK * 1_000_000_000 // RATE_HZ
    return np.concatenate(parts)


def keys(mixer: Mixer) -> list[str]:
    return [handed.sound.key for handed in mixer.handed]


def test_one_at_a_time_the_most_important_first() -> None:
    mixer = Mixer(Clock())
    for each in (sound("tone", Rank.SIGNAL), sound("words", Rank.SPEECH), sound("threshold", Rank.THRESHOLD)):
        mixer.play(each)
    samples = listen(mixer, 4.0)
    assert keys(mixer) == ["threshold", "words", "tone"]
    assert np.abs(samples).max() <= SPEECH_PEAK + 1e-6


def test_a_threshold_cuts_a_cue_short_without_a_click() -> None:
    mixer = Mixer(Clock())
    mixer.play(sound("words", seconds=5.0))
    listen(mixer, 1.0)
    mixer.play(Sound("threshold", Rank.THRESHOLD, signal_samples(Signal.REACHED), 5.0))
    samples = listen(mixer, 2.0)
    assert keys(mixer) == ["words", "threshold"]
    assert np.abs(np.diff(samples)).max() < 0.1
    assert not samples[round(1.2 * RATE_HZ) :].any()  # the cue does not come back


def test_an_answer_is_heard_at_once_over_a_ducked_threshold() -> None:
    mixer = Mixer(Clock())
    mixer.play(sound("threshold", Rank.THRESHOLD, seconds=3.0))
    listen(mixer, 1.0)
    mixer.play(Sound("noted", Rank.ANSWER, signal_samples(Signal.NOTED), 5.0))
    samples = listen(mixer, 1.9)
    assert keys(mixer) == ["threshold", "noted"]
    assert samples[round(0.1 * RATE_HZ)] < 0.95
    later = samples[round(0.9 * RATE_HZ) :]
    np.testing.assert_allclose(later, SPEECH_PEAK, atol=1e-3)  # and then it is as loud as before


def test_everything_at_once_is_never_clipped() -> None:
    mixer = Mixer(Clock())
    mixer.beat(200.0)
    listen(mixer, 2.0)
    mixer.play(sound("threshold", Rank.THRESHOLD, seconds=4.0))
    listen(mixer, 0.5)
    mixer.play(sound("answer", Rank.ANSWER, seconds=2.0))
    samples = listen(mixer, 4.0)
    assert 0.8 < np.abs(samples).max() < 0.99
    assert mixer.limited == 0


def test_the_metronome_is_ducked_under_words_and_recovers() -> None:
    mixer = Mixer(Clock())
    mixer.beat(240.0)
    listen(mixer, 2.0)
    mixer.play(Sound("quiet words", Rank.SPEECH, loud(2.0, 0.0001), 5.0))
    during = listen(mixer, 2.0)
    after = listen(mixer, 2.0)
    assert np.abs(during[RATE_HZ // 2 :]).max() < 1.1 * DUCKED * CLICK_PEAK
    assert np.abs(after[RATE_HZ:]).max() > 0.99 * CLICK_PEAK


def test_repeats_are_heard_once_and_stale_sounds_not_at_all() -> None:
    mixer = Mixer(Clock())
    mixer.play(sound("a", seconds=2.0))
    mixer.play(sound("a"))
    mixer.play(sound("late", fresh_s=1.0))
    listen(mixer, 1.0)
    mixer.play(sound("a"))
    listen(mixer, 3.0)
    mixer.play(sound("a"))
    listen(mixer, 10.0)
    assert keys(mixer) == ["a"]
    assert (mixer.cues.repeats, mixer.cues.stale) == (3, 1)
    mixer.play(sound("a"))  # ten seconds later it may be said again
    listen(mixer, 1.0)
    assert keys(mixer) == ["a", "a"]


def test_muted_only_answers_are_heard() -> None:
    mixer = Mixer(Clock())
    mixer.beat(180.0)
    mixer.play(sound("words", seconds=5.0))
    listen(mixer, 1.5)
    mixer.mute(muted=True)
    listen(mixer, 0.1)
    mixer.play(sound("threshold", Rank.THRESHOLD))
    assert not listen(mixer, 2.0).any()
    mixer.play(sound("answer", Rank.ANSWER))
    assert listen(mixer, 1.0).any()
    mixer.mute(muted=False)
    assert listen(mixer, 2.0)[RATE_HZ:].any()  # the metronome is wanted still
    assert keys(mixer) == ["words", "answer"]


def test_a_device_that_hangs_loses_counted_orders_and_takes_no_memory() -> None:
    mixer = Mixer(Clock())
    for number in range(ORDERS + 10):
        mixer.play(sound(str(number)))
    assert mixer.lost_orders == 10
    listen(mixer, 0.1)
    cues = mixer.cues
    assert cues.added == ORDERS
    assert cues.added == cues.played + cues.dropped + cues.waiting
    assert cues.waiting <= CAPACITY


def test_it_reports_when_the_first_sample_was_handed_over() -> None:
    clock = Clock()
    mixer = Mixer(clock)
    listen(mixer, 1.0, clock)
    mixer.play(sound("now"))
    mixer.play(sound("then"))
    listen(mixer, 3.0, clock)
    at_s = {handed.sound.key: handed.handed_ns / 1e9 for handed in mixer.handed}
    assert at_s["now"] == 1.0
    assert 2.0 < at_s["then"] < 2.2


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdef"),
            st.sampled_from([Rank.SIGNAL, Rank.SPEECH, Rank.THRESHOLD]),
            st.floats(0.05, 3.0),
            st.floats(0.0, 3.0),
            st.integers(0, 2 * RATE_HZ),
        ),
        max_size=25,
    )
)
def test_every_sound_is_played_or_counted(script: list[tuple[str, Rank, float, float, int]]) -> None:
    channel = Channel()
    begun = 0
    for key, rank, seconds, fresh_s, frames in script:
        channel.add(Sound(key, rank, loud(seconds, 0.01), fresh_s))
        begun += len(channel.render(frames)[1])
    begun += len(channel.render(120 * RATE_HZ)[1])
    assert begun == channel.played
    assert channel.waiting == 0
    assert not channel.busy
    assert channel.added == len(script) == channel.played + channel.repeats + channel.dropped + channel.stale
