"""Runs a profile's own `[[examples]]`: the proof that its table reads what it says."""

from __future__ import annotations

import math
from collections.abc import Sequence

from drivers.decoders.factory import build_decoder
from drivers.decoders.reading import FieldValue
from drivers.errors import DecodeError
from firmware_profiles.schema import Example, Profile, Scalar


def failed_examples(profile: Profile) -> list[str]:
    """Return one sentence for each example that does not decode as it says; empty = all good."""
    problems = []
    for i, example in enumerate(profile.examples):
        problems += [f"examples[{i}] ({example.hex}): {problem}" for problem in _problems(profile, example)]
    return problems


def _problems(profile: Profile, example: Example) -> list[str]:
    payload = bytes.fromhex(example.hex)
    try:
        decoder = build_decoder(profile, example.stream, example.params)
        fields = decoder.fields(payload).fields
        reading = decoder.update(payload)
    except DecodeError as error:
        return [] if example.error else [f"refused: {error}"]
    if example.error:
        return [f"should be refused, gives {fields}"]
    problems = [f"{name} should be absent, is {fields[name]}" for name in example.absent if name in fields]
    for name, expected in example.expect.items():
        if name not in fields:
            problems.append(f"{name} is missing")
        elif not same_value(fields[name], expected):
            problems.append(f"{name} is {fields[name]}, expected {expected}")
    if example.samples:
        rows = [] if reading is None else reading.values.tolist()
        if len(rows) != len(example.samples) or not all(map(_same_row, rows, example.samples)):
            problems.append(f"samples are {rows}, expected {example.samples}")
    return problems


def same_value(value: FieldValue, expected: Scalar | Sequence[float]) -> bool:
    """Compare a decoded field with a written one: numbers to 9 digits, everything else exactly."""
    if isinstance(value, tuple) and isinstance(expected, (list, tuple)):
        return len(value) == len(expected) and all(map(same_value, value, expected))
    if isinstance(value, bool) or isinstance(expected, bool) or value is None or expected is None:
        return value is expected
    if isinstance(value, (int, float)) and isinstance(expected, (int, float)):
        return math.isclose(value, expected, rel_tol=1e-9, abs_tol=1e-9)
    return False


def _same_row(row: Sequence[float], expected: Sequence[float]) -> bool:
    return len(row) == len(expected) and all(
        math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) or (math.isnan(a) and math.isnan(b))
        for a, b in zip(row, expected, strict=True)
    )
