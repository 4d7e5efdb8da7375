"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """From best to worst."""

    OK = "ok"
    NOTE = "note"
    """Something is missing that not everybody needs."""
    BROKEN = "FAIL"
    """stridecue cannot be used before this is put right."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor; `remedy` says what to do, empty when nothing is."""

    subject: str
    verdict: Verdict
    said: str
    remedy: str = ""
