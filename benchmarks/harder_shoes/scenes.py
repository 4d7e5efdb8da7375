"""The scenes: each is one condition of real life, on top of cheap sensors in any mounting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.harder_runs.sensors import Sensor, clip, gaps, jitter, unchanged
from benchmarks.harder_shoes import days, shoes
from benchmarks.harder_shoes.shoes import Array, Pair, Shoe
from benchmarks.harder_shoes.walker import walker

Body = Callable[[Pair], Pair]


def recorded_as_it_is(pair: Pair) -> Pair:
    """Return the pair unchanged."""
    return pair


@dataclass(frozen=True)
class Scene:
    """One harder condition.

    body      change of the runner or of how the sensors are worn, before the sensors' errors
    sensor    change of the samples, after the sensors' errors
    rate_hz, errors  for the data folder's error model (on top of any mounting and a bias of 3 deg/s)
    hip       whether a hip sensor is worn too
    slope_pct, speed  true slope, and true speed relative to that of the recording
    """

    name: str
    body: Body = recorded_as_it_is
    sensor: Sensor = unchanged
    rate_hz: float = 104.0
    errors: dict[str, float | str] = field(default_factory=dict)
    hip: bool = False
    slope_pct: float = 0.0
    speed: float = 1.0


def _each(change: Callable[[Shoe], Shoe]) -> Body:
    return lambda pair: {side: change(shoe) for side, shoe in pair.items()}


def _at(*place_m: float) -> Body:
    x, y, z = place_m
    return _each(lambda shoe: shoes.worn_at(shoe, x, y, z))


def _uphill(percent: float) -> Body:
    return _each(lambda shoe: shoes.uphill(shoe, percent))


def _loose(hz: float, damping: float) -> Body:
    return _each(lambda shoe: shoes.loose(shoe, hz, damping))


def _knocked(size_g: float, size_radps: float, hz: float) -> Body:
    return _each(lambda shoe: shoes.knocked(shoe, size_g, size_radps, hz, 0.015))


def _from(seconds: float) -> Body:
    return lambda pair: days.from_s(pair, seconds)


def _stop(seconds: float) -> Body:
    return lambda pair: days.stopping(pair, 9.3, seconds)


def _walks(first_s: float) -> Body:
    return lambda pair: days.after(pair, walker(first_s), 2.0)


def _walks_between(pair: Pair) -> Pair:
    return days.after(pair, days.after(walker(20.0), days.first_s(pair, 12.0), 2.0), 2.0)


def _stands_first(seconds: float) -> Body:
    return lambda pair: days.stopping(pair, -1.0, seconds)


def _slipped(degrees: float, axis: int) -> Body:
    return _each(lambda shoe: shoes.slipped(shoe, 12.0, degrees, axis))


def _similar(scale: float) -> Body:
    return _each(lambda shoe: shoes.similar(shoe, scale))


def _only(side: str) -> Body:
    return lambda pair: {side: pair[side]}


def _right_late(by_s: float) -> Body:
    return lambda pair: {**pair, "right": shoes.late(pair["right"], by_s)}


def _exchanged(pair: Pair) -> Pair:
    return {"left": pair["right"], "right": pair["left"]}


def _long(seconds: float) -> Body:
    return lambda pair: days.for_long(pair, seconds)


def _no_gyro(columns: dict[str, Array], _seed: int) -> dict[str, Array]:
    return {name: values for name, values in columns.items() if name[-2] != "g"}


LACES = ((12.0, 0.3), (18.0, 0.2), (25.0, 0.1))
"""Hz and damping."""
RANGES = ((16.0, 1000.0), (8.0, 1000.0), (4.0, 1000.0), (16.0, 500.0))
"""G and deg/s."""
JITTERS = ((0.2, 104.0), (0.2, 52.0))
"""Share of a sample, and Hz."""
SLIPS = ((40.0, 1), (90.0, 1), (90.0, 0), (180.0, 2), (90.0, 2))
"""Degrees about x, y or z of the shoe."""

SCENES: tuple[Scene, ...] = (
    Scene("cheap sensors, nothing else"),
    *(Scene(f"{hz:.0f} Hz", rate_hz=hz) for hz in (52.0, 208.0, 416.0)),
    *(Scene(f"bias {dps:.0f} dps", errors={"gyro_bias_dps": dps}) for dps in (5.0, 10.0)),
    Scene("offset 100 mg", errors={"acc_bias": 0.98}),
    Scene("on the heel (20 cm back, 3 down)", _at(-0.20, 0.0, -0.03)),
    Scene("on the outside (5 cm left, 4 down)", _at(-0.02, 0.05, -0.04)),
    Scene("on the toes (10 cm forward, 4 down)", _at(0.10, 0.0, -0.04)),
    *(Scene(f"elastic lace, {hz:.0f} Hz, damping {d}", _loose(hz, d)) for hz, d in LACES),
    *(Scene(f"wobbles by {x:.0f} deg at 9 Hz", errors={"wobble_deg": x}) for x in (1.0, 3.0)),
    Scene("shock of 8 g, 3 rad/s, 40 Hz", _knocked(8.0, 3.0, 40.0)),
    Scene("shock of 15 g, 6 rad/s, 40 Hz", _knocked(15.0, 6.0, 40.0), rate_hz=208.0),
    Scene("shock of 15 g, 40 Hz, range 16 g", _knocked(15.0, 6.0, 40.0), sensor=clip(16.0, 1000.0), rate_hz=208.0),
    *(Scene(f"range {g:.0f} g, {d:.0f} dps", sensor=clip(g, d)) for g, d in RANGES),
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
    *(Scene(f"jitter of {100 * x:.0f} % of a sample, {hz:.0f} Hz", sensor=jitter(x), rate_hz=hz) for x, hz in JITTERS),
    *(Scene(f"switched on after {x} s", _from(x)) for x in (0.15, 0.3, 0.45, 0.6)),
    *(Scene(f"stands for {x:.0f} s during the run", _stop(x)) for x in (2.0, 5.0, 20.0)),
    Scene("walks for 30 s first", _walks(30.0)),
    Scene("walks in between", _walks_between),
    *(Scene(f"climbs by {x:.0f} %", _uphill(x), slope_pct=x) for x in (-15.0, -8.0, 8.0, 15.0)),
    *(Scene(f"times x {x}, same forces", _similar(x), speed=x) for x in (0.8, 0.9, 1.1, 1.2)),
    Scene("mirrored", shoes.mirrored),
    Scene("stands for 10 s first", _stands_first(10.0)),
    Scene("scale and cross-axis 3 %", errors={"scale": 0.03, "cross": 0.03}),
    *(Scene(f"slips by {d:.0f} deg about {'xyz'[k]}", _slipped(d, k)) for d, k in SLIPS),
    Scene("5 % lost, gaps of 0.5-2 s", sensor=gaps(0.05, 0.5, 2.0), errors={"loss": 0.0}),
    Scene("without gyros", sensor=_no_gyro),
    Scene("one shoe, left", _only("left")),
    Scene("one shoe, right", _only("right")),
    *(Scene(f"right shoe's clock {1e3 * x:.0f} ms late", _right_late(x)) for x in (0.02, -0.02, 0.06)),
    Scene("exchanged", _exchanged),
    Scene("with a hip sensor", hip=True),
    Scene("with a hip sensor, exchanged", _exchanged, hip=True),
    Scene("with a hip sensor, right clock 20 ms late", _right_late(0.02), hip=True),
    Scene("with a hip sensor, one shoe", _only("right"), hip=True),
    Scene("5 min", _long(300.0)),
    Scene("5 min, 3 % lost, 208 Hz", _long(300.0), sensor=gaps(0.03, 0.03, 0.3), rate_hz=208.0, errors={"loss": 0.0}),
)
