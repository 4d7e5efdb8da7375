"""Consistency checks of one `[stream.x]`: fields, units, bits, samples, time."""

from __future__ import annotations

from firmware_profiles.fact import FactError, check_hex, check_known
from firmware_profiles.schema import Field, Profile, Stream, When
from firmware_profiles.units import canonical_factor

_INTEGERS = {"u8", "s8", "u16", "s16", "u24", "s24", "u32", "s32", "u64"}


def check_stream(stream: Stream, key: str, profile: Profile) -> None:
    """Raise FactError for the first fact that is inconsistent with the others."""
    if profile.profile.transport == "gatt":
        check_known(stream.source, profile.gatt, f"{key}.from")
    elif stream.source != profile.profile.transport:
        raise FactError(f"{key}.from", f"must be {profile.profile.transport!r}, like profile.transport")
    if stream.when is not None:
        _check_when(stream.when, f"{key}.when")
    if stream.frame is not None:
        check_known(stream.frame, profile.frame, f"{key}.frame")
    if stream.learns_from is not None:
        check_known(stream.learns_from, profile.gatt, f"{key}.learns_from")
    names = _check_fields(stream, key, profile)
    if stream.bits and "flags" not in names:
        raise FactError(f"{key}.bits", "needs a field named `flags`")
    if stream.samples is not None:
        _check_samples(stream, f"{key}.samples", names, profile)
    if stream.time.source == "device":
        check_known(stream.time.field or "", names, f"{key}.time.field")
    if stream.sequence is not None:
        check_known(stream.sequence.field, names, f"{key}.sequence.field")


def _check_when(when: When, key: str) -> None:
    for text in [when.hex] if isinstance(when.hex, str) else when.hex:
        check_hex(text, f"{key}.hex")
    if when.mask is not None:
        check_hex(when.mask, f"{key}.mask")
        if {len(bytes.fromhex(when.mask))} != {len(wanted) for wanted in when.alternatives}:
            raise FactError(f"{key}.mask", "must be as long as hex")


def _check_fields(stream: Stream, key: str, profile: Profile) -> list[str]:
    names = [field.name for field in stream.fields]
    in_line = [field for field in stream.fields if field.at is None]
    for i, field in enumerate(stream.fields):
        at = f"{key}.fields[{i}]"
        _check_field(field, at, profile)
        if (field.if_bit is not None or field.unless_bit is not None) and "flags" not in names[:i]:
            raise FactError(at, "if_bit and unless_bit need a field named `flags` before it")
        if field.count == "rest" and (field.at is not None or field is not in_line[-1]):
            raise FactError(f"{at}.count", '"rest" must be the last field')
        if field.at is not None and (field.if_bit is not None or field.unless_bit is not None):
            raise FactError(f"{at}.at", "a field at a fixed offset is always present: omit if_bit and unless_bit")
    return names


def _check_samples(stream: Stream, key: str, names: list[str], profile: Profile) -> None:
    assert stream.samples is not None
    if isinstance(stream.samples.count, str):
        check_known(stream.samples.count, [*names, "rest"], f"{key}.count")
    if not stream.samples.fields:
        raise FactError(f"{key}.fields", "a sample needs at least one")
    for i, field in enumerate(stream.samples.fields):
        at = f"{key}.fields[{i}]"
        _check_field(field, at, profile)
        if field.type in {"u24", "s24", "utf8"}:
            raise FactError(f"{at}.type", f"{field.type} fields cannot be sampled")
        if field.count == "rest" or field.if_bit is not None or field.unless_bit is not None:
            raise FactError(at, "every sample must have the same fields")
        if field.at is not None or field.width is not None or field.names or field.steps or field.range is not None:
            raise FactError(at, "samples cannot have at, width, names, steps or range (use plausible)")


def _check_field(field: Field, key: str, profile: Profile) -> None:
    quantities = field.quantities
    if quantities and isinstance(field.count, int) and len(quantities) != field.count:
        raise FactError(f"{key}.quantity", f"names {len(quantities)} for count = {field.count}")
    for quantity in quantities:
        try:
            canonical_factor(field.unit, quantity)
        except ValueError as error:
            raise FactError(f"{key}.unit", str(error)) from None
    if field.full_scale is not None:
        check_known(field.full_scale.param, profile.default_params(), f"{key}.full_scale.param")
    if field.plausible is not None and not quantities:
        raise FactError(f"{key}.plausible", "needs a quantity: use range for the field itself")
    _check_words(field, key)
    if field.type == "f32" and quantities and field.plausible is None and field.range is None:
        raise FactError(f"{key}.plausible", "a float can be anything: give what a runner can produce, e.g. [-160, 160]")


def _check_words(field: Field, key: str) -> None:
    """Check the conversions of a raw number: text, bits, names, steps."""
    if field.quantities and (field.type == "utf8" or field.names):
        raise FactError(f"{key}.quantity", "words cannot be a quantity")
    if (field.width is not None or field.shift) and field.type not in _INTEGERS:
        raise FactError(f"{key}.width", f"bits cannot be taken from {field.type}")
    if field.names and (field.type not in _INTEGERS or not all(map(_is_whole, field.names))):
        raise FactError(f"{key}.names", 'must map whole numbers to words, e.g. { 1 = "left" }')
    starts = [start for start, _ in field.steps]
    if starts != sorted(starts, reverse=True):
        raise FactError(f"{key}.steps", "must begin with the highest")


def _is_whole(text: str) -> bool:
    return text.removeprefix("-").isdecimal()
