"""What a streaming stage is.

Params (frozen, defaulted, every default with its source) + State (plain attributes: floats, lists, small arrays) +
`update`. Three guarantees, checked by `tests/dsp/test_stream_contract.py` for the whole pipeline:

* cutting the input anywhere gives the same output, bit for bit;
* `copy.deepcopy` or `pickle` of a stage is its saved state;
* a stage reads no clock: data time is the only time.

Per-sample work uses plain Python floats in lists (arrays of five samples are the slowest option there is). A sensor's
samples are processed in chunks that do not depend on the packets: where a chunk ends depends only on the samples before
it. Per-stride work may use small numpy arrays and happens between chunks, so that its feedback into the per-sample
loops always takes effect at the same sample.
"""

from __future__ import annotations

CHUNK_S = 0.05
"""Length of a chunk: what it adds to the latency of an event at worst, and twice what it adds on average."""

TRUNK_CHUNK_S = 0.076
"""The same for the trunk while nobody runs: much of the work costs the same for a chunk of any length."""

LONGEST_CHUNK_S = 0.19
"""Chunks grow up to this length where the chain knows that no event is due earlier."""

LAG_S = 0.5
"""Sensors may be out of step by this (contract of the hub). A longer block counts from its first sample: see
`dsp.merge`."""

WAIT_S = LAG_S + LONGEST_CHUNK_S
"""What the merge waits for a sensor out of step: each is processed in chunks, too."""

SILENT_S = 1.0
"""A sensor silent for longer joins again: its sightings are then due `JOIN_S` later at the earliest."""

JOIN_S = WAIT_S + 1e-6

GIVEN_UP_S = 2.0
"""A sensor this far behind is not waited for: more than `SILENT_S`, `WAIT_S` and a chunk together, so that it has been
silent for longer than `SILENT_S` whatever it sends next."""

MIN_RATE_HZ = 95.0
"""Faster sensors are averaged down to this at the lowest: contacts are as good at 104 as at 208 Hz (sources 9), so
neither 208 nor 500 Hz need cost more."""

MIN_TRUNK_RATE_HZ = 66.0
"""The same for the trunk, which moves more slowly than a shoe; `averaging` keeps its angles accurate at any rate."""

TOO_SLOW_HZ = 8.0
"""Slower sensors are ignored: a step takes 0.3 to 0.4 s, and nothing can be detected from two samples in it."""


def chunk_samples(period_s: float, chunk_s: float = CHUNK_S) -> int:
    """Samples per chunk, a group counting as one: 5 at 104 Hz, 2 at 50; for the trunk 7 at 104, 5 at 69, 3 at 52."""
    return max(2, int(chunk_s / period_s))


def group_samples(rate_hz: float, min_hz: float = MIN_RATE_HZ) -> int:
    """Number of raw samples averaged into one: 1 below 190 Hz, 2 at 208; for the trunk 1 below 120 Hz, 3 at 208."""
    return max(1, int(rate_hz / min_hz))
