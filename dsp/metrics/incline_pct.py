"""Incline of the treadmill in per cent."""

from __future__ import annotations

from dsp.metrics.passed_on import PassedOn

KEY = "incline_pct"


class Stage(PassedOn):
    """The newest value of a sensor that measures it."""

    def __init__(self) -> None:
        super().__init__(KEY)
