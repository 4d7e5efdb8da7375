"""What the types of the schema cannot say: names that must exist, bytes that must parse, units that must fit."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable

from firmware_profiles.errors import ProfileError
from firmware_profiles.schema import SCHEMA_VERSION, Field, Profile, Read, Stream, Subscribe, Write
from firmware_profiles.units import canonical_factor

_USES = ("read", "write", "notify", "indicate")
_PLACEHOLDER = re.compile(r"\{(?P<param>\w+):[us](?:8|16|24|32)\}")


def check_profile(profile: Profile, source: str) -> None:
    """Raise ProfileError at the first fact that does not fit the others."""
    try:
        _check(profile)
    except _FactError as wrong:
        raise ProfileError(source, wrong.key, wrong.problem) from None


class _FactError(Exception):
    def __init__(self, key: str, problem: str) -> None:
        super().__init__(key, problem)
        self.key = key
        self.problem = problem


def _check(profile: Profile) -> None:
    if profile.schema != SCHEMA_VERSION:
        raise _FactError("schema", f"is {profile.schema}, this version reads {SCHEMA_VERSION}")
    for alias, entry in profile.gatt.items():
        for use in entry.uses:
            _known(use, _USES, f"gatt.{alias}.use")
    for i, rule in enumerate(profile.match):
        _check_match(f"match[{i}]", rule.name, rule.manufacturer, rule.company_id)
    for name, param in profile.param.items():
        if param.values and param.default not in param.values:
            raise _FactError(f"param.{name}.default", f"{param.default:g} is none of its values")
    for phase, steps in (("start", profile.start), ("stop", profile.stop)):
        for i, step in enumerate(steps):
            _check_step(step, f"{phase}[{i}]", profile)
    for name, stream in profile.stream.items():
        _check_stream(stream, f"stream.{name}", profile)
    for i, example in enumerate(profile.examples):
        _known(example.stream, profile.stream, f"examples[{i}].stream")
        _hex(example.hex, f"examples[{i}].hex")


def _check_match(key: str, name: str | None, manufacturer: str | None, company_id: int | None) -> None:
    if name is not None:
        try:
            re.compile(name)
        except re.error as error:
            raise _FactError(f"{key}.name", f"not a regular expression: {error}") from None
    if manufacturer is not None:
        _hex(manufacturer, f"{key}.manufacturer")
        if company_id is None:
            raise _FactError(f"{key}.manufacturer", "needs company_id beside it")


def _check_step(step: Subscribe | Write | Read, key: str, profile: Profile) -> None:
    if isinstance(step, Subscribe):
        _known(step.on, profile.gatt, f"{key}.on")
    elif isinstance(step, Read):
        _known(step.of, profile.gatt, f"{key}.of")
    else:
        _known(step.to, profile.gatt, f"{key}.to")
        for text in [step.hex] if isinstance(step.hex, str) else step.hex:
            for found in _PLACEHOLDER.finditer(text):
                _known(found["param"], profile.param, f"{key}.hex")
            _hex(_PLACEHOLDER.sub("00", text), f"{key}.hex")


def _check_stream(stream: Stream, key: str, profile: Profile) -> None:
    _known(stream.source, profile.gatt, f"{key}.from")
    if stream.when is not None:
        _hex(stream.when.hex, f"{key}.when.hex")
    names = [field.name for field in stream.fields]
    for i, field in enumerate(stream.fields):
        at = f"{key}.fields[{i}]"
        _check_field(field, at, profile)
        if (field.if_bit is not None or field.unless_bit is not None) and "flags" not in names[:i]:
            raise _FactError(at, "if_bit and unless_bit need a field called `flags` before it")
        if field.count == "rest" and i + 1 < len(names):
            raise _FactError(f"{at}.count", '"rest" must be the last field')
    if stream.bits and "flags" not in names:
        raise _FactError(f"{key}.bits", "needs a field called `flags`")
    if stream.samples is not None:
        _check_samples(stream, f"{key}.samples", names, profile)
    if stream.time.source == "device":
        _known(stream.time.field or "", names, f"{key}.time.field")
    if stream.sequence is not None:
        _known(stream.sequence.field, names, f"{key}.sequence.field")


def _check_samples(stream: Stream, key: str, names: list[str], profile: Profile) -> None:
    assert stream.samples is not None
    if isinstance(stream.samples.count, str):
        _known(stream.samples.count, [*names, "rest"], f"{key}.count")
    for i, field in enumerate(stream.samples.fields):
        at = f"{key}.fields[{i}]"
        _check_field(field, at, profile)
        if field.type in {"u24", "s24"}:
            raise _FactError(f"{at}.type", "24-bit fields cannot be sampled")
        if field.count == "rest" or field.if_bit is not None or field.unless_bit is not None:
            raise _FactError(at, "every sample must have the same fields")


def _check_field(field: Field, key: str, profile: Profile) -> None:
    quantities = field.quantities
    if quantities and isinstance(field.count, int) and len(quantities) != field.count:
        raise _FactError(f"{key}.quantity", f"names {len(quantities)} for count = {field.count}")
    for quantity in quantities:
        try:
            canonical_factor(field.unit, quantity)
        except ValueError as error:
            raise _FactError(f"{key}.unit", str(error)) from None
    if field.full_scale is not None:
        _known(field.full_scale.param, profile.param, f"{key}.full_scale.param")
    if field.plausible is not None and not quantities:
        raise _FactError(f"{key}.plausible", "needs a quantity: use range for the field itself")


def _known(name: str, among: Collection[str] | Iterable[str], key: str) -> None:
    known = list(among)
    if name not in known:
        nearest = difflib.get_close_matches(name, known, n=1)
        raise _FactError(key, f"no {name!r} here; {f'did you mean {nearest[0]!r}?' if nearest else f'known: {known}'}")


def _hex(text: str, key: str) -> None:
    try:
        bytes.fromhex(text)
    except ValueError:
        raise _FactError(key, f"{text!r} is not a string of hex bytes") from None
