"""The bytes a profile's `write` step puts on the air, parameters filled in."""

from __future__ import annotations

import re

from drivers.decoders.reading import Params
from firmware_profiles.schema import Profile, Write

_PLACEHOLDER = re.compile(r"\{(?P<param>\w+):u(?P<bits>8|16|32)\}")
_NAME = re.compile(r"\{(?P<param>\w+)\}")


def write_payloads(profile: Profile, step: Write, params: Params) -> list[bytes]:
    """Return what to write, in order; `params` are laid over the profile's defaults.

    `{param:u16}` is the parameter as a little-endian integer, `{param}` in `append_ascii` as decimal text.
    Raises ValueError where a value does not fit its bytes.
    """
    values = {**profile.default_params(), **params}

    def number(found: re.Match[str]) -> str:
        value, size = round(values[found["param"]]), int(found["bits"]) // 8
        try:
            return value.to_bytes(size, "little").hex()
        except OverflowError:
            raise ValueError(f"{profile.id}: {found['param']} = {value} does not fit {size} bytes") from None

    texts = [step.hex] if isinstance(step.hex, str) else step.hex
    suffix = _NAME.sub(lambda found: f"{values[found['param']]:g}", step.append_ascii).encode("ascii")
    return [bytes.fromhex(_PLACEHOLDER.sub(number, text)) + suffix for text in texts]
