"""Bounce, tilt, turn, speed and stride length on recorded runners with marker and belt truth.

Nothing in these metrics is fitted to these people. Limits are what was seen plus room; where a person's constant is
large (a heel sensor, a model's foot that slips) that person's own limit says so.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.score_recordings import corrupted, run
from dsp.packed import Array
from dsp.records import Metric, Record
from tests.recorded import Recorded, each_run, load, requires_data

MARKERS = ("rbds_virtual_imu", "ric_virtual_imu", "welk002")

BELT_MPS = {"sub032_run_2.5mps": 2.5}
"""The recording of this one was labelled otherwise; its stance speed is 2.5."""

CONSTANT_PCT = {"sub032_run": (-1.5, 1.5), "sub041_run": (0.0, 3.0), "20160226": (-4.5, -1.5), "welk002": (5.0, 9.0)}
"""Seen per person, left and right shoe: 0.0 to 0.4, 0.5 to 2.5, -3.2 to -2.7 (heel), 6.7 to 7.6 (skeleton model)."""

STEADY_UNTIL_S = {"20160226T120637": 16.0}
"""After that both shoes show the belt slow down by 8 %."""


def values(records: list[Record], key: str) -> Array:
    return np.array([(r.t_ns * 1e-9, r.value) for r in records if isinstance(r, Metric) and r.key == key])


def true_ranges(rec: Recorded) -> tuple[float, float, float]:
    """Mean bounce of a step, tilt and rotation range of a stride, from 5 s on."""
    t, start = rec.series["t_s"], rec.columns["t_s"][0] + 5.0
    contacts = sorted(float(s["ic_s"]) for s in rec.steps if s["ic_s"] and float(s["ic_s"]) > start)

    def spans(name: str, apart: int, *, level: bool = False) -> float:
        out = []
        for a, b in zip(contacts, contacts[apart:], strict=False):
            x = rec.series[name][(t >= a) & (t < b)]
            if 0.25 * apart < b - a < 0.5 * apart and len(x) > 10:
                out.append(np.ptp(x - np.linspace(x[0], x[-1], len(x)) if level else x))
        return float(np.mean(out))

    return (
        1e3 * spans("pelvis_height_m", 1),
        spans("pelvic_tilt_deg", 2),
        spans("pelvic_rotation_deg", 2, level=True),
    )


@requires_data
@pytest.mark.parametrize("rate_hz", [None, pytest.param(104.0, marks=pytest.mark.slow)])
@each_run(*MARKERS)
def test_pelvis_bounces_tilts_and_turns_as_the_markers_say(folder: Path, rate_hz: float | None) -> None:
    rec = load(folder)
    columns = rec.columns if rate_hz is None else corrupted(rec, 7, rate_hz)
    records = run(columns, ["sacrum"])
    bounce_mm, tilt_deg, turn_deg = true_ranges(rec)
    from_s = rec.columns["t_s"][0] + 8.0
    for key, true, within in (
        ("vertical_oscillation_mm", bounce_mm, 4.0 if rate_hz is None else 7.0),
        ("pelvic_tilt_range_deg", tilt_deg, 0.6 if rate_hz is None else 0.9),
        ("pelvic_rotation_range_deg", turn_deg, 0.5 if rate_hz is None else 1.2),
    ):
        found = values(records, key)
        found = found[found[:, 0] > from_s]
        assert len(found) >= 5
        assert found[:, 1].mean() == pytest.approx(true, abs=within), key


@requires_data
@pytest.mark.parametrize("rate_hz", [None, pytest.param(104.0, marks=pytest.mark.slow)])
@pytest.mark.parametrize("foot", ["left_foot", "right_foot"])
@each_run("rbds_virtual_imu", "20160226", "welk002")
def test_five_strides_of_a_shoe_repeat_to_one_per_cent_and_are_off_by_the_runners_constant(
    folder: Path, foot: str, rate_hz: float | None
) -> None:
    rec = load(folder)
    columns = rec.columns if rate_hz is None else corrupted(rec, 7, rate_hz)
    records = run(columns, [foot])
    found = values(records, "speed_mps")
    start = rec.columns["t_s"][0]
    found = found[(found[:, 0] > start + 8.0) & (found[:, 0] < start + STEADY_UNTIL_S.get(folder.name, 1e9))]
    belt = BELT_MPS.get(folder.name, rec.truth["speed_mps"])
    error_pct = 100.0 * (found[:, 1] / belt - 1.0)
    assert len(found) >= 6
    assert np.std(error_pct) <= 1.0
    low, high = next(limits for name, limits in CONSTANT_PCT.items() if folder.name.startswith(name))
    slack = 0.0 if rate_hz is None else 1.0
    assert low - slack <= np.mean(error_pct) <= high + slack
    strides, cadence = values(records, "stride_length_m"), values(records, "cadence_spm")
    for t_s, length_m in strides:
        (quick,) = cadence[cadence[:, 0] == t_s, 1]
        (mps,) = values(records, "speed_mps")[values(records, "speed_mps")[:, 0] == t_s, 1]
        assert length_m == pytest.approx(120.0 * mps / quick)
