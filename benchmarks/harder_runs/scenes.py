"""The scenes: each is one condition of real life, on top of a cheap sensor in any mounting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from benchmarks.harder_runs import runners, sensors
from benchmarks.harder_runs.sensors import Sensor, clip, gaps, jitter, unchanged
from tests.recorded import Recorded, folders, load

Body = Callable[[Recorded, int], Recorded]


def recorded_as_it_is(recorded: Recorded, _seed: int) -> Recorded:
    """Return the recording unchanged."""
    return recorded


@dataclass(frozen=True)
class Scene:
    """One harder condition.

    body      change of the runner or of how the sensor is worn, before the sensor's errors
    sensor    change of the samples, after the sensor's errors
    rate_hz, errors  for the data folder's error model (on top of any mounting and a bias of 3 deg/s)
    level     whether the recording's true obliquity still applies
    """

    name: str
    body: Body = recorded_as_it_is
    sensor: Sensor = unchanged
    rate_hz: float = 104.0
    errors: dict[str, float] = field(default_factory=dict)
    level: bool = True


@cache
def walker() -> Recorded:
    """Return a treadmill walker with a real sensor on the sacrum, z to the back."""
    return load(next(folder for folder in folders() if folder.name == "FZ_PWS"))


def _similar(scale: float) -> Body:
    return lambda r, _: runners.similar(r, scale)


def _stretched(scale: float) -> Body:
    return lambda r, _: runners.stretched(r, scale)


def _from(seconds: float) -> Body:
    return lambda r, _: runners.from_s(r, seconds)


def _stop(seconds: float) -> Body:
    return lambda r, _: runners.stopping(r, 9.3, seconds)


def _at(sensor: str, *place_m: float) -> Body:
    x, y, z = place_m
    return lambda r, _: sensors.worn_at(r, sensor, (x, y, z))


def _wobble(hz: float, damping: float) -> Body:
    return lambda r, _: sensors.wobbling(r, hz, damping)


SCENES: tuple[Scene, ...] = (
    Scene("cheap sensor, nothing else"),
    *(Scene(f"{hz:.0f} Hz", rate_hz=hz) for hz in (52.0, 208.0, 416.0)),
    *(Scene(f"times x {x}, same forces", _similar(x)) for x in (0.85, 0.9, 1.1, 1.15)),
    *(Scene(f"times x {x}, same body", _stretched(x)) for x in (0.9, 0.95, 1.05, 1.1)),
    Scene("mirrored", lambda r, _: runners.mirrored(r)),
    *(Scene(f"switched on after {x} s", _from(x)) for x in (0.15, 0.3, 0.45, 0.6)),
    *(Scene(f"stands for {x:.0f} s during the run", _stop(x)) for x in (5.0, 20.0)),
    Scene("walks for 30 s first", lambda r, _: runners.after_walking(r, walker(), "sacrum", "-z", 30.0)),
    *(Scene(f"tissue {hz:.0f} Hz, damping {d}", _wobble(hz, d)) for hz, d in ((8.0, 0.3), (12.0, 0.2), (20.0, 0.1))),
    *(Scene(f"strap wobbles by {x:.0f} deg", errors={"wobble_deg": x}) for x in (1.0, 3.0)),
    Scene("on the front of the belt", _at("waist", 0.2, 0.0, 0.0)),
    Scene("on the left hip", _at("left_hip", 0.1, 0.15, 0.0)),
    Scene("on the right hip", _at("right_hip", 0.1, -0.15, 0.0)),
    Scene("on the left hip, wobbles by 3 deg", _at("left_hip", 0.1, 0.15, 0.0), errors={"wobble_deg": 3.0}),
    Scene("on the right hip, wobbles by 3 deg", _at("right_hip", 0.1, -0.15, 0.0), errors={"wobble_deg": 3.0}),
    Scene("on the left hip, broad and deep", _at("left_hip", 0.15, 0.18, 0.0)),
    Scene("on the right hip, broad and deep", _at("right_hip", 0.15, -0.18, 0.0)),
    Scene("range 8 g, 500 dps", sensor=clip(8.0, 500.0)),
    Scene("range 4 g, 250 dps", sensor=clip(4.0, 250.0)),
    Scene("range 2 g, 250 dps", sensor=clip(2.0, 250.0)),
    Scene(
        "bias 5 dps, drifts by 1",
        lambda r, seed: sensors.biased(r, 5.0, 1.0, 120.0, seed),
        errors={"gyro_bias_dps": 0.0},
    ),
    Scene("offset 50 mg, scale 2 %", lambda r, seed: sensors.off(r, 0.05, 0.02, seed)),
    *(
        Scene(
            f"{100 * x:.0f} % lost, gaps up to 0.3 s, {hz:.0f} Hz",
            sensor=gaps(x, 0.03, 0.3),
            rate_hz=hz,
            errors={"loss": 0.0},
        )
        for hz in (52.0, 104.0, 208.0)
        for x in (0.01, 0.03)
    ),
    *(
        Scene(f"jitter of {100 * x:.0f} % of a sample, {hz:.0f} Hz", sensor=jitter(x), rate_hz=hz)
        for x, hz in ((0.2, 104.0), (0.2, 52.0))
    ),
    Scene(
        "5 min, sensor creeps by 10 deg", lambda r, s: sensors.creeping(runners.for_long(r, 300.0), 2.0, s), level=False
    ),
    Scene("5 min", lambda r, _: runners.for_long(r, 300.0)),
)
