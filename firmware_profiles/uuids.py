"""Normalise Bluetooth UUIDs, so that `2A53`, `00002a53-…` and a profile's `2a53` are equal."""

from __future__ import annotations

import re

_SIG_BASE = "-0000-1000-8000-00805f9b34fb"
_SHORT = re.compile(r"[0-9a-f]{4}|[0-9a-f]{8}")
_LONG = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def short_uuid(uuid: str) -> str:
    """Return the four digits of a UUID on the Bluetooth base UUID, as used in profiles; any other unchanged."""
    return uuid[4:8] if uuid.startswith("0000") and uuid.endswith(_SIG_BASE) else uuid


def full_uuid(text: str) -> str:
    """Return the lower-case 128-bit form of a 16-, 32- or 128-bit UUID (Core Specification, Vol 3 Part B §2.5.1).

    Raises ValueError for anything else.
    """
    uuid = text.strip().lower().removeprefix("0x")
    if _LONG.fullmatch(uuid):
        return uuid
    if _SHORT.fullmatch(uuid):
        return uuid.rjust(8, "0") + _SIG_BASE
    raise ValueError(f"{text!r} is not a Bluetooth UUID: write 4, 8 or 32 hex digits, e.g. 2a53")
