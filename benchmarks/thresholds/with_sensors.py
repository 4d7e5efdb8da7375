"""The eighth run (`eighth_run`) through virtual sensors and the whole core: hip at 104 Hz with errors, and a pod."""

from __future__ import annotations

import math
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np

from benchmarks.thresholds.eighth_run import REQUIRED_KM, SILENT_UNTIL_KM, Outcome, history
from drivers.virtual.params import RunnerParams
from drivers.virtual.runner import VirtualRunner
from dsp.guidance import GuidanceParams
from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Threshold
from dsp.signals import IMU6, NS_PER_S, Placement, Quantity, SampleBlock

RATE_HZ = 104.0
BLOCK = 52
LAST_M = 4900.0


def eighth(seed: int) -> Outcome:
    """Simulate the eighth run of this seed, of a runner who does not tire."""
    habit, past = history(seed)
    fresh = RunnerParams(seed=seed, tired_drop_deg=0.0, tired_cadence_pct=0.0, tired_contact_pct=0.0)
    runner = VirtualRunner(replace(fresh, speed_mps=habit.speed_mps, cadence_spm=habit.cadence_spm))
    pipeline, out, pod_s = Pipeline(PipelineParams(guidance=GuidanceParams(history=past))), Outcome(), 1
    for first in range(0, int((LAST_M / habit.speed_mps + 10.0) * RATE_HZ), BLOCK):
        t_ns = np.round(np.arange(first, first + BLOCK) / RATE_HZ * NS_PER_S).astype(np.int64)
        values = np.array(runner.imu(Placement.SACRUM, first, BLOCK, RATE_HZ))
        records = pipeline.update(SampleBlock("hip", Placement.SACRUM, IMU6, t_ns, values, RATE_HZ))
        if t_ns[-1] > pod_s * NS_PER_S:
            at = np.array([pod_s * NS_PER_S], dtype=np.int64)
            speed = np.array([[runner.speed_mps(float(pod_s))]])
            records += pipeline.update(SampleBlock("pod", Placement.FOOT, (Quantity.SPEED_MPS,), at, speed))
            pod_s += 1
        for record in records:
            if not isinstance(record, Threshold):
                continue
            here_km = runner.distance_m(record.t_ns / NS_PER_S) / 1000.0
            if here_km < out.first_km:
                out.first_km, out.first = here_km, f"{record.detector} {record.state}"
            if record.detector == "onset":
                out.onset_km.setdefault(record.state, here_km)
    return out


def table(seeds: int, jobs: int) -> None:
    """Print how many seeds meet the requirements."""
    with ProcessPoolExecutor(jobs) as pool:
        outcomes = list(pool.map(eighth, range(seeds)))
    met = sum(each.holds for each in outcomes)
    print(f"eighth run through virtual sensors: all requirements met in {met} of {seeds} seeds")
    print("| state | required | first at: minimum, median, maximum |")
    print("|---|---|---|")
    for state, km in REQUIRED_KM.items():
        first = np.array([each.onset_km.get(state, math.inf) for each in outcomes])
        print(f"| {state} | by {km} km | {first.min():.2f}, {np.median(first):.2f}, {first.max():.2f} km |")
    early = [each for each in outcomes if each.first_km < SILENT_UNTIL_KM]
    print(f"any detector before {SILENT_UNTIL_KM:g} km: {len(early)} {sorted({each.first for each in early})}")
