"""One-minute medians: right minute, right median, null for gaps, bounded."""

from dsp.signals import NS_PER_S
from hub.flow.trend import MINUTES, Trend


def feed(trend: Trend, first_s: int, seconds: int, cadence_spm: float) -> int:
    """Feed `seconds` frames; returns how many minutes they completed."""
    return sum(trend.update((first_s + i) * NS_PER_S, {"cadence_spm": cadence_spm + i % 3}) for i in range(seconds))


def test_a_minute_gives_its_median_and_its_start() -> None:
    trend = Trend()
    assert feed(trend, 120, 60, 170.0) == 0
    assert trend.first_ns is None
    assert feed(trend, 180, 1, 175.0) == 1
    assert trend.columns()["cadence_spm"] == [171.0]
    assert trend.columns()["speed_mps"] == [None]
    assert trend.first_ns == 120 * NS_PER_S


def test_minutes_without_frames_are_null_and_the_time_axis_stays_correct() -> None:
    trend = Trend()
    feed(trend, 0, 60, 170.0)
    feed(trend, 240, 60, 180.0)
    feed(trend, 300, 1, 180.0)
    assert trend.columns()["cadence_spm"] == [171.0, None, None, None, 181.0]
    assert trend.first_ns == 0


def test_too_few_values_give_no_median() -> None:
    trend = Trend()
    feed(trend, 50, 5, 170.0)
    feed(trend, 60, 1, 170.0)
    assert trend.columns()["cadence_spm"] == [None]


def test_the_trend_never_exceeds_its_maximum_length() -> None:
    trend = Trend()
    for minute in range(MINUTES + 30):
        feed(trend, 60 * minute, 20, 160.0 + minute)
    feed(trend, 10**9, 1, 170.0)
    assert len(trend.columns()["cadence_spm"]) == MINUTES
    assert trend.columns()["cadence_spm"] == [None] * MINUTES
