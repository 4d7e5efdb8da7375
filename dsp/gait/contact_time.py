"""Ground contact time of one step from the vertical force of a trunk sensor.

The trunk does not show the moment of toe-off: it is decelerated to body weight long before. What it does show is when
in the step the load is centred. The longer the stance, the later that centre after contact, and the lower the peak
(spring-mass: peak force is pi/2 x step time / contact time). Fitted on 19 trials of one runner on a force treadmill
(2.5-4.2 m/s, -5 to +10 deg; real sacral accelerometer, 20 Hz): leave-one-trial-out root mean square error 11.7 ms; the
best published for 100 runners is 20 ms (Patoz 2022). On two other runners with force plates and marker-derived sensors
it is 4-49 ms short, most when they run slowly (`docs/accuracy.md`, with what else was tried).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from dsp.samples.parabola import vertex
from dsp.samples.trace import Trace
from dsp.signals import GRAVITY_MPS2

POINTS = 20
"""Points per step at which the force is sampled: the fundamental needs few."""

_WAVE = tuple(
    (k / POINTS, math.cos(2.0 * math.pi * k / POINTS), math.sin(2.0 * math.pi * k / POINTS)) for k in range(POINTS)
)


@dataclass(frozen=True, slots=True)
class ContactTimeParams:
    """contact time = base_s + of_step x step + of_centre x centre + of_peak x step / peak (s; peak in g).

    shortest_share, longest_share  limits as shares of the step; nobody runs outside them
    """

    base_s: float = 0.029
    of_step: float = 0.175
    of_centre: float = 0.927
    of_peak: float = 0.460
    shortest_share: float = 0.35
    longest_share: float = 0.98


def contact_time_s(trace: Trace, crossing_s: float, next_crossing_s: float, params: ContactTimeParams) -> float:
    """Return the contact time, s, of the step between two rises of the low-passed force through the contact level.

    The times are on the trace's own clock, that is, not corrected for the filter's delay.
    """
    step_s = next_crossing_s - crossing_s
    t, force = trace.t_s, trace.force
    k, last = max(1, trace.first_at(crossing_s)), len(force) - 1
    first = k
    before_s, before, here_s, here = t[k - 1], force[k - 1], t[k], force[k]
    cosine = sine = 0.0
    for share, c, s in _WAVE:
        at = crossing_s + share * step_s
        while here_s < at and k < last:
            k += 1
            before_s, before, here_s, here = here_s, here, t[k], force[k]
        value = here + (before - here) * (here_s - at) / (here_s - before_s)
        cosine += c * value
        sine += s * value
    peak_mps2 = max(force[first : k + 1])
    top = force.index(peak_mps2, first)
    if top < last:
        peak_mps2 = vertex(force[top - 1], peak_mps2, force[top + 1])
    turn = math.atan2(sine, cosine) % (2.0 * math.pi)
    centre_s = step_s * turn / (2.0 * math.pi)
    peak = max(1.0, peak_mps2 / GRAVITY_MPS2)
    found = params.base_s + params.of_step * step_s + params.of_centre * centre_s + params.of_peak * step_s / peak
    return min(max(found, params.shortest_share * step_s), params.longest_share * step_s)
