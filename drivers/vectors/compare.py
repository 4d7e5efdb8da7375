"""Compare decoded with expected values: numbers to the printed precision, everything else exactly."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from drivers.vectors.names import NAMES, WORDS

_NOTHING = object()
RELATIVE = 1e-3
"""Relative precision of vector files, in addition to one unit of the last printed digit."""


def differences(expected: Mapping[str, object], found: Mapping[str, object], *, cut: bool = False) -> list[str]:
    """Return one sentence for each expected name that is missing or has another value.

    cut  the bytes are incomplete: names that are missing for that reason are not compared
    """
    problems = []
    if cut:
        known = {name: wanted for name, wanted in expected.items() if NAMES.get(name, (name, None))[0] in found}
        if expected and not known:
            return [f"the given bytes contain none of {', '.join(expected)}"]
        expected = known
    for name, wanted in expected.items():
        ours, transform = NAMES.get(name, (name, None))
        if ours not in found:
            problems.append(f"{name}: not found; there are {', '.join(found)}")
            continue
        value = found[ours]
        if transform is not None and value is not None:
            value = transform(value)
        if not agrees(value, wanted):
            problems.append(f"{name} is {_short(value)}, expected {_short(wanted)}")
    return problems


def agrees(value: object, wanted: object) -> bool:
    """Compare a value with an expected one. A single row and samples of one row are equal."""
    if isinstance(wanted, dict):
        return isinstance(value, dict) and all(agrees(_entry(value, key), wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        if not isinstance(value, (list, tuple)):
            return False
        values: Sequence[object] = value
        if wanted and not isinstance(wanted[0], (list, dict)):
            values = _flat(value)
        return len(values) == len(wanted) and all(map(agrees, values, wanted))
    if wanted is None:
        return value is None or (isinstance(value, float) and math.isnan(value))
    if isinstance(wanted, bool):
        return value is wanted
    if isinstance(wanted, str):
        words = {wanted.casefold(), *WORDS.get(wanted, ())}
        return isinstance(value, str) and value.casefold() in words
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(wanted, (int, float)) and isinstance(value, (int, float)):
        return _close(value, wanted)
    return False


def _entry(value: Mapping[str, object], key: str) -> object:
    return next((value[name] for name in (key, *WORDS.get(key, ())) if name in value), _NOTHING)


def _close(value: float, wanted: float) -> bool:
    if isinstance(wanted, int):
        return value == wanted if float(value).is_integer() else abs(value - wanted) <= 1
    printed = repr(wanted).partition("e")[0].partition(".")[2]
    return math.isclose(value, wanted, rel_tol=RELATIVE, abs_tol=10.0 ** -len(printed))


def _flat(rows: Sequence[Any]) -> Sequence[Any]:
    """Return the only row, or the only column, of a table; anything else unchanged."""
    if len(rows) == 1 and isinstance(rows[0], (list, tuple)):
        return rows[0]
    if all(isinstance(row, (list, tuple)) and len(row) == 1 for row in rows):
        return [row[0] for row in rows]
    return rows


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
