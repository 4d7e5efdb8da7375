"""Changes of a recorded runner: faster, mirrored, walking first, stopping, for longer; with the truth adapted.

All functions take clean recordings of a sacrum sensor in pelvis axes (x forward, y left, z up).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dsp.orientation.strapdown import Strapdown
from dsp.samples.trace import Trace
from dsp.signals import GRAVITY_MPS2
from tests.recorded import Recorded

Array = npt.NDArray[np.float64]
FORCE = tuple(f"sacrum_a{axis}" for axis in "xyz")
RATE = tuple(f"sacrum_g{axis}" for axis in "xyz")
ANGLES = tuple(f"pelvic_{name}_deg" for name in ("rotation", "obliquity", "tilt"))
TIMES = ("ic_s", "to_s")
OTHER = {"L": "R", "R": "L"}


def of(columns: dict[str, Array], names: tuple[str, ...]) -> Array:
    """Return the named columns as (n, 3)."""
    return np.stack([columns[name] for name in names], axis=1)


def put(columns: dict[str, Array], names: tuple[str, ...], values: Array) -> None:
    """Replace the named columns with the values (n, 3)."""
    for k, name in enumerate(names):
        columns[name] = values[:, k]


def hip_only(recorded: Recorded) -> Recorded:
    """Return the recording without its shoe sensors."""
    columns = {name: recorded.columns[name] for name in ("t_s", *FORCE, *RATE)}
    return replace(recorded, columns=columns, windows=[])


def up(recorded: Recorded) -> Array:
    """Return the vertical (n, 3) in pelvis axes at the samples: yaw, then obliquity about x, then tilt about y."""
    return _up(np.stack([_angle(recorded, name) for name in ANGLES], axis=1))


def _angle(recorded: Recorded, name: str) -> Array:
    return np.asarray(np.interp(recorded.columns["t_s"], recorded.series["t_s"], recorded.series[name]))


def _up(angles_deg: Array) -> Array:
    """Return the vertical (n, 3) in pelvis axes for rotation, obliquity and tilt (n, 3) in deg."""
    _, roll, nod = np.radians(angles_deg).T
    return np.stack([-np.cos(roll) * np.sin(nod), np.sin(roll), np.cos(roll) * np.cos(nod)], axis=1)


def similar(recorded: Recorded, scale: float) -> Recorded:
    """Return a runner `scale`^2 as tall, same motion and forces (Froude): all times longer by `scale`, turns slower."""
    columns = dict(recorded.columns)
    columns["t_s"] = columns["t_s"] * scale
    put(columns, RATE, of(columns, RATE) / scale)
    series = {**recorded.series, "t_s": recorded.series["t_s"] * scale}
    return replace(recorded, columns=columns, series=series, steps=[_later(s, scale, 0.0) for s in recorded.steps])


def stretched(recorded: Recorded, scale: float) -> Recorded:
    """Return the same body in slow motion: accelerations divided by `scale`^2 (flights are no longer free fall)."""
    weight = GRAVITY_MPS2 * up(recorded)
    slow = similar(recorded, scale)
    put(slow.columns, FORCE, weight + (of(recorded.columns, FORCE) - weight) / scale**2)
    return slow


def mirrored(recorded: Recorded) -> Recorded:
    """Return the run with left and right exchanged: force is a vector, angular rate a pseudovector."""
    columns, series = dict(recorded.columns), dict(recorded.series)
    put(columns, FORCE, of(columns, FORCE) * (1.0, -1.0, 1.0))
    put(columns, RATE, of(columns, RATE) * (-1.0, 1.0, -1.0))
    for name in ANGLES[:2]:
        series[name] = -series[name]
    return replace(
        recorded, columns=columns, series=series, steps=[{**s, "foot": OTHER[s["foot"]]} for s in recorded.steps]
    )


def from_s(recorded: Recorded, seconds: float) -> Recorded:
    """Return the run as if switched on `seconds` later, while running."""
    keep = recorded.columns["t_s"] >= recorded.columns["t_s"][0] + seconds
    columns = {name: values[keep] for name, values in recorded.columns.items()}
    begin = float(columns["t_s"][0])
    return replace(recorded, columns=columns, steps=[s for s in recorded.steps if float(s["ic_s"]) > begin])


def stopping(recorded: Recorded, at_s: float, standing_s: float, over_s: float = 0.7) -> Recorded:
    """Return the run with a stop in the first stance after `at_s`, of `standing_s`; the pelvis moves smoothly.

    With `at_s` 0 the standing comes first.
    """
    t_s = recorded.columns["t_s"]
    landings = [float(s["ic_s"]) for s in recorded.steps if float(s["ic_s"]) > t_s[0] + at_s]
    cut_s, period = landings[0] + 0.12 if at_s else float(t_s[0]), float(np.median(np.diff(t_s)))
    cut = int(np.searchsorted(t_s, cut_s))
    pause: Array = period * np.arange(float(round((standing_s + 2.0 * over_s) / period)))
    pose = np.stack([_angle(recorded, name) for name in ANGLES], axis=1)
    leave, enter = _ease(1.0 - pause / over_s), _ease(1.0 - (pause[-1] - pause) / over_s)
    if not cut:
        leave = np.zeros(len(pause))
    stand = np.array([0.0, 0.0, pose[:, 2].mean()])
    angles = stand + np.outer(leave, pose[cut - 1] - stand) + np.outer(enter, pose[cut] - stand)
    # The pelvis continues to turn for a moment: angular rate cannot jump.
    if cut:
        angles += np.outer(_swung(pause + period), (pose[cut - 1] - pose[cut - 2]) / period)
    angles -= np.outer(_swung(pause[-1] - pause + period), (pose[cut + 1] - pose[cut]) / period)
    force = GRAVITY_MPS2 * _up(angles)
    before, after = (of(recorded.columns, FORCE)[k] for k in (cut - 1, cut))
    sharp = [_ease(1.0 - x / 0.1)[:, None] for x in (pause, pause[-1] - pause)]
    if cut:
        force = force + sharp[0] * (before - force[0])
    force = force + sharp[1] * (after - force[-1])
    return _spliced(recorded, cut, pause, (angles, force, _rates(angles, period)))


def _ease(share: Array) -> Array:
    """Return a smooth step from 0 to 1 for shares from 0 to 1 (smoothstep)."""
    x = np.clip(share, 0.0, 1.0)
    return np.asarray(x * x * (3.0 - 2.0 * x))


def _swung(after_s: Array, over_s: float = 0.2) -> Array:
    """Return the angle of something that turns at rate 1 at time 0, slows down, and returns to 0 after `over_s`."""
    return np.asarray(after_s * np.clip(1.0 - after_s / over_s, 0.0, None) ** 2)


def _rates(angles_deg: Array, period: float) -> Array:
    """Return the angular rates (n, 3) in pelvis axes of a pose: yaw, then obliquity about x, then tilt about y."""
    yaw, roll, nod = (np.gradient(np.radians(column), period) for column in angles_deg.T)
    _, _, tilt = np.radians(angles_deg).T
    axes = _up(angles_deg)
    return np.asarray(np.stack([roll * np.cos(tilt), nod, roll * np.sin(tilt)], axis=1) + yaw[:, None] * axes)


def _spliced(recorded: Recorded, cut: int, pause: Array, middle: tuple[Array, Array, Array]) -> Recorded:
    """Insert `pause` before sample `cut`, with these angles, forces and rates."""
    t_s = recorded.columns["t_s"]
    cut_s, extra = float(t_s[cut]), float(pause[-1] + pause[1])
    angles, force, rate = middle
    columns = {"t_s": np.concatenate([t_s[:cut], cut_s + pause, t_s[cut:] + extra])}
    for names, values in ((FORCE, force), (RATE, rate)):
        for k, name in enumerate(names):
            columns[name] = np.concatenate([recorded.columns[name][:cut], values[:, k], recorded.columns[name][cut:]])
    at = recorded.series["t_s"]
    k = int(np.searchsorted(at, cut_s))
    series = {"t_s": np.concatenate([at[:k], cut_s + pause, at[k:] + extra])}
    for name, column in zip(ANGLES, angles.T, strict=True):
        series[name] = np.concatenate([recorded.series[name][:k], column, recorded.series[name][k:]])
    steps = [_later(s, 1.0, 0.0 if float(s["ic_s"]) < cut_s else extra) for s in recorded.steps]
    return replace(recorded, columns=columns, series=series, steps=steps)


def _later(step: dict[str, str], scale: float, by_s: float) -> dict[str, str]:
    """Return the step with its times scaled, then shifted."""
    out = dict(step)
    for name in TIMES:
        if out.get(name):
            out[name] = str(float(out[name]) * scale + by_s)
    if out.get("contact_ms"):
        out["contact_ms"] = str(float(out["contact_ms"]) * scale)
    return out


def for_long(recorded: Recorded, seconds: float) -> Recorded:
    """Return the run repeated, joined at contacts of the left foot: within a stride, one lap fades into the next."""
    lefts = [
        float(s["ic_s"]) for s in recorded.steps if s["foot"] == "L" and s.get("artifact", "0") in ("0", "", "0.0")
    ]
    first, last = lefts[1], lefts[-3]
    lap = last - first
    t_s = recorded.columns["t_s"]
    out_t = np.arange(0.0, seconds, float(np.median(np.diff(t_s))))
    phase = first + np.mod(out_t, lap)
    fade = np.clip(np.mod(out_t, lap) / 0.6, 0.0, 1.0)
    fade[out_t < lap] = 1.0

    def again(at: Array, values: Array) -> Array:
        return np.asarray(fade * np.interp(phase, at, values) + (1.0 - fade) * np.interp(phase + lap, at, values))

    columns = {name: out_t if name == "t_s" else again(t_s, v) for name, v in recorded.columns.items()}
    at = recorded.series["t_s"]
    series = {name: out_t if name == "t_s" else again(at, v) for name, v in recorded.series.items()}
    # While one pose fades into another, the pelvis also turns by their difference.
    rate = _rates(np.stack([series[name] for name in ANGLES], axis=1), float(out_t[1]))
    put(columns, RATE, np.where(fade[:, None] < 1.0, rate, of(columns, RATE)))
    once = [s for s in recorded.steps if first <= float(s["ic_s"]) < last - 1e-3]
    laps = range(int(seconds / lap) + 1)
    steps = [_later(s, 1.0, k * lap - first) for k in laps for s in once]
    return replace(recorded, columns=columns, series=series, steps=[s for s in steps if float(s["ic_s"]) < seconds])


def after_walking(recorded: Recorded, walk: Recorded, sensor: str, ahead: str, seconds: float) -> Recorded:
    """Return the run preceded by another person's recorded walk, worn the same way, and two seconds of standing.

    `ahead` names the walking sensor's axis that points forward, such as -z; its mean force gives the vertical.
    """
    t_s = recorded.columns["t_s"]
    period = float(np.median(np.diff(t_s)))
    at, out_t = walk.columns["t_s"], period * np.arange(round(seconds / period))
    force, rate = (
        np.stack([np.interp(at[0] + 20.0 + out_t, at, walk.columns[f"{sensor}_{kind}{axis}"]) for axis in "xyz"], 1)
        for kind in "ag"
    )
    axes = _body_axes(force.mean(axis=0), ahead)
    stand = stopping(recorded, 0.0, 2.0)
    # On a treadmill the mean rate is the gyroscope's bias; that of the cheap sensor is added with its other errors.
    force, rate = force @ axes.T, (rate - rate.mean(axis=0)) @ axes.T
    first_s = float(stand.columns["t_s"][0])
    halt = _halt(period, force, rate, of(stand.columns, FORCE)[0])
    before = {FORCE: np.concatenate([force, halt[0]]), RATE: np.concatenate([rate, halt[1]])}
    out_t = period * np.arange(len(before[FORCE]))
    columns = {"t_s": np.concatenate([first_s - out_t[-1] - period + out_t, stand.columns["t_s"]])}
    for names, values in before.items():
        for k, name in enumerate(names):
            columns[name] = np.concatenate([values[:, k], stand.columns[name]])
    return replace(stand, columns=columns)


def _halt(period: float, force: Array, rate: Array, stand: Array, over_s: float = 0.7) -> tuple[Array, Array]:
    """Return forces and rates that lead from the end of a walk, in body axes, to standing with the force `stand`.

    The walker's lean at the end is estimated over the last 8 s, over which velocity does not change.
    """
    last = slice(-round(8.0 / period), None)
    t_s = (period * np.arange(float(len(force)))[last]).tolist()
    lean = Strapdown()
    forces, rates = force[last].T.tolist(), rate[last].T.tolist()
    lean.align_over(t_s[0] - period, t_s, forces, rates)
    lean.run(t_s, forces, rates, Trace())
    soon: Array = period * np.arange(1.0, 1.0 + round(0.1 / period))
    turning = _ease(1.0 - soon / 0.1)[:, None] * rate[-1]
    ups = [np.array(lean.up())]
    for turn in turning:
        ups.append(_unit(ups[-1] - period * np.cross(turn, ups[-1])))
    later: Array = period * np.arange(1.0, 1.0 + round(over_s / period))
    share = _ease(1.0 - later / over_s)[:, None]
    ups += [_unit(up) for up in share * ups[-1] + (1.0 - share) * _unit(stand)]
    above = np.stack(ups)
    leaning = np.cross(np.diff(above, axis=0) / period, above[1:])
    leaning[: len(soon)] = turning
    weight = GRAVITY_MPS2 * above
    left = _ease(1.0 - np.arange(float(len(above))) * period / 0.1)[:, None]
    return (weight + left * (force[-1] - weight[0]))[1:], leaning


def _unit(vector: Array) -> Array:
    return np.asarray(vector / np.linalg.norm(vector))


def _body_axes(gravity: Array, ahead: str) -> Array:
    """Return the rows (3, 3) forward, left, up in sensor axes; `ahead` such as +z."""
    above = gravity / np.linalg.norm(gravity)
    forward = np.zeros(3)
    forward["xyz".index(ahead[1])] = 1.0 if ahead[0] == "+" else -1.0
    left = np.cross(above, forward)
    left /= np.linalg.norm(left)
    return np.stack([np.cross(left, above), left, above])
