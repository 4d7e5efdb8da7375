"""Heart rate, beats/min, from a strap or a watch."""

from __future__ import annotations

from dsp.metrics.passed_on import PassedOn

KEY = "heart_rate_bpm"


class Stage(PassedOn):
    """The newest heart rate."""

    def __init__(self) -> None:
        super().__init__(KEY)
