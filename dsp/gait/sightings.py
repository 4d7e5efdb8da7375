"""What one sensor detected, before fusion: a contact once it is certain, a release at toe-off.

The instances are never changed; they are not frozen, since a frozen one takes three times as long to create.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from dsp.records import Attitude, Metric, Side
from dsp.signals import Placement


@dataclass(slots=True)
class Drop:
    """Contralateral pelvic drop of one stance, deg (definitions: sources 2); peak_deg None without a standing zero.

    trust  share of the step's confidence that it has, 0-1 (`gait.drop_trust`)
    """

    excursion_deg: float
    peak_deg: float | None
    trust: float = 1.0


@dataclass(slots=True)
class Contact:
    """A foot met the ground at `t_s`; the sensor was certain at `decided_s` (data time of its newest sample then)."""

    decided_s: float
    t_s: float
    placement: Placement
    side: Side | None
    running: bool
    confidence: float


@dataclass(slots=True)
class Release:
    """Toe-off: the stance that began at `contact_s` ended at `t_s` (None: not detected)."""

    decided_s: float
    contact_s: float
    t_s: float | None
    placement: Placement
    side: Side | None
    drop: Drop | None
    confidence: float


@dataclass(slots=True)
class Reading:
    """A value that passes through unchanged: `metric` as measured, known at `decided_s`."""

    decided_s: float
    metric: Metric


@dataclass(slots=True)
class Posture:
    """An attitude sample on its way through the merge."""

    decided_s: float
    attitude: Attitude


@dataclass(slots=True)
class Tapped:
    """Three taps on a sensor, the middle one at `t_s`."""

    decided_s: float
    t_s: float


Sighting: TypeAlias = Contact | Release | Reading | Posture | Tapped
