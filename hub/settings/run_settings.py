"""Settings that affect a run's results: stored with the recording, so that a replay gives the same results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from drivers.errors import RecordingError
from dsp.guidance import GuidanceParams
from dsp.orientation.mount import Mount
from dsp.pipeline import Pipeline, PipelineParams
from dsp.runner.history import PastRun
from dsp.runner.plan import Plan
from dsp.runner.triage import PainRule
from dsp.signals import Placement
from dsp.thresholds.drift import DriftParams
from hub.settings.config import ConfigError
from hub.settings.nearest import nearest


class RunSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a run, as stored in its recording.

    mounts        placement -> sensor axes (`+x+y+z`)
    drift         parameters of the drift detectors
    history       earlier runs
    cues          whether cues are given
    plan          retraining plan
    cadence_goal  whether there is a target cadence
    surface       what was run on, as stated by the runner

    `pain_rule` and `heart_rate_max_bpm` are described in docs/configuration.md.
    """

    mounts: dict[Placement, str] = {}
    drift: DriftParams = DriftParams()
    history: tuple[PastRun, ...] = ()
    cues: bool = True
    plan: Plan = Plan()
    pain_rule: PainRule = PainRule.TREK
    heart_rate_max_bpm: float | None = None
    cadence_goal: bool = True
    surface: str | None = None

    def pipeline(self, *, signals: bool) -> Pipeline:
        """Create the signal pipeline of this run; `signals`: with attitude records."""
        return Pipeline(
            PipelineParams(
                signals=signals,
                mounts={placement: Mount.from_axes(axes) for placement, axes in self.mounts.items()},
                guidance=GuidanceParams(
                    drift=self.drift,
                    history=self.history,
                    plan=self.plan,
                    pain_rule=self.pain_rule,
                    heart_rate_max_bpm=self.heart_rate_max_bpm,
                    target_cadence=self.cadence_goal,
                ),
            )
        )

    def stored(self) -> dict[str, Any]:
        """Return the settings as JSON-serialisable data."""
        data: dict[str, Any] = msgspec.to_builtins(self)
        return data

    @classmethod
    def restored(cls, data: Mapping[str, object]) -> RunSettings:
        """Create settings from the data of `stored`; raises RecordingError."""
        try:
            return msgspec.convert(data, cls)
        except msgspec.ValidationError as error:
            raise RecordingError(
                f"the settings of this recording cannot be read: {error}; upgrade stridecue"
            ) from error


def parse_mounts(words: list[str], where: str) -> dict[Placement, str]:
    """Parse arguments such as `sacrum=+x+y+z`; raises ConfigError that names `where` they came from."""
    mounts: dict[Placement, str] = {}
    for word in words:
        name, equals, axes = word.partition("=")
        if not equals:
            raise ConfigError(f"{where} {word!r}: write PLACEMENT=AXES, e.g. sacrum=+x+y+z")
        valid = [placement.value for placement in Placement]
        if name not in valid:
            raise ConfigError(f"{where} {word!r}: unknown placement {name!r}: {nearest(name, valid)}")
        mounts[Placement(name)] = axes
    check_mounts(mounts, where)
    return mounts


def check_mounts(mounts: Mapping[Placement, str], where: str) -> None:
    """Raise ConfigError for impossible axes."""
    for placement, axes in mounts.items():
        try:
            Mount.from_axes(axes)
        except ValueError as error:
            raise ConfigError(f"{where} {placement}: {error}") from error
