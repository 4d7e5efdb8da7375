"""What a streaming stage is.

Params (frozen, defaulted, every default with its source) + State (plain attributes: floats, lists, small arrays) +
`update`. Three promises, held by `tests/dsp/test_stream_contract.py` for the whole pipeline:

* cutting the input anywhere gives the same output, bit for bit;
* `copy.deepcopy` or `pickle` of a stage is its saved state;
* the stage never asks the time: data time is the only time.

Per-sample work is plain Python floats over lists (arrays of five samples are the slowest option there is). A sensor's
samples are worked off in chunks, whatever the packets were: where a chunk ends depends on the samples before it and on
nothing else. Per-stride work may use small numpy arrays and happens between chunks, so that its feedback into the
per-sample loops always falls on the same sample.
"""

from __future__ import annotations

CHUNK_S = 0.05
"""Length of a chunk: what it adds to the latency of an event at worst, half of it on average."""

TRUNK_CHUNK_S = 0.076
"""The same for the trunk where nobody runs: much of what is done costs the same for a chunk of any length."""

LONGEST_CHUNK_S = 0.19
"""Chunks grow up to this where the chain knows that nothing is due earlier."""

WAIT_S = 0.5 + LONGEST_CHUNK_S
"""Sensors' packets may come this far out of step (contract of the hub), and each is worked off in chunks."""

SILENT_S = 1.0
"""A sensor that gave nothing for longer joins anew: nothing it says then is due earlier than `JOIN_S` later."""

JOIN_S = WAIT_S + 1e-6

GIVEN_UP_S = 2.0
"""A sensor this far behind is not waited for: more than `SILENT_S`, `WAIT_S` and a chunk together, so that it has been
silent for longer than `SILENT_S` whatever it says next."""

LEAST_RATE_HZ = 95.0
"""Faster sensors are averaged down to no less than this: contacts are as good at 104 as at 208 Hz (sources 9), so
neither 208 nor 500 Hz need cost more."""

LEAST_TRUNK_RATE_HZ = 66.0
"""The same for the trunk, which moves more slowly than a shoe; `averaging` keeps its angles right at any rate."""

TOO_SLOW_HZ = 8.0
"""Slower sensors are not read: a step takes 0.3 to 0.4 s, and of two samples in it nothing can be told."""


def chunk_samples(period_s: float, chunk_s: float = CHUNK_S) -> int:
    """Samples per chunk, groups counting as one: 5 at 104 Hz, 2 at 50; for the trunk 7 at 104, 5 at 69, 3 at 52."""
    return max(2, int(chunk_s / period_s))


def group_samples(rate_hz: float, least_hz: float = LEAST_RATE_HZ) -> int:
    """Raw samples that are averaged into one: 1 below 190 Hz, 2 at 208; for the trunk 1 below 120 Hz, 3 at 208."""
    return max(1, int(rate_hz / least_hz))
