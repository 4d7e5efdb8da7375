"""One sensor speaks for a place: a second one there would make every step twice.

Who speaks first goes on speaking, through pauses too. Another sensor at the same place is heard once it has seen steps
for a while of which the first said nothing: that one is off, or lies on a table.
"""

from __future__ import annotations

from dsp.signals import Placement

MUTE_S = 2.0
"""So long without a contact while another sensor at the place sees them, and that one takes over."""


class OneSpeaker:
    """Asked of each thing that a sensor saw, in the one order of all sensors."""

    def __init__(self) -> None:
        self._speaker: dict[Placement, str] = {}
        self._unheard_s: dict[Placement, float] = {}  # first contact of others since the speaker's last

    def listen(self, source: str, placement: Placement, now_s: float, *, contact: bool) -> bool:
        """Whether what `source` saw at `now_s` counts; `contact`: it is a contact."""
        speaker = self._speaker.setdefault(placement, source)
        if source != speaker:
            if not contact or now_s - self._unheard_s.setdefault(placement, now_s) < MUTE_S:
                return False
            self._speaker[placement] = source
        if contact and self._unheard_s:
            self._unheard_s.pop(placement, None)
        return True
