"""The whole core against a synthetic runner, whose truth is known exactly."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from dsp.orientation.mount import Mount
from dsp.pipeline import Pipeline, PipelineParams
from dsp.records import Attitude, Metric, Record, Side, Step
from dsp.signals import IMU6, Placement, Quantity, SampleBlock
from tests.dsp.synthetic import Array, Made, blocks_of, make

FEET = [Placement.LEFT_FOOT, Placement.RIGHT_FOOT]
ALL = [Placement.SACRUM, *FEET]


def play(
    made: Made, placements: list[Placement], rate_hz: float = 200.0, mounts: Mapping[Placement, Mount] | None = None
) -> list[Record]:
    pipeline, records = Pipeline(PipelineParams(signals=True, mounts=mounts or {})), []
    for block in blocks_of(made, placements, 10, rate_hz=rate_hz):
        records += pipeline.update(block)
    return records + pipeline.finish()


def steps_of(records: list[Record]) -> list[Step]:
    return [r for r in records if isinstance(r, Step)]


def drop_deg(step: Step) -> float:
    assert step.drop_excursion_deg is not None
    return step.drop_excursion_deg


def matched(made: Made, steps: list[Step], within: float = 0.06) -> tuple[list[tuple[int, Step]], int]:
    """Return pairs (index of the true contact, step), and how many steps match none; the last landing is left out."""
    pairs, spare = [], 0
    steps = [s for s in steps if s.t_ns * 1e-9 < made.contacts_s[-1] + 0.15]
    offset = np.median(
        [min(s.t_ns * 1e-9 - t for t in made.contacts_s if abs(s.t_ns * 1e-9 - t) < 0.17) for s in steps]
    )
    for step in steps:
        k = int(np.argmin(np.abs(made.contacts_s + offset - step.t_ns * 1e-9)))
        if abs(made.contacts_s[k] + offset - step.t_ns * 1e-9) < within:
            pairs.append((k, step))
        else:
            spare += 1
    return pairs, spare


def obliquity_errors_deg(made: Made, records: list[Record], from_s: float) -> list[float]:
    """Return the error of obliquity at every sample after `from_s`."""
    errors = []
    for each in records:
        if isinstance(each, Attitude) and each.t_ns > from_s * 1e9:
            assert each.obliquity_deg is not None
            errors.append(each.obliquity_deg - float(np.interp(each.t_ns * 1e-9, made.t_s, made.obliquity_deg)))
    return errors


def rotation(seed: int) -> Array:
    q = np.random.default_rng(seed).normal(size=4)
    w, x, y, z = q / np.linalg.norm(q)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


@pytest.mark.parametrize("worn", [[Placement.SACRUM], FEET, FEET[:1], ALL, [Placement.SACRUM, Placement.LEFT_FOOT]])
def test_every_subset_of_sensors_finds_every_step(worn: list[Placement]) -> None:
    made = make(seconds=20.0, noise=0.02)
    steps = steps_of(play(made, worn))
    pairs, spare = matched(made, steps)
    assert spare == 0
    wanted = [k for k, t in enumerate(made.contacts_s) if 7.0 < t < 18.0 and (worn != FEET[:1] or made.left[k])]
    assert set(wanted) <= {k for k, _ in pairs}
    late = [(k, s) for k, s in pairs if made.contacts_s[k] > 9.0]
    assert all((s.side is Side.LEFT) == made.left[k] for k, s in late)
    if worn == FEET[:1]:
        assert all(s.step_time_s is None and s.contact_ms is not None for _, s in late)
    else:
        assert np.median([s.step_time_s for _, s in late if s.step_time_s]) == pytest.approx(60 / 168, abs=0.004)


@pytest.mark.parametrize("seed", range(4))
def test_any_mounting_gives_the_same_drop(seed: int) -> None:
    made = make(seconds=24.0, mount=rotation(seed), noise=0.01, gyro_bias_radps=(0.05, -0.08, 0.06))
    records = play(made, [Placement.SACRUM])
    pairs, _ = matched(made, steps_of(records))
    late = [(k, s) for k, s in pairs if made.contacts_s[k] > 12.0]
    assert len(late) > 25
    assert all((s.side is Side.LEFT) == made.left[k] for k, s in late)
    for k, step in late:
        sign = 1.0 if made.left[k] else -1.0
        t, x = made.t_s, sign * made.obliquity_deg
        a, b = np.searchsorted(t, [made.contacts_s[k], made.releases_s[k]])
        top = a + int(np.argmax(x[a:b]))
        low = x[np.searchsorted(t, made.contacts_s[k] - 0.06) : top + 1].min()
        assert step.drop_excursion_deg == pytest.approx(x[top] - low, abs=0.5)
        assert step.drop_peak_deg == pytest.approx(x[top], abs=0.8)
    assert np.std(obliquity_errors_deg(made, records, 12.0)) < 0.4


def test_an_explicit_mount_is_used() -> None:
    made = make(seconds=16.0, mount=np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]))
    # Pelvis forward, left, up are sensor +z, +x, +y.
    records = play(made, [Placement.SACRUM], mounts={Placement.SACRUM: Mount.from_axes("+z+x+y")})
    assert np.std(obliquity_errors_deg(made, records, 8.0)) < 0.2


@pytest.mark.parametrize("lying", [(0.0, 9.81, 0.0), (9.81, 0.0, 0.0)])
def test_an_explicit_mount_is_not_levelled_by_the_table_the_sensor_lay_on(lying: tuple[float, float, float]) -> None:
    made = make(seconds=20.0, stand_s=0.0, noise=0.01)
    worn = blocks_of(made, [Placement.SACRUM], 10, t0_ns=6_000_000_000)  # switched off while it is put on
    force = np.tile([*lying, 0.02, -0.03, 0.01], (1000, 1)) + np.random.default_rng(3).normal(0.0, 0.01, (1000, 6))
    t_ns = np.arange(1000, dtype=np.int64) * 5_000_000
    pipeline = Pipeline(PipelineParams(mounts={Placement.SACRUM: Mount.from_axes("+x+y+z")}))
    records = pipeline.update(SampleBlock(worn[0].source, Placement.SACRUM, IMU6, t_ns, force, 200.0))
    for block in worn:
        records += pipeline.update(block)
    late = [s for s in steps_of(records + pipeline.finish()) if s.t_ns > 12e9]
    assert len(late) > 30
    assert all(s.drop_peak_deg is None for s in late)
    assert np.median([drop_deg(s) for s in late]) == pytest.approx(3.7, abs=0.3)


def test_without_standing_the_peak_is_unknown_and_the_excursion_is_not() -> None:
    steps = steps_of(play(make(seconds=14.0, stand_s=0.0), [Placement.SACRUM]))
    assert all(s.drop_peak_deg is None for s in steps)
    assert sum(s.drop_excursion_deg is not None for s in steps) > 15


@pytest.mark.parametrize("rate_hz", [52.0, 104.0, 208.0, 416.0])
def test_the_rate_of_the_sensor_does_not_matter(rate_hz: float) -> None:
    made = make(seconds=18.0, rate_hz=rate_hz)
    pairs, spare = matched(made, steps_of(play(made, ALL, rate_hz=rate_hz)))
    assert spare == 0
    left = [drop_deg(s) for k, s in pairs if made.left[k] and made.contacts_s[k] > 10.0]
    right = [drop_deg(s) for k, s in pairs if not made.left[k] and made.contacts_s[k] > 10.0]
    assert np.mean(left) == pytest.approx(4.0, abs=0.2)
    assert np.mean(right) == pytest.approx(3.65, abs=0.2)


def test_standing_gives_no_steps_and_running_is_0() -> None:
    made = make(seconds=10.0, stand_s=30.0, noise=0.05)
    records = play(made, ALL)
    assert not steps_of(records)
    assert {r.value for r in records if isinstance(r, Metric) and r.key == "running"} == {0.0}


def test_ready_made_values_are_passed_on() -> None:
    pipeline, records = Pipeline(), []
    for s in range(6):
        t = np.array([s * 1_000_000_000 + 1], dtype=np.int64)
        both = (Quantity.SPEED_MPS, Quantity.CADENCE_SPM)
        records += pipeline.update(SampleBlock("pod", Placement.FOOT, both, t, np.array([[3.0, 172.0]])))
        heart = SampleBlock("strap", Placement.CHEST, (Quantity.HEART_RATE_BPM,), t, np.array([[151.0]]))
        records += pipeline.update(heart)
    newest = {r.key: r.value for r in records if isinstance(r, Metric)}
    assert newest.pop("stride_length_m") == pytest.approx(120.0 * 3.0 / 172.0)
    assert newest.pop("speed_source") == 2.0
    assert newest.pop("distance_m") == pytest.approx(9.0)
    assert newest.pop("exposure_m") == pytest.approx(9.0)
    assert newest == {"speed_mps": 3.0, "cadence_spm": 172.0, "heart_rate_bpm": 151.0, "running": 1.0}


def test_missing_channels_are_not_taken_for_zero_motion() -> None:
    made = make(seconds=14.0)
    values = made.sensors[Placement.SACRUM].copy()
    values[:, 3:] = np.nan
    t_ns = np.round(made.t_s * 1e9).astype(np.int64)
    pipeline, records = Pipeline(), []
    for a in range(0, len(t_ns), 10):
        block = SampleBlock("hip", Placement.SACRUM, IMU6, t_ns[a : a + 10], values[a : a + 10], 200.0)
        records += pipeline.update(block)
    steps = steps_of(records + pipeline.finish())
    pairs, spare = matched(made, steps)
    assert spare == 0
    assert len(pairs) >= 20
    assert all(s.drop_excursion_deg is None for s in steps)


def test_the_summary_adds_up() -> None:
    made = make(seconds=20.0)
    pipeline, records = Pipeline(), []
    for block in blocks_of(made, ALL, 10):
        records += pipeline.update(block)
    records += pipeline.finish()
    summary = pipeline.summary(20_000_000_000)
    assert summary.steps == len(steps_of(records))
    assert summary.cadence_spm == pytest.approx(168.0, abs=0.5)
    assert summary.drop_excursion_left_deg is not None
