"""Trust in a sensor's pelvic drop, beyond that in its steps: from the mount, the levelling and the sampling rate.

The rate: between samples of a trunk the angle bends, and the error of a parabola through them and of a constant rate
between them grows with the square of their distance. Left minus right of seven runs through a cheap sensor was off by
0.2 deg (root mean square) at 104 and 52 Hz, 0.3 at 40, 0.4 at 33, 0.7 at 26, 1.1 at 20 and 1.7 at 12.5 Hz: 0.65 deg (26
Hz / rate)^2. As for its standard error (`metrics.drop_excursion_difference_deg`), 0.5 deg halve the trust.
"""

from __future__ import annotations

from dsp.orientation.mount import Mount

ENOUGH_HZ = 50.0
"""From this rate on no error due to it is measurable."""

HALF_HZ = 30.0
"""Rate with an error of 0.5 deg."""

CLEAR = 0.3
"""Mount quality that suffices for full trust: a first estimate has half of the required strides, and runners show its
signs with two thirds of the strength or more."""


def rate_trust(rate_hz: float) -> float:
    """Return the trust in the drop of a sensor with this sampling rate, 0-1."""
    return 1.0 if rate_hz >= ENOUGH_HZ else 1.0 / (1.0 + (HALF_HZ / rate_hz) ** 4)


def mount_trust(mount: Mount) -> float:
    """Return the trust in angles along the axes of this mount, 0-1."""
    return min(1.0, mount.quality / CLEAR) * mount.heading_trust
