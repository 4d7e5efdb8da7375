"""The engine: same items, same records; a stage that fails costs one source, never the run."""

from __future__ import annotations

import itertools
import logging
from pathlib import Path

import pytest

from drivers.packets import DeviceInfo, Packet, UserInput
from drivers.recordings.recording import RecordingReader
from dsp.pipeline import Pipeline
from dsp.records import Metric, PainReport, Quality, Record, Step, Summary
from dsp.signals import Placement, SampleBlock
from firmware_profiles.catalog import load_catalog
from hub.flow.engine import Engine


class FailingPipeline(Pipeline):
    """Fails on every block of one source."""

    def update(self, block: SampleBlock) -> list[Record]:
        if block.placement is Placement.LEFT_FOOT:
            raise ZeroDivisionError("a stage went wrong")
        return super().update(block)


def play(recording: Path, engine: Engine) -> list[Record]:
    records = [record for item in RecordingReader(recording) for record in engine.feed(item)]
    return records + engine.finish()


def engine(pipeline: Pipeline | None = None, *, strict: bool = True) -> Engine:
    return Engine(load_catalog(), pipeline or Pipeline(), strict=strict)


def test_the_same_recording_gives_the_same_records(small_recording: Path) -> None:
    first, second = (play(small_recording, engine()) for _ in range(2))
    assert first == second
    assert sum(isinstance(record, Step) for record in first) > 35


def test_quality_comes_every_five_seconds_and_the_summary_last(small_recording: Path) -> None:
    records = play(small_recording, engine())
    assert isinstance(records[-1], Summary)
    quality = [record for record in records if isinstance(record, Quality) and record.placement is Placement.SACRUM]
    gaps_s = [(b.t_ns - a.t_ns) / 1e9 for a, b in itertools.pairwise(quality)]
    assert len(quality) == 5
    assert gaps_s[:-1] == pytest.approx([5.0] * 3, abs=0.1)
    assert quality[-1].samples == 24 * 104
    assert records[-1].steps == sum(isinstance(record, Step) for record in records)


def test_a_failing_stage_is_quarantined_and_the_run_goes_on(
    small_recording: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        broken = engine(FailingPipeline(), strict=False)
        records = play(small_recording, broken)
    assert [each.where for each in broken.faults.values()] == ["left_shoe"]
    assert "ZeroDivisionError" in broken.health()["left_shoe"].detail
    assert broken.faults["left_shoe"].words.startswith("left_shoe is not used any more (ZeroDivisionError")
    assert len([entry for entry in caplog.records if entry.exc_info]) == 1
    steps = [record for record in records if isinstance(record, Step)]
    assert len(steps) > 35
    assert {step.source for step in steps} == {Placement.SACRUM}


class BrokenPipeline(Pipeline):
    """Raises on pain reports, with their text, and in `finish` and `summary`."""

    def pain(self, report: PainReport) -> list[Record]:
        raise ValueError(f"no place for {report.site}")

    def finish(self) -> list[Record]:
        raise ValueError("flushed twice")

    def summary(self, t_ns: int) -> Summary:
        raise ValueError(f"nothing at {t_ns}")


def test_failures_outside_devices_are_named_and_reveal_nothing_of_a_report(
    caplog: pytest.LogCaptureFixture,
) -> None:
    deaf = engine(BrokenPipeline(), strict=False)
    assert deaf.feed(UserInput(1, b'{"type":"pain","level":4,"site":"a secret place"}')) == []
    deaf.finish()
    assert [each.words for each in deaf.faults.values()] == [
        "one report or command was not processed (ValueError)",
        "the last moments of the run were not processed (ValueError: flushed twice)",
        "the run has no summary (ValueError: nothing at 0)",
    ]
    assert "secret" not in caplog.text
    assert "in pain\n" in caplog.text, "where it raised is in the log"


def test_under_test_a_failing_stage_raises(small_recording: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        play(small_recording, engine(FailingPipeline()))


def test_a_device_with_an_unknown_profile_is_not_used() -> None:
    one = engine()
    one.feed(DeviceInfo("odd", "nobody.knows", Placement.POCKET, "Odd"))
    assert one.feed(Packet("odd", "data", 1, b"\x00")) == []
    assert "nobody.knows" in one.faults["odd"].text


def test_cues_can_be_switched_off(small_recording: Path) -> None:
    quiet = Engine(load_catalog(), Pipeline(), strict=True, cues=False)
    summary = play(small_recording, quiet)[-1]
    assert isinstance(summary, Summary)
    assert summary.cues == 0


def test_running_is_reported_so_that_a_session_can_start(small_recording: Path) -> None:
    values = [r.value for r in play(small_recording, engine()) if isinstance(r, Metric) and r.key == "running"]
    assert values[0] == 0
    assert 1 in values
    assert values[-1] == 0
