"""Writing one run's pain, marks and thresholds to the history while it lasts."""

from __future__ import annotations

from dsp.records import Mark, PainReport, Threshold
from hub.history.runs import StoredMark, StoredPain
from hub.history.store import History
from hub.messages.wire import utc

IN_RUN = "run"


class RunDiary:
    """Stores the records of the run that began at `started_utc`; `t0_ns` is the timestamp of `t_s` 0."""

    def __init__(self, history: History, runner: str, started_utc: str, t0_ns: int, unix_zero_ns: int) -> None:
        self._history = history
        self._runner = runner
        self._started_utc = started_utc
        self._t0_ns = t0_ns
        self._unix_zero_ns = unix_zero_ns

    def pain(self, report: PainReport) -> None:
        """Store a pain report, or delete the one that it withdraws; raises HistoryError."""
        if report.takes_back_ns is not None:
            self._history.take_back_pain(self._runner, self._started_utc, self._utc(report.takes_back_ns))
            return
        self._history.add_pain(
            StoredPain(
                runner=self._runner,
                started_utc=self._started_utc,
                said_utc=self._utc(report.t_ns),
                running_s=report.running_s,
                distance_m=report.distance_m,
                exposure_m=report.exposure_m,
                level=report.level,
                site=report.site,
                side=report.side,
                numb=report.numb,
                note=report.note,
                how=IN_RUN,
            )
        )

    def mark(self, mark: Mark) -> None:
        """Store a mark; raises HistoryError."""
        self._history.add_mark(
            StoredMark(self._runner, self._started_utc, self._utc(mark.t_ns), mark.running_s, mark.by, mark.text)
        )

    def threshold(self, threshold: Threshold) -> None:
        """Store a detector's change of state; raises HistoryError."""
        self._history.add_threshold(self._runner, self._started_utc, threshold, self._t0_ns)

    def _utc(self, t_ns: int) -> str:
        return utc(self._unix_zero_ns + t_ns)
