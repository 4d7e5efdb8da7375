"""What a profile's writes send: hex with `{parameter:type}` or `{parameter:code}` in it, and an ASCII tail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from firmware_profiles.schema import Command, Param, Write

_NONE: Mapping[str, Param] = MappingProxyType({})
_BLANK = re.compile(r"\{(\w+):(?:([us])(8|16|24|32)|code)\}")


def render(step: Write | Command, params: Mapping[str, float], known: Mapping[str, Param] = _NONE) -> list[bytes]:
    """Fill in the parameters, little endian: one value per write.

    known  the profile's parameters, for their codes. KeyError for a parameter or a code that is not there.
    """
    tail = step.append_ascii.format_map({name: round(value) for name, value in params.items()}).encode("ascii")
    lines = [step.hex] if isinstance(step.hex, str) else step.hex
    return [bytes.fromhex(_BLANK.sub(lambda blank: _hex(blank, params, known), line)) + tail for line in lines]


def _hex(blank: re.Match[str], params: Mapping[str, float], known: Mapping[str, Param]) -> str:
    name, sign, bits = blank.groups()
    if bits is None:
        param = known[name]
        return param.code[f"{params[param.follows or name]:g}"]
    return round(params[name]).to_bytes(int(bits) // 8, "little", signed=sign == "s").hex()
