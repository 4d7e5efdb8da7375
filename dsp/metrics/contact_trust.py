"""Quality of a contact time, and of what is derived from it, by the sensor that timed it.

Against force plates and markers the RMS error is 6-10 ms from a shoe (worst run 26) and 48 ms from the trunk (worst 57;
docs/accuracy.md), which does not show toe-off. Its changes within a runner are more reliable than the value.
"""

from __future__ import annotations

from dsp.placements import FEET
from dsp.records import Step

SHOE_TRUST, TRUNK_TRUST = 0.6, 0.4


def contact_trust(step: Step) -> float:
    """Return the quality of this step's contact time, 0-1."""
    return step.confidence * (SHOE_TRUST if step.source in FEET else TRUNK_TRUST)
