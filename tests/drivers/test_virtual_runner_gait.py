"""The virtual runner's gait is realistic: contacts, flight, drop, fatigue, feet at rest on the ground."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from drivers.virtual.runner import RunnerParams, VirtualRunner
from drivers.virtual.spline import Floats
from dsp.records import Side
from dsp.signals import GRAVITY_MPS2, Placement

RATE_HZ = 208.0
FRESH = VirtualRunner(RunnerParams(seed=1, errors=None, tires_from_s=1e6))
FEET = {Side.LEFT: Placement.LEFT_FOOT, Side.RIGHT: Placement.RIGHT_FOOT}


def times(from_s: float, to_s: float) -> tuple[int, Floats]:
    first = round(from_s * RATE_HZ)
    return first, (first + np.arange(round((to_s - from_s) * RATE_HZ))) / RATE_HZ


def test_steps_alternate_and_follow_one_another() -> None:
    steps = FRESH.truth_steps(0, 120)
    assert {a.side for a in steps[::2]} != {a.side for a in steps[1::2]}
    assert len({a.side for a in steps[::2]}) == 1
    gaps = np.diff([s.ic_s for s in steps])
    contacts = np.array([s.to_s - s.ic_s for s in steps[:-1]])
    assert (gaps > contacts).all()
    assert [s.ic_s for s in FRESH.truth_steps(20.0, 30.0)] == [s.ic_s for s in steps if 20.0 <= s.ic_s < 30.0]


@pytest.mark.parametrize(("cadence_spm", "speed_mps"), [(150, 2.5), (170, 3.0), (190, 4.5)])
def test_cadence_contact_and_their_spread(cadence_spm: float, speed_mps: float) -> None:
    runner = VirtualRunner(RunnerParams(cadence_spm=cadence_spm, speed_mps=speed_mps, tires_from_s=1e6))
    steps = runner.truth_steps(15, 135)
    step_s = np.diff([s.ic_s for s in steps])
    contact_ms = 1000 * np.array([s.to_s - s.ic_s for s in steps])
    assert 60 / step_s.mean() == pytest.approx(cadence_spm, rel=0.01)
    assert 0.008 < step_s.std() / step_s.mean() < 0.02
    assert 180 < contact_ms.mean() < 310
    assert (step_s - contact_ms[:-1] / 1000 > 0.02).all()
    assert runner.cadence_spm(60.0) == pytest.approx(cadence_spm, rel=0.02)


def test_contact_at_three_metres_a_second() -> None:
    contact_ms = [1000 * (s.to_s - s.ic_s) for s in FRESH.truth_steps(15, 75)]
    assert 230 < np.mean(contact_ms) < 280


def test_the_mean_vertical_force_of_a_stride_is_gravity() -> None:
    contacts = [s.ic_s for s in FRESH.truth_steps(20, 60)][::2]
    t_s = np.arange(contacts[0], contacts[-1], 0.001)
    up = FRESH.motion(Placement.SACRUM, t_s).acceleration_mps2[:, 2] + GRAVITY_MPS2
    means = [up[(t_s >= start_s) & (t_s < end_s)].mean() for start_s, end_s in pairwise(contacts)]
    assert np.mean(means) == pytest.approx(GRAVITY_MPS2, rel=0.001)
    assert np.median(np.abs(np.array(means) / GRAVITY_MPS2 - 1)) < 0.01
    assert means == pytest.approx([GRAVITY_MPS2] * len(means), rel=0.03)  # no two strides are quite alike


def test_bounce_by_double_integration() -> None:
    _, t_s = times(20, 40)
    acceleration = FRESH.motion(Placement.SACRUM, t_s).acceleration_mps2[:, 2]
    velocity = np.cumsum(acceleration - acceleration.mean()) / RATE_HZ
    height = np.cumsum(velocity - velocity.mean()) / RATE_HZ
    bounces = []
    steps = FRESH.truth_steps(22, 38)
    for a, b in pairwise(steps):
        inside = height[(t_s >= a.ic_s) & (t_s < b.ic_s)]
        bounces.append(inside.max() - inside.min())
    assert 0.07 < np.median(bounces) < 0.105


def test_near_free_fall_in_flight() -> None:
    _, t_s = times(20, 40)
    up = FRESH.motion(Placement.SACRUM, t_s).acceleration_mps2[:, 2] + GRAVITY_MPS2
    steps = FRESH.truth_steps(20, 39)
    middle = [np.interp((a.to_s + b.ic_s) / 2, t_s, up) for a, b in pairwise(steps)]
    assert np.abs(middle).max() < 0.3 * GRAVITY_MPS2


def test_first_the_ground_brakes_then_it_pushes() -> None:
    for step in FRESH.truth_steps(20, 30):
        contact_s = step.to_s - step.ic_s
        part = np.linspace(0, 1, 101)
        ahead = FRESH.motion(Placement.SACRUM, step.ic_s + part * contact_s).acceleration_mps2[:, 0]
        assert ahead[part < 0.22].mean() < -3.0
        assert ahead[(part > 0.4) & (part < 0.8)].mean() > 3.0


def test_sideways_force_points_to_the_stance_leg() -> None:
    """Same sign in 25 of 25 real recordings: mean at 20-200 ms of stance, towards the stance leg."""
    for step in FRESH.truth_steps(20, 60):
        first = round((step.ic_s + 0.02) * RATE_HZ)
        sideways = FRESH.imu(Placement.SACRUM, first, round(0.18 * RATE_HZ), RATE_HZ)[:, 1].mean()
        assert sideways > 0.3 if step.side is Side.LEFT else sideways < -0.3


@pytest.mark.parametrize("side", list(Side))
def test_the_foot_is_at_rest_in_mid_stance(side: Side) -> None:
    hold_m = []
    for step in FRESH.truth_steps(20, 60):
        if step.side is not side:
            continue
        t_s = step.ic_s + (step.to_s - step.ic_s) * np.linspace(0.40, 0.50, 6)
        motion = FRESH.motion(FEET[side], t_s)
        assert np.abs(motion.velocity_mps).max() < 1e-4
        assert np.abs(motion.rates_radps).max() < 1e-3
        assert motion.position_m[:, 2] == pytest.approx(0, abs=1e-6)
        hold_m.append(motion.position_m[0, 0])
    stride_s = np.diff([s.ic_s for s in FRESH.truth_steps(20, 60) if s.side is side])
    assert np.diff(hold_m) / stride_s == pytest.approx(3.0, abs=0.05)


@pytest.mark.parametrize("side", list(Side))
def test_zero_velocity_updates_give_the_speed(side: Side) -> None:
    """Strapdown integration from one mid-stance to the next, gravity removed with the known first attitude."""
    contacts = [s for s in FRESH.truth_steps(20, 40) if s.side is side]
    rate_hz = 832.0
    for a, b in pairwise(contacts):
        first, last = (round((s.ic_s + 0.45 * (s.to_s - s.ic_s)) * rate_hz) for s in (a, b))
        turn = FRESH.motion(FEET[side], np.arange(first, last) / rate_hz).rotation()
        force = FRESH.imu(FEET[side], first, last - first, rate_hz)[:, :3]
        world = np.einsum("nij,nj->ni", turn, force) - [0, 0, GRAVITY_MPS2]
        velocity = np.cumsum(world, axis=0) / rate_hz
        assert np.abs(velocity[-1]).max() < 0.02
        assert np.sum(velocity[:, 0]) / (last - first) == pytest.approx(3.0, rel=0.05)


def test_pitch_rate_has_the_sign_and_size_of_running_shoes() -> None:
    for side, placement in FEET.items():
        step = next(s for s in FRESH.truth_steps(30, 40) if s.side is side)
        stride_s = 2 * 60 / 170

        first = [round((step.ic_s + phase * stride_s) * RATE_HZ) for phase in (0.33, 0.80, 0.02, 0.16)]
        toe_off, late_swing, contact, stance = (FRESH.imu(placement, i, 3, RATE_HZ)[:, 4].mean() for i in first)
        assert toe_off > 7.0  # heel up, toes down
        assert late_swing < -6.0  # toes up again
        assert contact > 3.0  # the foot slaps down after it
        assert abs(stance) < 0.5


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("speed_mps", [2.5, 4.5])
def test_amplitudes_stay_physiological(seed: int, speed_mps: float) -> None:
    runner = VirtualRunner(RunnerParams(seed=seed, speed_mps=speed_mps))
    for placement in (Placement.SACRUM, *FEET.values()):
        x = runner.imu(placement, 0, round(60 * RATE_HZ), RATE_HZ)
        peak_g = np.linalg.norm(x[:, :3], axis=1).max() / GRAVITY_MPS2
        assert (
            (2.0 if placement is Placement.SACRUM else 6.0) < peak_g < (5.0 if placement is Placement.SACRUM else 32.0)
        )
        assert np.rad2deg(np.abs(x[:, 3:]).max()) < (250 if placement is Placement.SACRUM else 1500)


def test_truth_agrees_with_the_obliquity_trace() -> None:
    t_s = np.arange(0, 40, 0.0005)
    obliquity_deg = FRESH.obliquity_deg(t_s)
    assert np.ptp(obliquity_deg[t_s < 5]) < 0.5
    standing_deg = FRESH.params.standing_obliquity_deg
    for step in FRESH.truth_steps(0, 39):
        sign = 1 if step.side is Side.LEFT else -1
        stance = (t_s >= step.ic_s) & (t_s < step.to_s)
        peak_deg = (sign * obliquity_deg)[stance].max()
        peak_s = t_s[stance][np.argmax((sign * obliquity_deg)[stance])]
        before = (t_s >= step.ic_s - 0.06) & (t_s <= peak_s)
        assert step.drop_peak_deg == pytest.approx(peak_deg - sign * standing_deg, abs=0.02)
        assert step.drop_excursion_deg == pytest.approx(peak_deg - (sign * obliquity_deg)[before].min(), abs=0.02)


def test_drop_has_the_size_spread_and_asymmetry_asked_for() -> None:
    steps = VirtualRunner(RunnerParams(seed=8, tires_from_s=1e6)).truth_steps(15, 315)
    by_side = {side: np.array([s.drop_excursion_deg for s in steps if s.side is side]) for side in Side}
    assert by_side[Side.LEFT].mean() == pytest.approx(5.3, abs=0.25)
    assert by_side[Side.RIGHT].mean() == pytest.approx(4.7, abs=0.25)
    for values in by_side.values():
        assert 0.4 < values.std() < 0.8


@pytest.mark.parametrize("side", list(Side))
def test_fatigue_shows_on_the_tired_side_only(side: Side) -> None:
    params = RunnerParams(seed=4, tires_from_s=40, tires_over_s=40, tired_drop_deg=4.0, tired_side=side)
    steps = VirtualRunner(params).truth_steps(0, 200)

    def mean(of: Side, from_s: float, to_s: float) -> float:
        return float(np.mean([s.drop_excursion_deg for s in steps if s.side is of and from_s <= s.ic_s < to_s]))

    assert mean(side, 90, 200) - mean(side, 10, 40) == pytest.approx(4.0, abs=0.5)
    assert mean(side, 55, 65) - mean(side, 10, 40) == pytest.approx(2.0, abs=0.7)
    assert mean(side.other, 90, 200) - mean(side.other, 10, 40) == pytest.approx(0.0, abs=0.4)


def test_the_runner_stands_again_after_the_stop() -> None:
    runner = VirtualRunner(RunnerParams(seed=1, errors=None, stops_at_s=25.0))
    steps = runner.truth_steps(0, 60)
    assert 24.0 < steps[-1].ic_s <= 25.0
    for placement in (Placement.SACRUM, *FEET.values()):
        x = runner.imu(placement, round(27 * RATE_HZ), 500, RATE_HZ)
        assert np.abs(x[:, 3:]).max() < 0.01
    assert runner.speed_mps(26.0) == 0.0
    assert runner.cadence_spm(30.0) == 0.0
    assert runner.cadence_spm(20.0) > 160


def test_speed_distance_and_incline() -> None:
    runner = VirtualRunner(RunnerParams(surges=((60.0, 4.0),), incline_pct=2.0))
    assert runner.speed_mps(3.0) == 0.0
    assert runner.speed_mps(30.0) == pytest.approx(3.0)
    assert runner.speed_mps(70.0) == pytest.approx(4.0)
    assert runner.distance_m(50.0) - runner.distance_m(40.0) == pytest.approx(30.0)
    assert runner.incline_pct(10.0) == 2.0
    step = next(s for s in runner.truth_steps(30, 40) if s.side is Side.LEFT)
    flat = runner.motion(Placement.LEFT_FOOT, np.array([step.ic_s + 0.45 * (step.to_s - step.ic_s)]))
    assert flat.angles_rad[0, 1] == pytest.approx(-np.arctan(0.02))
    assert flat.position_m[0, 2] == pytest.approx(0.02 * flat.position_m[0, 0])


def test_heart_rate_rises_with_effort_and_beats_follow_it() -> None:
    runner = VirtualRunner(RunnerParams())
    rates = [runner.heart_rate_bpm(t_s) for t_s in (2.0, 20.0, 60.0, 300.0)]
    assert rates == sorted(rates)
    assert 50 < rates[0] < 80
    assert 140 < rates[-1] < 170
    rr_s = runner.rr_s(200.0, 260.0)
    assert 60 / np.mean(rr_s) == pytest.approx(runner.heart_rate_bpm(230.0), rel=0.01)
    assert runner.rr_s(200.0, 230.0) + runner.rr_s(230.0, 260.0) == pytest.approx(rr_s)
