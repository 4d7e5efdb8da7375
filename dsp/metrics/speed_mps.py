"""Speed in m/s, from a treadmill or a pod."""

from __future__ import annotations

from dsp.metrics.passed_on import PassedOn

KEY = "speed_mps"


class Stage(PassedOn):
    """The newest value of a sensor that measures it."""

    def __init__(self) -> None:
        super().__init__(KEY)
