"""Check what a decoder needs of the stream that names it, when it is built rather than at the first packet."""

from __future__ import annotations

from collections.abc import Collection

from drivers.errors import DecodeError
from dsp.signals import Quantity
from firmware_profiles.schema import Profile


def require(
    profile: Profile,
    stream_name: str,
    *,
    numbers: Collection[str] = (),
    quantities: Collection[Quantity] = (),
    params: Collection[str] = (),
) -> None:
    """Raise DecodeError unless the stream has all of these.

    numbers     names of integer fields that are in every packet
    quantities  quantities that its fields provide
    params      parameters of the profile
    """
    stream = profile.stream[stream_name]
    plain = {
        field.name
        for field in stream.fields
        if field.if_bit is None and field.unless_bit is None and field.count == 1 and not field.names
        if field.type not in {"f32", "utf8"} and field.null is None and field.range is None
    }
    given = {quantity for field in stream.fields for quantity in field.quantities}
    missing = [
        *(f"a plain field {name!r}" for name in numbers if name not in plain),
        *(f"quantity {quantity.value}" for quantity in quantities if quantity not in given),
        *(f"[param.{name}]" for name in params if name not in profile.default_params()),
    ]
    if missing:
        raise DecodeError(f"{profile.id}: stream.{stream_name}: decoder {stream.decoder!r} needs {', '.join(missing)}")
