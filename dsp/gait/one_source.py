"""One source per placement: a second sensor in the same place would count every step twice.

The first source stays selected, through pauses too. Another one at the same placement takes over once it has detected
steps for a while without any from the first: that one is off, or lies on a table.
"""

from __future__ import annotations

from dsp.signals import Placement

SILENT_S = 2.0
"""A source without a contact for this long, while another one at the placement detects them, is replaced."""


class OneSource:
    """Selects the source of each placement; called for each sighting, in the time order of all sensors."""

    def __init__(self) -> None:
        self._selected: dict[Placement, str] = {}
        self._others_since_s: dict[Placement, float] = {}  # first contact of others since the selected source's last

    def accepts(self, source: str, placement: Placement, now_s: float, *, contact: bool) -> bool:
        """Return whether what `source` saw at `now_s` counts; `contact`: it is a contact."""
        selected = self._selected.setdefault(placement, source)
        if source != selected:
            if not contact or now_s - self._others_since_s.setdefault(placement, now_s) < SILENT_S:
                return False
            self._selected[placement] = source
        if contact and self._others_since_s:
            self._others_since_s.pop(placement, None)
        return True
