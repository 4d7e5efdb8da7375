"""The input of every filter: sacrum recordings with ground truth, after the data folder's own sensor errors."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType

import numpy as np
import numpy.typing as npt

from dsp.signals import GRAVITY_MPS2
from tests.recorded import DATA_DIR, Recorded, folders, load

Array = npt.NDArray[np.float64]
AXES = ("ax", "ay", "az", "gx", "gy", "gz")
SHORTEST_S = 20.0
SCORED_FROM_S = 15.0
STANDING_S = 10.0
BEND_FROM_S, BEND_OVER_S, BEND_RADIUS_M = 17.0, 1.0, 36.5
"""A bend of a 400 m track (radius of the measured line, World Athletics), entered within a second."""


@dataclass(frozen=True)
class Condition:
    """Sensor errors and course of a run.

    rate_hz         of the sensor; the recordings have 200 Hz, 416 is interpolated
    bias_dps        standard deviation of the gyroscope bias
    fixed_bias_dps  alternatively: this bias on each axis, with random signs
    loss            share of the samples lost, in packets of 5-15
    standing, bend  preceded by standing; entering a bend
    """

    name: str
    rate_hz: float = 104.0
    bias_dps: float = 3.0
    fixed_bias_dps: float = 0.0
    loss: float = 0.0
    standing: bool = False
    bend: bool = False


CONDITIONS = (
    Condition("104 Hz, bias SD 3 dps"),
    Condition("208 Hz", rate_hz=208.0),
    Condition("52 Hz", rate_hz=52.0),
    Condition("416 Hz", rate_hz=416.0),
    Condition("bias +-5 dps on each axis", bias_dps=0.0, fixed_bias_dps=5.0),
    Condition("1 % lost", loss=0.01),
    Condition("3 % lost", loss=0.03),
    Condition("10 s of standing first", standing=True),
    Condition("track bend, r 36.5 m", bend=True),
)


@dataclass(frozen=True)
class Case:
    """One recording under one condition.

    t_s, values  (n,), (n, 6): received samples, m/s2 and rad/s in sensor axes; lost samples are missing
    forward, left, up  pelvis axes in sensor axes, (3,)
    stances      (initial contact s, toe-off s, +1 left or -1 right)
    truth_t_s, truth_deg  true obliquity; the constant offset is taken between level_from_s and level_to_s
    """

    recording: str
    condition: Condition
    t_s: Array
    values: Array
    forward: Array
    left: Array
    up: Array
    stances: tuple[tuple[float, float, int], ...]
    truth_t_s: Array
    truth_deg: Array
    speed_mps: float
    scored_from_s: float
    level_from_s: float
    level_to_s: float


@cache
def error_model() -> ModuleType:
    """Import the data folder's `add_sensor_errors.py`; raise RuntimeError without the data."""
    if DATA_DIR is None:
        raise RuntimeError("the recorded runs were not found: set STRIDECUE_DATA to their folder")
    spec = importlib.util.spec_from_file_location("add_sensor_errors", DATA_DIR / "add_sensor_errors.py")
    if spec is None or spec.loader is None:
        raise RuntimeError(f"{DATA_DIR} has no add_sensor_errors.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def worn(
    columns: Mapping[str, Array], seed: int, rate_hz: float, **errors: float | str
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return the columns after the error model, and each sensor's mounting as (3, 3) sensor <- original."""
    pandas = importlib.import_module("pandas")
    log: dict[str, dict[str, dict[str, list[list[float]]]]] = {}
    frame = error_model().corrupt(pandas.DataFrame(columns), seed, rate_hz, log=log, **errors)
    mounts = {name: np.array(applied["mount"]) for name, applied in log["sensors"].items()}
    return {name: frame[name].to_numpy() for name in frame.columns}, mounts


def recordings() -> list[Recorded]:
    """Return the runs of a sacrum sensor with true obliquity that are long enough to converge."""
    found = []
    for folder in folders():
        if folder.parent.name in {"rbds_virtual_imu", "ric_virtual_imu", "opensim_virtual_imu"}:
            recorded = load(folder)
            t_s = recorded.columns["t_s"]
            if t_s[-1] - t_s[0] >= SHORTEST_S and "pelvic_obliquity_deg" in recorded.series:
                found.append(recorded)
    return found


def _pelvis_rows(recorded: Recorded, t_s: Array) -> tuple[Array, Array]:
    """Return left and up of the world in pelvis axes at `t_s`, each (n, 3); order yaw, obliquity, tilt."""
    series = recorded.series
    yaw, obliquity, tilt = (
        np.radians(np.interp(t_s, series["t_s"], series[f"pelvic_{name}_deg"]))
        for name in ("rotation", "obliquity", "tilt")
    )
    cy, sy, co, so, ct, st = np.cos(yaw), np.sin(yaw), np.cos(obliquity), np.sin(obliquity), np.cos(tilt), np.sin(tilt)
    left = np.stack([sy * ct + cy * so * st, cy * co, sy * st - cy * so * ct], axis=1)
    up = np.stack([-co * st, so, co * ct], axis=1)
    return left, up


def _turned(recorded: Recorded, columns: dict[str, Array], speed_mps: float) -> dict[str, Array]:
    """Return the same run through a left bend: yaw rate about the vertical, force towards the centre."""
    t_s = columns["t_s"]
    ramp = np.clip((t_s - t_s[0] - BEND_FROM_S) / BEND_OVER_S, 0.0, 1.0)
    yaw_rate = speed_mps / BEND_RADIUS_M * ramp
    left, up = _pelvis_rows(recorded, t_s)
    out = dict(columns)
    for k, axis in enumerate("xyz"):
        out[f"sacrum_a{axis}"] = columns[f"sacrum_a{axis}"] + speed_mps * yaw_rate * left[:, k]
        out[f"sacrum_g{axis}"] = columns[f"sacrum_g{axis}"] + yaw_rate * up[:, k]
    return out


def _with_standing(recorded: Recorded, columns: dict[str, Array]) -> dict[str, Array]:
    """Return the same run preceded by standing still in the posture of its first sample."""
    t_s = columns["t_s"]
    period = float(np.median(np.diff(t_s)))
    before = t_s[0] - period * np.arange(round(STANDING_S / period), 0, -1)
    _, up = _pelvis_rows(recorded, t_s[:1])
    out = {"t_s": np.concatenate([before, t_s])}
    for k, axis in enumerate("xyz"):
        force = np.full(len(before), GRAVITY_MPS2 * up[0, k])
        out[f"sacrum_a{axis}"] = np.concatenate([force, columns[f"sacrum_a{axis}"]])
        out[f"sacrum_g{axis}"] = np.concatenate([np.zeros(len(before)), columns[f"sacrum_g{axis}"]])
    return out


def case(recorded: Recorded, condition: Condition, seed: int) -> Case:
    """Return one recording under one condition."""
    columns = {name: recorded.columns[name] for name in ("t_s", *(f"sacrum_{a}" for a in AXES))}
    start = float(columns["t_s"][0])
    speed_mps = float(recorded.truth.get("speed_mps") or 3.0)
    if condition.bend:
        columns = _turned(recorded, columns, speed_mps)
    if condition.standing:
        columns = _with_standing(recorded, columns)
    arrived, mounts = worn(
        columns, seed, condition.rate_hz, mount="any", gyro_bias_dps=condition.bias_dps, loss=condition.loss
    )
    values = np.stack([arrived[f"sacrum_{a}"] for a in AXES], axis=1)
    if condition.fixed_bias_dps:
        signs = np.random.default_rng(seed).choice([-1.0, 1.0], 3)
        values[:, 3:] += math.radians(condition.fixed_bias_dps) * signs
    scored_from_s = start + (10.0 if condition.bend else SCORED_FROM_S)
    return Case(
        recording=recorded.name,
        condition=condition,
        t_s=arrived["t_s"],
        values=values,
        forward=mounts["sacrum"][:, 0],
        left=mounts["sacrum"][:, 1],
        up=mounts["sacrum"][:, 2],
        stances=tuple(_stances(recorded, scored_from_s)),
        truth_t_s=recorded.series["t_s"],
        truth_deg=recorded.series["pelvic_obliquity_deg"],
        speed_mps=speed_mps,
        scored_from_s=scored_from_s,
        level_from_s=scored_from_s,
        level_to_s=start + BEND_FROM_S - 1.0 if condition.bend else float(columns["t_s"][-1]),
    )


def _stances(recorded: Recorded, from_s: float) -> list[tuple[float, float, int]]:
    """Return the stances from `from_s` on; where no toe-off is known, of 0.25 s."""
    out = []
    for row in recorded.steps:
        contact = float(row["ic_s"] or "nan")
        release = float(row.get("to_s") or "nan")
        if contact >= from_s and row.get("artifact", "0") in {"0", "", "0.0"}:
            release = release if math.isfinite(release) else contact + 0.25
            out.append((contact, release, 1 if row["foot"] == "L" else -1))
    return out
