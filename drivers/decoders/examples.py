"""Run a profile's own `[[examples]]` to verify that it decodes them as stated."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from drivers.decoders.factory import build_decoder
from drivers.decoders.framed import FramedDecoder
from drivers.decoders.reading import Decoded, Decoder, Learner
from drivers.errors import DecodeError
from firmware_profiles.schema import Example, Profile

Array = npt.NDArray[np.float64]


def failed_examples(profile: Profile) -> list[str]:
    """Return one sentence for each mismatch between an example and its decoded values; empty if all match."""
    problems = []
    for i, example in enumerate(profile.examples):
        problems += [f"examples[{i}] ({_short(example.hex)}): {problem}" for problem in _problems(profile, example)]
    return problems


def _problems(profile: Profile, example: Example) -> list[str]:
    texts = [example.hex] if isinstance(example.hex, str) else example.hex
    payloads = [bytes.fromhex(text) for text in texts]
    try:
        decoder = build_decoder(profile, example.stream, example.params)
        if isinstance(decoder, Learner):
            for text in example.learn:
                decoder.learn(bytes.fromhex(text))
        decoded, rows = read_all(decoder, payloads)
    except DecodeError as error:
        return [] if example.error else [f"refused: {error}"]
    values: dict[str, object] = {**decoded.fields, **{name: rows.tolist() for name, rows in decoded.sampled.items()}}
    if example.error:
        return [f"should be refused, gives {values}"]
    problems = [f"{name} should be absent, is {values[name]}" for name in example.absent if name in values]
    for name, expected in example.expect.items():
        if name not in values:
            problems.append(f"{name} is missing; there are {', '.join(values)}")
        elif not same_value(values[name], expected, example.tolerance):
            problems.append(f"{name} is {values[name]}, expected {expected}")
    if example.samples:
        found = [] if rows is None else rows.tolist()
        if len(found) != len(example.samples) or not same_value(found, example.samples, example.tolerance):
            problems.append(f"samples are {found}, expected {example.samples}")
    return problems


def read_all(decoder: Decoder, payloads: Sequence[bytes]) -> tuple[Decoded, Array | None]:
    """Decode notifications in order into (merged fields, rows); later fields override earlier ones.

    Raises DecodeError.
    """
    rows = [reading.values for payload in payloads if (reading := decoder.update(payload)) is not None]
    if isinstance(decoder, FramedDecoder):
        together = decoder.fields_of(payloads)
    else:
        together = Decoded({})
        for part in map(decoder.fields, payloads):
            together.fields.update(part.fields)
            together.truncated = part.truncated
            for name, values in part.sampled.items():
                earlier = together.sampled.get(name)
                together.sampled[name] = values if earlier is None else np.vstack([earlier, values])
    return together, np.vstack(rows) if rows else None


def same_value(value: object, expected: object, tolerance: float = 0.0) -> bool:
    """Compare a decoded with an expected value: numbers to 9 digits or the tolerance, lists item by item."""
    if isinstance(value, (list, tuple)) and isinstance(expected, (list, tuple)):
        pairs = zip(value, expected, strict=False)
        return len(value) == len(expected) and all(same_value(one, other, tolerance) for one, other in pairs)
    if isinstance(value, bool) or isinstance(expected, bool) or value is None or expected is None:
        return value is expected
    if isinstance(value, (int, float)) and isinstance(expected, (int, float)):
        if math.isnan(value) or math.isnan(expected):
            return math.isnan(value) and math.isnan(expected)
        return math.isclose(value, expected, rel_tol=1e-9, abs_tol=max(tolerance, 1e-9))
    return isinstance(value, str) and value == expected


def _short(text: str | list[str]) -> str:
    joined = text if isinstance(text, str) else " | ".join(text)
    return joined if len(joined) <= 60 else f"{joined[:57]}..."
