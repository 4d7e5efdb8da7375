"""One realistic message of each kind, for the contract documents: all from one virtual run.

The hub starts at 07:04:40.050, which is `t_s` 0, and the runner 8 s later; most messages are from `t_s` 1520.2.
"""

from __future__ import annotations

from dsp import texts
from dsp.records import Earcon, Severity, Side, ThresholdState
from dsp.runner.triage import PainRule
from dsp.signals import Placement
from hub.messages.incoming import CommandMessage, PainMessage
from hub.messages.lines import MetricLine, ThresholdLine
from hub.messages.session_status import SoundStatus
from hub.messages.wire import (
    AttitudeMessage,
    CueMessage,
    MarkMessage,
    Message,
    MetricsMessage,
    ReplyMessage,
    SensorMessage,
    SessionMessage,
    StatusMessage,
    StepMessage,
    ThresholdMessage,
    TrendMessage,
)

_T, _T_S = "2026-05-01T07:30:00.250Z", 1520.2
_MEAN_DEG, _USUAL_DEG, _BOUND_DEG = 6.8, 5.6, 1.4
_DROP = tuple(
    MetricLine(t_s=_T_S, key=key, value=value, side=Side.LEFT, quality=1.0)
    for key, value in {
        "drop_excursion_deg": _MEAN_DEG,
        "drop_excursion_baseline_deg": _USUAL_DEG,
        "drop_excursion_bound_deg": _BOUND_DEG,
    }.items()
)
"""The evidence of a hip-drop threshold: the slow mean, which is not the field of `metrics`."""

EXAMPLES: dict[str, Message] = {
    "status": StatusMessage(t="2026-05-01T07:04:40.050Z", seq=1, state="online", instance="9f3a01c2"),
    "session": SessionMessage(
        t=_T,
        seq=1524,
        state="running",
        runner="ann",
        source="live",
        started="2026-05-01T07:04:48.050Z",
        elapsed_s=1512.2,
        steps=4284,
        recording="2026-05-01T070440Z-ann.mcap",
        recording_ok=True,
        earlier_runs=6,
        thresholds={"drop_drift_left": ThresholdState.NEAR},
        pain_rule=PainRule.TREK,
        shares_onset=True,
        sound=SoundStatus(
            output="default",
            voice="espeak-ng (en-us)",
            muted=False,
            metronome_spm=174.0,
            sounds=9,
            repeats=1,
            dropped=0,
            hub_p50_ms=18.2,
            hub_p99_ms=41.0,
            total_p50_ms=402.5,
            total_p99_ms=437.0,
            device_ms=100.0,
            underflows=0,
        ),
    ),
    "metrics": MetricsMessage(
        t=_T,
        seq=1520,
        t_s=_T_S,
        cadence_spm=170.2,
        contact_left_ms=248.0,
        contact_right_ms=244.0,
        flight_ms=106.5,
        drop_excursion_left_deg=7.4,
        drop_excursion_right_deg=5.1,
        drop_peak_left_deg=5.5,
        drop_peak_right_deg=3.9,
        speed_mps=2.94,
        heart_rate_bpm=152.0,
        quality=0.86,
        extra={
            "vertical_oscillation_mm": 81.0,
            "distance_m": 4310.4,
            "exposure_m": 4310.4,
            "drop_excursion_mean_left_deg": _MEAN_DEG,
            "drop_excursion_baseline_left_deg": _USUAL_DEG,
            "drop_excursion_bound_left_deg": _BOUND_DEG,
        },
    ),
    "trend": TrendMessage(
        t="2026-05-01T07:07:22.250Z",
        seq=4,
        t0="2026-05-01T07:04:21.300Z",
        cadence_spm=[168.9, 169.8, 170.1],
        drop_excursion_left_deg=[None, 6.2, 5.9],
        drop_excursion_right_deg=[None, 5.1, 5.0],
        contact_left_ms=[249.0, 247.0, 246.0],
        contact_right_ms=[246.0, 244.0, 243.0],
        speed_mps=[2.81, 2.9, 2.95],
    ),
    "step": StepMessage(
        t="2026-05-01T07:29:59.667Z",
        seq=4284,
        t_s=1519.617,
        toe_off_s=1519.865,
        step_time_s=0.352,
        contact_ms=248.0,
        flight_ms=104.0,
        side=Side.LEFT,
        drop_peak_deg=5.8,
        drop_excursion_deg=7.6,
        source=Placement.LEFT_FOOT,
        drop_source=Placement.SACRUM,
        confidence=0.93,
    ),
    "threshold": ThresholdMessage(
        t=_T, seq=2, t_s=_T_S, detector="drop_drift", state=ThresholdState.NEAR, side=Side.LEFT, because=_DROP
    ),
    "cue": CueMessage(
        t=_T,
        seq=3,
        t_s=_T_S,
        rule="level_hips",
        severity=Severity.INFO,
        text=texts.BELT_NEAR.format(side=Side.LEFT),
        side=Side.LEFT,
        because=(
            ThresholdLine(t_s=_T_S, detector="drop_drift", state=ThresholdState.NEAR, side=Side.LEFT, because=_DROP),
        ),
        earcon=Earcon.ABOVE,
        speak=texts.BELT_NEAR_SPOKEN.format(side=Side.LEFT),
    ),
    "mark": MarkMessage(t="2026-05-01T07:29:54.050Z", seq=1, t_s=1514.0, by="coach", text="bridge", running_s=1506.0),
    "sensor": SensorMessage(
        t=_T,
        seq=1521,
        device="C4:2B:11:07:AA:01",
        placement=Placement.SACRUM,
        name="Hip pod",
        profile="stridecue.imu6",
        state="streaming",
        battery_pct=83.0,
        packets=39300,
        samples=314400,
        lost=24,
        dropped=0,
        rate_hz=208.0,
        last_seen_s=0.0,
        detail=None,
        clock="device",
        drift_ppm=21.4,
        align_ms=0.8,
    ),
    "attitude": AttitudeMessage(
        t=_T, seq=11230, t0_s=1520.084615, dt_s=0.019231, obliquity_deg=[1.2, 1.6, 2.1, 2.4, 2.2, 1.7, 1.0]
    ),
    "pain": PainMessage(level=3, site="outer knee", side=Side.LEFT, id="watch-7"),
    "command": CommandMessage(action="nudge", text="Shorter, quicker steps", id="coach-12"),
    "reply": ReplyMessage(t=_T, seq=1, to="command", id="coach-12", ok=True, text="passed on to the runner"),
}
