"""The result of a check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """How serious a finding is, from best to worst."""

    OK = "ok"
    NOTE = "note"
    """Something optional is missing or limited."""
    BROKEN = "FAIL"
    """stridecue cannot be used until this is fixed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor; `remedy` says what to do, empty when there is nothing to do."""

    subject: str
    verdict: Verdict
    message: str
    remedy: str = ""
