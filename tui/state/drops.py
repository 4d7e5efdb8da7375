"""How far the hips sank in the last steps, a trace for each landing side: what the two moving plots draw.

Only stances are drawn, each from the highest that the free hip was: its lowest point is the step's own
`drop_excursion_deg`. So the picture and the numbers agree, and no absolute zero is needed, which nobody knows who did
not stand still first (`dsp.gait.drop`).
"""

from __future__ import annotations

from collections import deque

import numpy as np

from dsp.records import Side
from hub.messages.wire import AttitudeMessage, StepMessage
from tui.state.trace import Trace

_WAITING = 64
"""Steps kept until the angles of their stance are here: a step is told once, angles come in batches."""
_FEWEST = 3
_MISSING_S = 0.1
"""Where more than this is missing at its start, a stance is not drawn: its deepest point may be missing too."""
_END_S = 1e-6


class Drops:
    """Feed it angles and steps, in any order; read the traces of `landing`, degrees below each stance's highest."""

    def __init__(self, window_s: float) -> None:
        self._obliquity = Trace(window_s)
        self._waiting: deque[StepMessage] = deque(maxlen=_WAITING)
        self.landing = {side: Trace(window_s) for side in Side}

    @property
    def newest_s(self) -> float | None:
        """Time of the newest angle; None before the first."""
        return self._obliquity.newest_s

    def attitude(self, message: AttitudeMessage) -> None:
        """Take angles; from well before (a new run), and all that was drawn is forgotten."""
        before_s = self.newest_s
        self._obliquity.extend(message.t0_s, message.dt_s, message.obliquity_deg)
        newest_s = self.newest_s
        if before_s is not None and newest_s is not None and newest_s < before_s:
            self.landing = {side: Trace(self._obliquity.window_s) for side in Side}
            self._waiting.clear()
        self._draw()

    def step(self, step: StepMessage) -> None:
        """Take a step; without a drop there is nothing to draw of it."""
        if step.side is not None and step.toe_off_s is not None and step.drop_excursion_deg is not None:
            self._waiting.append(step)
            self._draw()

    def _draw(self) -> None:
        newest_s = self.newest_s
        while self._waiting and newest_s is not None and (self._waiting[0].toe_off_s or 0.0) <= newest_s:
            self._stance(self._waiting.popleft())

    def _stance(self, step: StepMessage) -> None:
        assert step.side is not None
        assert step.toe_off_s is not None
        assert step.drop_excursion_deg is not None
        t_s, obliquity_deg = self._obliquity.between(step.t_s, step.toe_off_s)
        if len(t_s) < _FEWEST or t_s[0] - step.t_s > _MISSING_S:
            return
        lower_deg = obliquity_deg if step.side is Side.LEFT else -obliquity_deg
        depth_deg = np.maximum(lower_deg - lower_deg.max() + step.drop_excursion_deg, 0.0)
        self.landing[step.side].append(np.append(t_s, t_s[-1] + _END_S), np.append(depth_deg, np.nan))
