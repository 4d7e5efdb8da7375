"""All detectors of a run together: what each is fed with, and when. Asked by `dsp.guidance`, knows no cues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dsp.metrics import cadence_spm, incline_pct, sensor_moved, speed_mps
from dsp.placements import MIDLINE, SHOES
from dsp.records import Metric, PainReport, Side, Step, Threshold
from dsp.runner.exposure import Exposure, usual_speed_mps
from dsp.runner.history import PastRun
from dsp.signals import Placement
from dsp.thresholds.antalgic import Antalgic
from dsp.thresholds.drift import CADENCE, CONTACT, CONTACT_DIFFERENCE, DROP, Drift, DriftParams
from dsp.thresholds.onset import Onset

SAME_NS = 60_000_000_000
"""Hand-over: another kind of sensor times the steps once the first has been silent this long."""
SURE = 0.5
"""Least confidence of a step, and quality of a metric, that a detector is fed with."""
NEVER_NS = -(1 << 62)
MOVED_NS = 30_000_000_000
"""The notice that a sensor moved stays for seconds; within this it is the same move."""


class Watch:
    """Feed it steps, and once a second of data time the metrics; it gives changes of state back."""

    def __init__(self, drift: DriftParams, history: tuple[PastRun, ...]) -> None:
        self.onset = Onset(history)
        self._antalgic = Antalgic()
        self._drop = {
            side: Drift(DROP, drift, side, _past([run.drop_excursion_deg(side) for run in history])) for side in Side
        }
        self._contact = {side: Drift(CONTACT, drift, side) for side in Side}
        self._difference = Drift(CONTACT_DIFFERENCE, drift, None)
        self._cadence = Drift(CADENCE, drift, None)
        self._contacts: dict[Side, float] = {}
        self._covariates = (usual_speed_mps(history), 0.0, 0.0)
        self._timed_by: frozenset[Placement] = SHOES
        self._timed_ns = NEVER_NS
        self._last_s = 0.0
        self._moved_ns = NEVER_NS

    def step(self, step: Step) -> None:
        """Take a step."""
        side = step.side
        if side is None or step.confidence < SURE:
            return
        if step.drop_confidence < SURE:
            step = replace(step, drop_excursion_deg=None, drop_peak_deg=None)
        elif step.drop_excursion_deg is not None:
            self._drop[side].add(step.drop_excursion_deg)
        if not self._is_alike(step):
            return
        self._antalgic.step(step)
        if step.contact_ms is not None:
            self._contact[side].add(step.contact_ms)
            self._contacts[side] = step.contact_ms
            if len(self._contacts) == len(Side):
                self._difference.add(self._contacts[Side.LEFT] - self._contacts[Side.RIGHT])
                self._contacts.clear()

    def second(self, t_ns: int, exposure: Exposure, metrics: Mapping[str, Metric], *, running: bool) -> list[Threshold]:
        """A second has passed; time counts only while running."""
        moved = metrics.get(sensor_moved.KEY)
        if moved is not None and moved.value >= SURE:
            self._move(t_ns)
        seconds, self._last_s = exposure.running_s - self._last_s, exposure.running_s
        if not running:
            return []
        cadence = metrics.get(cadence_spm.KEY)
        if cadence is not None and cadence.quality >= SURE:
            self._cadence.add(cadence.value)
        now = self._now(metrics)
        found = [drift.running(t_ns, seconds, now) for drift in self._drifts()]
        found.append(self._antalgic.running(t_ns, seconds))
        found.append(self.onset.second(t_ns, exposure))
        return [threshold for threshold in found if threshold is not None]

    def pain(self, report: PainReport) -> list[Threshold]:
        """The runner reported pain."""
        found = self.onset.report(report)
        return [] if found is None else [found]

    def no_pain(self, report: PainReport) -> list[Threshold]:
        """The runner took the only report of this run back."""
        found = self.onset.take_back(report)
        return [] if found is None else [found]

    def usual(self, t_ns: int) -> list[Metric]:
        """The drop of each leg that is compared with, how much more counts, and the mean that is judged, where known.

        The first is what `usual` means wherever it stands.
        """
        found = []
        for side, drift in self._drop.items():
            if drift.baseline is not None:
                known = {"baseline": drift.baseline, "bound": drift.allowed, "mean": drift.mean}
                found += [
                    Metric(t_ns, f"{DROP.key}_{what}_{DROP.unit}", value, side, 1.0)
                    for what, value in known.items()
                    if value is not None
                ]
        return found

    def _is_alike(self, step: Step) -> bool:
        """Whether the sensors that time this step are those that timed the ones before."""
        # Left and right are compared only where one sensor a foot, or one in the middle, saw both alike.
        kind = SHOES if step.source in SHOES else MIDLINE
        if step.source not in kind:
            return False
        if kind != self._timed_by:
            if step.t_ns - self._timed_ns < SAME_NS:
                return False
            self._timed_by = kind
            self._antalgic.moved()
            for drift in (*self._contact.values(), self._difference):
                drift.moved()
        self._timed_ns = step.t_ns
        return True

    def _now(self, metrics: Mapping[str, Metric]) -> tuple[float, float, float]:
        """Speed, incline and cadence now; the last ones known where one is missing."""
        keys = (speed_mps.KEY, incline_pct.KEY, cadence_spm.KEY)
        known = [metrics.get(key) for key in keys]
        speed, incline, cadence = (
            metric.value if metric is not None and metric.quality >= SURE else last
            for metric, last in zip(known, self._covariates, strict=True)
        )
        self._covariates = (speed, incline, cadence)
        return self._covariates

    def _move(self, t_ns: int) -> None:
        if t_ns - self._moved_ns > MOVED_NS:
            for drift in (*self._drop.values(), *self._contact.values(), self._difference):
                drift.moved()
            self._antalgic.moved()
        self._moved_ns = t_ns

    def _drifts(self) -> tuple[Drift, ...]:
        return *self._drop.values(), *self._contact.values(), self._difference, self._cadence


def _past(values: list[float | None]) -> tuple[float, ...]:
    return tuple(value for value in values if value is not None)
