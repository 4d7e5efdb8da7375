"""What a profile's `write` step sends: hex with `{parameter:type}` in it, and an ASCII tail."""

from __future__ import annotations

import re
from collections.abc import Mapping

from firmware_profiles.schema import Write

_BLANK = re.compile(r"\{(\w+):([us])(8|16|24|32)\}")


def render(step: Write, params: Mapping[str, float]) -> list[bytes]:
    """Fill in the parameters, little endian: one value per write. KeyError for a parameter that is not there."""
    tail = step.append_ascii.format_map({name: round(value) for name, value in params.items()}).encode("ascii")
    lines = [step.hex] if isinstance(step.hex, str) else step.hex
    return [bytes.fromhex(_BLANK.sub(lambda blank: _hex(blank, params), line)) + tail for line in lines]


def _hex(blank: re.Match[str], params: Mapping[str, float]) -> str:
    name, sign, bits = blank.groups()
    return round(params[name]).to_bytes(int(bits) // 8, "little", signed=sign == "s").hex()
