"""Obliquity from our own pipeline, as shipped: blocks in, attitude records out."""

from __future__ import annotations

import numpy as np

from benchmarks.orientation.cases import Array, Case
from dsp.orientation.mount import Mount
from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Attitude
from dsp.signals import IMU6, NS_PER_S, Placement, SampleBlock

PACKET = 5


def obliquity(case: Case, *, mount_given: bool) -> tuple[Array, Array]:
    """Return times (n,) in s and obliquity (n,) in deg; without `mount_given` the mount is estimated as well."""
    mounts = {Placement.SACRUM: Mount(_axis(case.forward), _axis(case.left), _axis(case.up))} if mount_given else {}
    pipeline = Pipeline(PipelineParams(signals=True, mounts=mounts))
    shift_s = min(0.0, float(case.t_s[0]))
    t_ns = np.round((case.t_s - shift_s) * NS_PER_S).astype(np.int64)
    records = []
    for a in range(0, len(t_ns), PACKET):
        block = SampleBlock(
            "sacrum",
            Placement.SACRUM,
            IMU6,
            t_ns[a : a + PACKET],
            case.values[a : a + PACKET],
            rate_hz=case.condition.rate_hz,
        )
        records += pipeline.update(block)
    records += pipeline.finish()
    reported = [(r.t_ns / NS_PER_S, r.obliquity_deg) for r in records if isinstance(r, Attitude)]
    values = np.array([(t, deg) for t, deg in reported if deg is not None]).reshape(-1, 2)
    return values[:, 0] + shift_s, values[:, 1]


def _axis(v: Array) -> tuple[float, float, float]:
    return float(v[0]), float(v[1]), float(v[2])
