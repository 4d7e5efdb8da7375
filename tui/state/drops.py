"""How far the hips sank in the last steps, one trace per landing side: the data of the two moving plots.

Only stances are drawn, each measured from the highest point of the free hip, so that its lowest point equals the step's
`drop_excursion_deg`. The plot therefore agrees with the numbers and needs no absolute zero, which is unknown unless the
runner stood still first (`dsp.gait.drop`).
"""

from __future__ import annotations

from collections import deque

import numpy as np

from dsp.records import Side
from hub.messages.wire import AttitudeMessage, StepMessage
from tui.state.trace import Trace

_WAITING = 64
"""Steps kept until the angles of their stance have arrived: a step is published once, angles come in batches."""
_MIN_ANGLES = 3
_MISSING_S = 0.1
"""A stance that lacks more than this at its start is not drawn: its deepest point may be missing too."""
_END_S = 1e-6


class Drops:
    """Hip drop over time from angles and steps, fed in any order.

    landing  one trace per landing side, in degrees below the highest point of each stance
    waiting  steps whose angles have not arrived yet
    """

    def __init__(self, window_s: float) -> None:
        self._obliquity = Trace(window_s)
        self.waiting: deque[StepMessage] = deque(maxlen=_WAITING)
        self.landing = {side: Trace(window_s) for side in Side}

    @property
    def newest_s(self) -> float | None:
        """Time of the newest angle, in seconds of the run; None before the first."""
        return self._obliquity.newest_s

    def attitude(self, message: AttitudeMessage) -> None:
        """Add a batch of angles; one from well before the newest (a new run) clears everything drawn."""
        before_s = self.newest_s
        self._obliquity.extend(message.t0_s, message.dt_s, message.obliquity_deg)
        newest_s = self.newest_s
        if before_s is not None and newest_s is not None and newest_s < before_s:
            self.landing = {side: Trace(self._obliquity.window_s) for side in Side}
            self.waiting.clear()
        self._draw()

    def step(self, step: StepMessage) -> None:
        """Add a step; one without side, toe-off or drop is ignored."""
        if step.side is not None and step.toe_off_s is not None and step.drop_excursion_deg is not None:
            self.waiting.append(step)
            self._draw()

    def _draw(self) -> None:
        newest_s = self.newest_s
        while self.waiting and newest_s is not None and (self.waiting[0].toe_off_s or 0.0) <= newest_s:
            self._stance(self.waiting.popleft())

    def _stance(self, step: StepMessage) -> None:
        assert step.side is not None
        assert step.toe_off_s is not None
        assert step.drop_excursion_deg is not None
        t_s, obliquity_deg = self._obliquity.between(step.t_s, step.toe_off_s)
        if len(t_s) < _MIN_ANGLES or t_s[0] - step.t_s > _MISSING_S:
            return
        lower_deg = obliquity_deg if step.side is Side.LEFT else -obliquity_deg
        depth_deg = np.maximum(lower_deg - lower_deg.max() + step.drop_excursion_deg, 0.0)
        self.landing[step.side].append(np.append(t_s, t_s[-1] + _END_S), np.append(depth_deg, np.nan))
