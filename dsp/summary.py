"""Running totals behind the summary of a run, kept as sums and counts so that memory does not grow.

Means are over the steps of running seconds (metric `running`), so walking home does not change them. Cadence is the
median of its reports in those seconds, since turns and the first strides are not the runner's cadence. The contact
difference comes from the metric, which refuses to compare a shoe with the trunk.
"""

from __future__ import annotations

from collections.abc import Sequence

from dsp.metrics import cadence_spm, contact_difference_ms, running
from dsp.records import Cue, Metric, Record, Side, Step, Summary, Threshold
from dsp.runner.exposure import Exposure
from dsp.signals import NS_PER_S


class _Mean:
    """Mean of the values added, without the None."""

    def __init__(self) -> None:
        self._n = 0
        self._sum = 0.0

    def add(self, value: float | None) -> None:
        if value is not None:
            self._n += 1
            self._sum += value

    @property
    def value(self) -> float | None:
        return self._sum / self._n if self._n else None


class _Median:
    """Median of the values added, to a quarter of a unit: a histogram, so that memory does not grow."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}

    def add(self, value: float) -> None:
        quarter = round(4.0 * value)
        self._counts[quarter] = self._counts.get(quarter, 0) + 1

    @property
    def value(self) -> float | None:
        half, seen = sum(self._counts.values()) / 2, 0
        for quarter in sorted(self._counts):
            seen += self._counts[quarter]
            if seen >= half:
                return quarter / 4.0
        return None


MEASURED = 0.5
"""Smallest share of the distance with a measured speed; below it the summary gives no distance."""

DROP_SURE = 0.3
"""Smallest confidence of a drop that counts in the means, which later runs are compared with."""


class RunTotals:
    """Counts, means and the median cadence of a run."""

    def __init__(self) -> None:
        self._steps = 0
        self._thresholds = 0
        self._cues = 0
        self._first_ns: int | None = None
        self._cadence = _Median()
        self._contact = _Mean()
        self._contact_difference = _Mean()
        self._flight = _Mean()
        self._excursion = {side: _Mean() for side in Side}
        self._peak = {side: _Mean() for side in Side}
        self._undecided: list[Step] = []

    def step(self, step: Step) -> None:
        """Count a step."""
        self._steps += 1
        if self._first_ns is None:
            self._first_ns = step.t_ns
        self._undecided.append(step)

    def metrics(self, t_ns: int, metrics: list[Metric]) -> None:
        """Take this second's metrics, and the steps of this second if it was one of running."""
        if self._first_ns is None:
            self._first_ns = t_ns
        steps, self._undecided = self._undecided, []
        if not any(m.key == running.KEY and m.value >= 0.5 for m in metrics):
            return
        for step in steps:
            self._run(step)
        for m in metrics:
            if m.key == cadence_spm.KEY and m.quality > 0.0:
                self._cadence.add(m.value)
            elif m.key == contact_difference_ms.KEY:
                self._contact_difference.add(m.value)

    def _run(self, step: Step) -> None:
        self._contact.add(step.contact_ms)
        self._flight.add(step.flight_ms)
        if step.side is not None and step.drop_confidence >= DROP_SURE:
            self._excursion[step.side].add(step.drop_excursion_deg)
            self._peak[step.side].add(step.drop_peak_deg)

    def count(self, records: Sequence[Record]) -> None:
        """Count the thresholds and cues among these records."""
        self._thresholds += sum(isinstance(record, Threshold) for record in records)
        self._cues += sum(isinstance(record, Cue) for record in records)

    def summary(self, t_ns: int, exposure: Exposure) -> Summary:
        """Return the summary at `t_ns`; `lost` and `dropped` are left at zero for the caller."""
        measured = exposure.measured >= MEASURED
        first = t_ns if self._first_ns is None else self._first_ns
        return Summary(
            t_ns=t_ns,
            steps=self._steps,
            duration_s=max(0.0, (t_ns - first) / NS_PER_S),
            cadence_spm=self._cadence.value,
            contact_ms=self._contact.value,
            flight_ms=self._flight.value,
            drop_excursion_left_deg=self._excursion[Side.LEFT].value,
            drop_excursion_right_deg=self._excursion[Side.RIGHT].value,
            drop_peak_left_deg=self._peak[Side.LEFT].value,
            drop_peak_right_deg=self._peak[Side.RIGHT].value,
            lost=0,
            dropped=0,
            thresholds=self._thresholds,
            cues=self._cues,
            distance_m=exposure.distance_m if measured else None,
            exposure_m=exposure.exposure_m if exposure.running_s else None,
            descent_m=exposure.descent_m if measured else None,
            contact_difference_ms=self._contact_difference.value,
        )
