"""Raise cadence to the target: 5, 7.5, then 10 % above the runner's own at that speed, within 3 steps/min (sources 3).

Silent on target. As long as there is no target (the first runs), it cues only when cadence falls well below this run's
own.
"""

from __future__ import annotations

from statistics import median

from dsp import texts
from dsp.cues.rule import CueParams, CueRule, Moment
from dsp.metrics import cadence_spm
from dsp.records import Cue, Earcon, Metric, Severity
from dsp.runner.plan import TARGETS

RULE = "quick_steps"

BAND_SPM = 3.0
"""Half width of the band around the target, steps/min."""
HELD_S = 20
"""Seconds in a row outside the band."""
MOST_ABOVE = TARGETS[-1] + 0.025
"""Share above own cadence beyond which nothing is gained, and the calf is loaded more (Chan 2018)."""
BELOW = 0.05
"""Without a target: share below this run's own, the smallest change with an effect on the knee (Heiderscheit)."""
LEARN_S = 60
"""Without a target: seconds skipped at first, then seconds over which the median is this run's own cadence."""


class Rule(CueRule):
    """Compares cadence with the target once a second."""

    teaches = True

    def __init__(self, params: CueParams) -> None:
        super().__init__(params)
        self._seen: list[float] = []
        self._early: float | None = None
        self._seconds = 0
        self._below = 0
        self._above = 0

    def second(self, now: Moment) -> Cue | None:
        """Return a cue once cadence has been outside the band for `HELD_S`."""
        cadence = now.good(cadence_spm.KEY)
        if cadence is None or not now.running or now.on_hold:
            self._below = self._above = 0
            return None
        own, target = now.own_spm, now.target_spm
        if target is None and own is not None:  # too far from the speeds of earlier runs for a target
            self._below = self._above = 0
            return None
        if target is None:
            return self._check_fallen(now, cadence)
        most = max(target, (own or target) * (1.0 + MOST_ABOVE)) + BAND_SPM
        self._below = self._below + 1 if cadence.value < target - BAND_SPM else 0
        self._above = self._above + 1 if cadence.value > most else 0
        because = (
            cadence,
            Metric(now.t_ns, "cadence_target_spm", target, None, 1.0),
            Metric(now.t_ns, "cadence_baseline_spm", own or target, None, 1.0),
        )
        if self._below >= HELD_S:
            text, spoken, earcon = texts.QUICK_STEPS, texts.QUICK_STEPS_SPOKEN, Earcon.BELOW
        elif self._above >= HELD_S:
            text, spoken, earcon = texts.STEPS_TOO_QUICK, texts.STEPS_TOO_QUICK_SPOKEN, Earcon.ABOVE
        else:
            return None
        words = text.format(now=cadence.value, target=target)
        return Cue(now.t_ns, RULE, Severity.INFO, words, None, because, earcon, spoken)

    def _check_fallen(self, now: Moment, cadence: Metric) -> Cue | None:
        """Without a target: return a cue when cadence is well below the median of this run's second minute."""
        self._seconds += 1
        if self._early is None:
            if self._seconds > LEARN_S:
                self._seen.append(cadence.value)
            if len(self._seen) == LEARN_S:
                self._early = median(self._seen)
            return None
        self._below = self._below + 1 if cadence.value < (1.0 - BELOW) * self._early else 0
        if self._below < HELD_S:
            return None
        own = Metric(now.t_ns, "cadence_baseline_spm", self._early, None, 1.0)
        text, spoken = texts.SLOWER_THAN_OWN, texts.QUICK_STEPS_SPOKEN
        return Cue(now.t_ns, RULE, Severity.INFO, text, None, (cadence, own), Earcon.BELOW, spoken)
