"""Guidance: from steps and metrics to distance, thresholds, target cadence and cues, by the second of data time.

Everything downstream of sensor fusion is here, so a simulated runner, made of steps and metrics, takes the same path as
a real one. Asks no clock; saved and restored with the pipeline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from dsp import texts
from dsp.cues.ask_pain import RULE as ASK_PAIN
from dsp.cues.quick_steps import BAND_SPM
from dsp.cues.rule import GOOD, CueParams, CueRule, Moment, all_rules
from dsp.cues.schedule import Schedule
from dsp.metrics import cadence_spm, incline_pct, slope_pct, speed_mps
from dsp.records import Cue, Earcon, Metric, PainReport, Record, Severity, Step
from dsp.runner.exposure import Exposure
from dsp.runner.history import PastRun
from dsp.runner.plan import WARM_S, Plan
from dsp.runner.return_to_run import cap_today
from dsp.runner.target_cadence import own_cadence
from dsp.runner.target_cadence import target_spm as target_at
from dsp.runner.triage import Consequence, PainRule, hurts, known_site, triage
from dsp.signals import NS_PER_S
from dsp.thresholds.drift import DriftParams
from dsp.thresholds.watch import Watch


class Wish(StrEnum):
    """What a runner may ask for in mid-run: no cues, cues again, fewer, more."""

    MUTE = "mute"
    UNMUTE = "unmute"
    LESS = "less"
    MORE = "more"


TAKEN_BACK_NS = 120 * NS_PER_S
"""Within this time a report of level 0 withdraws the one before it, as a mistake; later it means that nothing hurts any
more, and the earlier report stays. The figure is ours: a mistake is noticed at once."""


@dataclass(frozen=True, slots=True)
class _StandingReport:
    """A report that was not withdrawn: whether it stops cues, and the state before it, to go back to."""

    t_ns: int
    stops_cues: bool
    teaches: bool
    on_hold: bool


@dataclass(frozen=True, slots=True)
class GuidanceParams:
    """What guidance knows about the runner; all of it is stored with a recording.

    drift               parameters of the drift detectors
    history             earlier runs
    plan                the retraining plan as the last run left it
    pain_rule           up to how much knee pain a run may continue
    heart_rate_max_bpm  the runner's own limit; None: no heart-rate cues
    target_cadence      whether the plan sets a target cadence
    """

    drift: DriftParams = field(default_factory=DriftParams)
    history: tuple[PastRun, ...] = ()
    plan: Plan = field(default_factory=Plan)
    pain_rule: PainRule = PainRule.TREK
    heart_rate_max_bpm: float | None = None
    target_cadence: bool = True


class Guidance:
    """Takes steps, each second's metrics and the runner's reports and wishes; returns records."""

    def __init__(self, params: GuidanceParams) -> None:
        history, plan = params.history, params.plan
        self.exposure = Exposure(history)
        self._own = own_cadence(history, plan) if params.target_cadence else None
        if self._own is not None and plan.own_cadence_spm is None:
            plan = replace(plan, own_cadence_spm=self._own.cadence_spm, own_speed_mps=self._own.speed_mps)
        self._plan = plan
        self._watch = Watch(params.drift, history)
        self._cap = cap_today(history, self._watch.onset.safe_m)
        self._pain_rule = params.pain_rule
        self._rules = all_rules(CueParams(history, params.pain_rule, params.heart_rate_max_bpm))
        self._schedule = Schedule()
        self._schedule.volume, self._schedule.muted, self._schedule.held = plan.volume, plan.muted, plan.held
        self._teaches = not plan.held
        self._standing: list[_StandingReport] = []
        self._given_target_spm: float | None = None
        self._probe_s = 0
        self._on_target_s = 0

    def step(self, step: Step) -> None:
        """Take a step."""
        self._watch.step(step)

    def second(self, t_ns: int, metrics: Sequence[Metric]) -> list[Record]:
        """Take this second's metrics; return metrics of its own, changes of thresholds, and cues."""
        by_key = {metric.key: metric for metric in metrics if metric.side is None}
        if slope_pct.KEY in by_key:  # it is the treadmill's incline where there is one, else from the shoes
            by_key[incline_pct.KEY] = by_key[slope_pct.KEY]
        running = self.exposure.second(t_ns, by_key)
        guided = self._teaches and self._plan.guides(self.exposure.running_s)
        own_spm, target_spm = self._target(by_key)
        now = Moment(t_ns, self.exposure, running, guided, by_key, own_spm, target_spm, self._plan.on_hold)
        out: list[Record] = [*self._metrics(now)]
        for threshold in self._watch.second(t_ns, self.exposure, by_key, running=running):
            out.append(threshold)
            for rule in self._rules:
                self._offer(rule, rule.threshold(threshold), out, guided=guided)
        for rule in self._rules:
            self._offer(rule, rule.second(now), out, guided=guided)
        waiting = self._schedule.second(t_ns, self.exposure.distance_m)
        if waiting is not None:
            out.append(waiting)
        return out

    def pain(self, report: PainReport) -> list[Record]:
        """Take a pain report; return it completed with its place in the run, then what it changes, then the answer."""
        exposure = self.exposure
        report = replace(
            report,
            site=known_site(report.site),
            running_s=round(exposure.running_s, 1),
            distance_m=round(exposure.distance_m, 1),
            exposure_m=round(exposure.exposure_m, 1),
            takes_back_ns=None if hurts(report) else self._withdrawable_ns(report.t_ns),
        )
        taken_back = report.takes_back_ns is not None
        if taken_back:
            self._take_back()
        out: list[Record] = [report]
        out += self._watch.no_pain(report) if taken_back and not self._standing else self._watch.pain(report)
        for rule in self._rules:
            self._offer(rule, rule.pain(report), out, guided=True)
        if hurts(report):
            found = triage(report, self._pain_rule)
            self._standing.append(_StandingReport(report.t_ns, found.stops_cues, self._teaches, self._plan.on_hold))
            self._teaches = self._teaches and found.consequence is Consequence.EASY
            self._schedule.held = self._schedule.held or found.stops_cues
            self._plan = replace(
                self._plan,
                held=self._plan.held or found.stops_cues,
                on_hold=self._plan.on_hold or report.site == "calf or Achilles",
            )
        return out

    def _withdrawable_ns(self, t_ns: int) -> int | None:
        """Time of the newest report, if level 0 may withdraw it: never one with signs for a clinician."""
        if not self._standing or self._standing[-1].stops_cues:
            return None
        reported_ns = self._standing[-1].t_ns
        return reported_ns if t_ns - reported_ns <= TAKEN_BACK_NS else None

    def _take_back(self) -> None:
        """Withdraw the newest report: teaching and target cadence are as before it."""
        withdrawn = self._standing.pop()
        self._teaches = withdrawn.teaches
        self._plan = replace(self._plan, on_hold=withdrawn.on_hold)

    def wish(self, wish: Wish) -> None:
        """Apply the runner's wish; volume is kept for the next runs, muting is not."""
        if wish in {Wish.MUTE, Wish.UNMUTE}:
            self._schedule.muted = wish is Wish.MUTE
            return
        self._schedule.volume = self._schedule.volume.step(1 if wish is Wish.MORE else -1)
        self._plan = replace(self._plan, volume=self._schedule.volume)

    def set_target(self, cadence_spm: float | None) -> None:
        """Set the target cadence from outside, steps/min; None: the plan's own again."""
        self._given_target_spm = cadence_spm

    def ask_pain(self, t_ns: int, *, coach: bool = False) -> list[Record]:
        """Ask the runner whether anything hurts, unless muted or asked a moment ago; `coach`: in the coach's name."""
        text, spoken = texts.ASKED_BY_COACH if coach else texts.ASKED_PAIN, texts.ASKED_PAIN_SPOKEN
        question = Cue(t_ns, ASK_PAIN, Severity.ADVICE, text, None, (), Earcon.THRESHOLD, spoken)
        asked = self._schedule.ask(question, self.exposure.distance_m)
        return [] if asked is None else [asked]

    def plan(self) -> Plan:
        """Return the plan for the next run."""
        share = self._on_target_s / self._probe_s if self._probe_s >= 60 else None
        return replace(self._plan.after(self.exposure.running_s, share), muted=False)

    def _offer(self, rule: CueRule, cue: Cue | None, out: list[Record], *, guided: bool) -> None:
        if cue is None or (rule.teaches and not guided):
            return
        emitted = self._schedule.offer(cue, self.exposure.distance_m, waits=not rule.teaches)
        if emitted is not None:
            out.append(emitted)

    def _target(self, metrics: Mapping[str, Metric]) -> tuple[float | None, float | None]:
        """Return own cadence at this speed and the target, steps/min; None where there is none."""
        if self._plan.on_hold:
            return None, None
        if self._own is None:
            return None, self._given_target_spm
        speed = metrics.get(speed_mps.KEY)
        now_mps = speed.value if speed is not None and speed.quality >= GOOD else None
        target_spm = self._given_target_spm
        if target_spm is None:
            target_spm = target_at(self._own, self._plan, now_mps)
        return self._own.at(now_mps), target_spm

    def _metrics(self, now: Moment) -> list[Metric]:
        """Return guidance's own metrics. `feedback_on` is 1 in guided time, 0 in warm-up or a silent probe."""
        t_ns, exposure = now.t_ns, self.exposure
        out = self._watch.onset.metrics(t_ns) + self._watch.usual(t_ns)
        if exposure.measured > 0.0:
            measured = round(exposure.measured, 3)
            out.append(Metric(t_ns, "distance_m", exposure.distance_m, None, measured))
            out.append(Metric(t_ns, "exposure_m", exposure.exposure_m, None, measured))
        if self._cap is not None:
            out.append(Metric(t_ns, "cap_m", self._cap.exposure_m, None, 1.0))
        if now.target_spm is None:
            return out
        feedback_on = now.guided and now.running and not self._schedule.muted
        out.append(Metric(t_ns, "cadence_target_spm", now.target_spm, None, 1.0))
        out.append(Metric(t_ns, "feedback_on", 1.0 if feedback_on else 0.0, None, 1.0))
        cadence = now.good(cadence_spm.KEY)
        if now.running and not now.guided and exposure.running_s >= WARM_S and cadence is not None:
            self._probe_s += 1
            self._on_target_s += cadence.value >= now.target_spm - BAND_SPM
        return out
