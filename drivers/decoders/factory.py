"""Build the decoder of a profile's stream from the module of this package that the profile names."""

from __future__ import annotations

import importlib

from drivers.decoders.reading import Decoder, Params
from drivers.errors import DecodeError
from firmware_profiles.schema import Profile


def build_decoder(profile: Profile, stream_name: str, params: Params) -> Decoder:
    """Build the decoder of one stream; `params` override the profile's defaults.

    Raises DecodeError if the profile names a decoder that does not exist.
    """
    stream = profile.stream[stream_name]
    name = "framed" if stream.frame is not None and stream.decoder == "fields" else stream.decoder
    module = f"drivers.decoders.{name}"
    try:
        build = importlib.import_module(module).build
    except (ModuleNotFoundError, AttributeError):
        raise DecodeError(f"{profile.id}: stream.{stream_name}.decoder: no decoder {name!r}") from None
    decoder: Decoder = build(profile, stream_name, {**profile.default_params(), **params})
    return decoder
