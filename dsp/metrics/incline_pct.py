"""Incline of the treadmill, %, uphill positive."""

from __future__ import annotations

from dsp.metrics.passed_on import PassedOn

KEY = "incline_pct"


class Stage(PassedOn):
    """The newest incline."""

    def __init__(self) -> None:
        super().__init__(KEY)
