"""How sure a contact time is, and what is worked out of it, by who timed it.

Against force plates and markers a shoe's contact time is 6-10 ms RMS off, in the worst run 26, a trunk's 48 ms, in the
worst 57 (docs/accuracy.md): a trunk does not show toe-off. Its changes within a runner say more than the number.
"""

from __future__ import annotations

from dsp.placements import FEET
from dsp.records import Step

SHOE_TRUST, TRUNK_TRUST = 0.6, 0.4


def contact_trust(step: Step) -> float:
    """Quality of this step's contact time, 0-1."""
    return step.confidence * (SHOE_TRUST if step.source in FEET else TRUNK_TRUST)
