"""All threshold detectors of a run, and which values each receives. Used by `dsp.guidance`; independent of cues."""

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

HAND_OVER_NS = 60_000_000_000
"""Once one kind of sensor has been silent this long, another kind may time the steps for the detectors."""
SURE = 0.5
"""Minimum confidence of a step, and quality of a metric, for the detectors."""
NEVER_NS = -(1 << 62)
"""Time of an event that never happened."""
MOVED_NS = 30_000_000_000
"""The metric `sensor_moved` stays at 1 for seconds; within this time it is the same move."""


class Watch:
    """Takes steps, and once a second of data time the metrics; returns the detectors' changes of state."""

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
        """Take this second's metrics by key; return changes of state. Time counts only while running."""
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
        """Take a pain report; return changes of state."""
        found = self.onset.report(report)
        return [] if found is None else [found]

    def no_pain(self, report: PainReport) -> list[Threshold]:
        """Take the withdrawal of the only pain report of this run; return changes of state."""
        found = self.onset.take_back(report)
        return [] if found is None else [found]

    def usual(self, t_ns: int) -> list[Metric]:
        """Return baseline, bound and current mean of each leg's drop, deg, where known.

        The baseline is what "usual" means wherever a runner reads it.
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
        """Whether the same kind of sensor timed this step as the ones before; switches after a hand-over."""
        # Left and right are comparable only from two shoes, or from one sensor on the midline.
        kind = SHOES if step.source in SHOES else MIDLINE
        if step.source not in kind:
            return False
        if kind != self._timed_by:
            if step.t_ns - self._timed_ns < HAND_OVER_NS:
                return False
            self._timed_by = kind
            self._antalgic.moved()
            for drift in (*self._contact.values(), self._difference):
                drift.moved()
        self._timed_ns = step.t_ns
        return True

    def _now(self, metrics: Mapping[str, Metric]) -> tuple[float, float, float]:
        """Return speed, incline and cadence now; the last known value where one is missing."""
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
