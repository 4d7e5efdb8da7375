"""Whether a trunk sensor has moved on the body: 1 for a few seconds after it was detected (`orientation.moved`)."""

from __future__ import annotations

from dsp.metrics.passed_on import PassedOn

KEY = "sensor_moved"


class Stage(PassedOn):
    """Passes the notice on."""

    def __init__(self) -> None:
        super().__init__(KEY)
