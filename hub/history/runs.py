"""Earlier runs: as stored, and as the signal pipeline needs them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dsp.metrics import speed_source
from dsp.records import Cue, Metric, Record, Step, Summary
from dsp.runner.history import PastRun

SHORTEST_S = 60.0
"""A run with less running than this is not stored: it is not representative."""
FEWEST_STEPS = 50
"""Minimum number of steps, and of steps with a measured drop: fewer give no mean to compare with."""
TREADMILL = "treadmill"


@dataclass(frozen=True, slots=True)
class StoredRun:
    """Summary of an earlier run; None where it was not measured.

    duration_s  running time
    exposure_m  flat-equivalent metres (`dsp.runner.exposure`)
    recording   path of the recording; None when it was not recorded
    surface     as stated by the runner, else treadmill if one was connected
    """

    runner: str
    started_utc: str
    duration_s: float
    steps: int
    cadence_spm: float | None
    drop_excursion_left_deg: float | None
    drop_excursion_right_deg: float | None
    recording: str | None = None
    distance_m: float | None = None
    exposure_m: float | None = None
    descent_m: float | None = None
    contact_difference_ms: float | None = None
    surface: str | None = None


@dataclass(frozen=True, slots=True)
class StoredPain:
    """One pain report.

    started_utc  start of the run it belongs to; None: none
    running_s, distance_m, exposure_m  position in the run; None: unknown
    how          when it was made: run (in mid-run) or afterwards
    """

    runner: str
    started_utc: str | None
    said_utc: str
    running_s: float | None
    distance_m: float | None
    exposure_m: float | None
    level: int | None
    site: str | None
    side: str | None
    numb: bool | None
    note: str | None
    how: str

    @property
    def hurts(self) -> bool:
        """Whether it reports pain; level 0 reports that nothing hurts."""
        return self.level != 0


@dataclass(frozen=True, slots=True)
class StoredMark:
    """A moment in the run that began at `started_utc`, marked `by` the runner or a coach."""

    runner: str
    started_utc: str
    said_utc: str
    running_s: float | None
    by: str
    text: str | None


def past_run(run: StoredRun, pains: list[StoredPain], now: datetime, *, worse: bool | None = None) -> PastRun:
    """Return a run as the signal pipeline needs it; `pains` of that run in any order.

    A run with pain at an unknown distance is neither an onset nor a pain-free run, so its distance is left out of the
    onset model.

    worse  whether the runner felt worse the next morning; None: not answered
    """
    hurt = [pain for pain in pains if pain.hurts]
    places = [(pain.exposure_m, pain.distance_m) for pain in hurt if pain.exposure_m is not None]
    unknown = bool(hurt) and not places
    onset_m, onset_distance_m = min(places, key=lambda place: place[0], default=(None, None))
    return PastRun(
        drop_excursion_left_deg=run.drop_excursion_left_deg,
        drop_excursion_right_deg=run.drop_excursion_right_deg,
        cadence_spm=run.cadence_spm,
        contact_difference_ms=run.contact_difference_ms,
        speed_mps=run.distance_m / run.duration_s if run.distance_m and run.duration_s else None,
        duration_s=run.duration_s,
        distance_m=run.distance_m,
        exposure_m=None if unknown else run.exposure_m,
        descent_m=run.descent_m,
        onset_m=onset_m,
        onset_distance_m=onset_distance_m,
        days_ago=days_between(run.started_utc, now),
        worse=worse,
    )


def days_between(started_utc: str, now: datetime) -> float:
    """Return the days since the start of a run, to a hundredth; 0 when its start is unknown."""
    try:
        started = datetime.fromisoformat(started_utc)
    except ValueError:
        return 0.0
    return round(max(0.0, (now - started).total_seconds() / 86_400.0), 2)


class RunCount:
    """Counts over all records of a run, which decide what of it is stored.

    cues  number of cues to the runner, including a coach's messages
    """

    def __init__(self) -> None:
        self.cues = 0
        self.steps_with_drop = 0
        self.on_treadmill = False

    def observe(self, record: Record) -> None:
        """Count a record."""
        if isinstance(record, Step):
            self.steps_with_drop += record.drop_excursion_deg is not None
        elif isinstance(record, Metric) and record.key == speed_source.KEY:
            self.on_treadmill = self.on_treadmill or record.value == speed_source.Source.TREADMILL
        elif isinstance(record, Cue):
            self.cues += 1


def stored_run(
    runner: str,
    started_utc: str,
    summary: Summary,
    recording: str | None,
    *,
    running_s: float,
    count: RunCount,
    surface: str | None = None,
) -> StoredRun | None:
    """Return the entry for a run that just ended; None when it contains too little running.

    A run without a hip sensor is stored too, as the onset model needs the distances run without pain.
    """
    if running_s < SHORTEST_S or (summary.steps < FEWEST_STEPS and summary.distance_m is None):
        return None
    has_drop = count.steps_with_drop >= FEWEST_STEPS
    return StoredRun(
        runner,
        started_utc,
        running_s,
        summary.steps,
        summary.cadence_spm,
        summary.drop_excursion_left_deg if has_drop else None,
        summary.drop_excursion_right_deg if has_drop else None,
        recording,
        summary.distance_m,
        summary.exposure_m,
        summary.descent_m,
        summary.contact_difference_ms,
        surface or (TREADMILL if count.on_treadmill else None),
    )
