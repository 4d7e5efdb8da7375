"""The sounds for records, and when the metronome beats."""

import pytest

from dsp import texts
from dsp.records import Cue, Earcon, PainReport, Severity, Threshold, ThresholdState
from hub.sound.pacing import Pacing
from hub.sound.phrases import spoken_phrases
from hub.sound.score import Saying, saying
from hub.sound.sounds import Rank
from hub.sound.tones import Signal
from tests.hub.audio_analysis import a_cue, cadence, target

PAIN = PainReport(0, 4)


def threshold_cue(state: ThresholdState, severity: Severity = Severity.ADVICE) -> Cue:
    evidence = Threshold(0, "drift", state, None, ())
    return Cue(0, "level_hips", severity, "text", None, (evidence,), Earcon.THRESHOLD, "words")


@pytest.mark.parametrize(
    ("record", "rank", "signal"),
    [
        (a_cue(earcon=Earcon.ABOVE), Rank.SIGNAL, Signal.ABOVE),
        (a_cue(earcon=Earcon.BELOW, speak="words"), Rank.SPEECH, Signal.BELOW),
        (a_cue(earcon=None, speak="words"), Rank.SPEECH, None),
        (a_cue(earcon=Earcon.ABOVE, severity=Severity.WARNING), Rank.THRESHOLD, Signal.ABOVE),
        (a_cue(earcon=Earcon.THRESHOLD, severity=Severity.STOP), Rank.THRESHOLD, Signal.STOP),
        (threshold_cue(ThresholdState.NEAR), Rank.THRESHOLD, Signal.NEAR),
        (threshold_cue(ThresholdState.REACHED), Rank.THRESHOLD, Signal.REACHED),
        (threshold_cue(ThresholdState.NEAR, Severity.WARNING), Rank.THRESHOLD, Signal.REACHED),
        (a_cue(earcon=Earcon.NOTED, severity=Severity.STOP, because=(PAIN,)), Rank.ANSWER, Signal.NOTED),
        (PAIN, Rank.ANSWER, Signal.NOTED),
    ],
)
def test_a_record_has_its_signal_and_its_rank(record: Cue | PainReport, rank: Rank, signal: Signal | None) -> None:
    heard = saying(record)
    assert heard is not None
    assert (heard.rank, heard.signal) == (rank, signal)


def test_records_without_sound_are_not_heard() -> None:
    assert saying(a_cue(earcon=None, speak=None)) is None
    assert saying(Threshold(0, "drift", ThresholdState.REACHED, None, ())) is None
    assert saying(cadence(1, 160)) is None


def test_a_higher_rank_may_wait_longer() -> None:
    def fresh_s(record: Cue) -> float:
        heard = saying(record)
        assert isinstance(heard, Saying)
        return heard.fresh_s

    tone, words, near = a_cue(), a_cue(speak="words"), threshold_cue(ThresholdState.NEAR)
    assert fresh_s(tone) < fresh_s(words) < fresh_s(near)


def test_every_spoken_text_is_known_in_advance() -> None:
    phrases = spoken_phrases()
    assert texts.QUICK_STEPS_SPOKEN in phrases
    assert texts.BELT_NEAR_SPOKEN.format(side="left") in phrases
    assert texts.BELT_NEAR_SPOKEN.format(side="right") in phrases
    assert not any("{" in phrase for phrase in phrases)
    assert len(set(phrases)) == len(phrases) > 10


def second_by_second(pacing: Pacing, spm: list[float], from_s: int) -> list[float | None]:
    rates = []
    for offset, value in enumerate(spm):
        pacing.update(cadence(from_s + offset, value))
        rates.append(pacing.rate_spm)
    return rates


def asked(t_s: float = 0.0) -> Pacing:
    pacing = Pacing()
    pacing.update(a_cue(t_s, because=(cadence(t_s, 160), target(t_s, 172.0))))
    return pacing


def test_the_metronome_waits_for_a_cue() -> None:
    pacing = Pacing()
    pacing.update(target(0, 172.0))
    assert second_by_second(pacing, [150.0] * 60, 1) == [None] * 60


def test_it_beats_at_the_target_until_on_target_and_comes_back_when_below_again() -> None:
    pacing = asked()
    assert pacing.rate_spm == 172.0
    assert second_by_second(pacing, [160.0] * 10, 1)[-1] == 172.0
    assert second_by_second(pacing, [169.5] * 6, 11) == [172.0] * 4 + [None] * 2
    assert second_by_second(pacing, [165.0, 170.0, 165.0], 17) == [None] * 3  # a moment is not a fall
    assert second_by_second(pacing, [165.0] * 6, 20)[-1] == 172.0


def test_it_ends_when_the_runner_stops_and_without_a_further_cue() -> None:
    pacing = asked()
    pacing.update(type(cadence(3, 0))(3_000_000_000, "running", 0.0, None, 1.0))
    assert pacing.rate_spm is None
    assert second_by_second(asked(), [160.0] * 125, 1)[-1] is None


def test_a_cue_about_too_quick_steps_starts_no_metronome() -> None:
    pacing = Pacing()
    pacing.update(a_cue(earcon=Earcon.ABOVE, because=(cadence(0, 190), target(0, 172.0))))
    assert pacing.rate_spm is None
