"""Units that profiles may use, and their factors to the canonical unit of a quantity."""

from __future__ import annotations

import math

from dsp.signals import GRAVITY_MPS2, Quantity

_FACTORS: dict[str, tuple[str, float]] = {
    # unit: (dimension = unit at the end of a Quantity's name, canonical units in one of it)
    "m/s2": ("mps2", 1.0),
    "g": ("mps2", GRAVITY_MPS2),
    "mg": ("mps2", GRAVITY_MPS2 / 1000),
    "rad/s": ("radps", 1.0),
    "deg/s": ("radps", math.pi / 180),
    "m/s": ("mps", 1.0),
    "km/h": ("mps", 1 / 3.6),
    "steps/min": ("spm", 1.0),
    "strides/min": ("spm", 2.0),
    "cycles/min": ("spm", 1.0),  # strides or steps: the decoder decides, see Semantics
    "m": ("m", 1.0),
    "km": ("m", 1000.0),
    "1/min": ("bpm", 1.0),
    "s": ("s", 1.0),
    "ms": ("s", 0.001),
    "%": ("pct", 1.0),
    "W": ("w", 1.0),
}


def canonical_factor(unit: str, quantity: Quantity) -> float:
    """Return the factor from `unit` to the canonical unit of `quantity`. Raises ValueError if they do not fit."""
    dimension = quantity.value.rsplit("_", 1)[1]
    fitting = [name for name, (of, _) in _FACTORS.items() if of == dimension]
    if unit not in fitting:
        raise ValueError(f"unit {unit!r} cannot give {quantity.value}: use one of {', '.join(fitting)}")
    return _FACTORS[unit][1]
