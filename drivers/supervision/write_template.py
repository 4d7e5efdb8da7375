"""Render a profile's writes: hex with `{parameter:type}` or `{parameter:code}` placeholders, and an ASCII tail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from firmware_profiles.schema import Command, Param, Write

_NONE: Mapping[str, Param] = MappingProxyType({})
_PLACEHOLDER = re.compile(r"\{(\w+):(?:([us])(8|16|24|32)|code)\}")


def render(step: Write | Command, params: Mapping[str, float], known: Mapping[str, Param] = _NONE) -> list[bytes]:
    """Fill in the parameters, little-endian, and return one value per write.

    known  the profile's parameters, for their codes
    Raises KeyError for an unknown parameter or code.
    """
    tail = step.append_ascii.format_map({name: round(value) for name, value in params.items()}).encode("ascii")
    lines = [step.hex] if isinstance(step.hex, str) else step.hex
    return [bytes.fromhex(_PLACEHOLDER.sub(lambda match: _hex(match, params, known), line)) + tail for line in lines]


def _hex(match: re.Match[str], params: Mapping[str, float], known: Mapping[str, Param]) -> str:
    name, sign, bits = match.groups()
    if bits is None:
        param = known[name]
        return param.code[f"{params[param.follows or name]:g}"]
    return round(params[name]).to_bytes(int(bits) // 8, "little", signed=sign == "s").hex()
