"""What a streaming stage is.

Params (frozen, defaulted, every default with its source) + State (plain attributes: floats, lists, small arrays) +
`update`. Three promises, held by `tests/dsp/test_stream_contract.py` for the whole pipeline:

* cutting the input anywhere gives the same output, bit for bit;
* `copy.deepcopy` or `pickle` of a stage is its saved state;
* the stage never asks the time: data time is the only time.

Per-sample work is plain Python floats over lists (arrays of five samples are the slowest option there is). A sensor's
samples are worked off in chunks of a fixed number of samples, whatever the packets were; per-stride work may use small
numpy arrays and happens between chunks, so that its feedback into the per-sample loops always falls on the same sample.
"""

from __future__ import annotations

CHUNK_S = 0.05
"""Length of a chunk: what it adds to the latency of an event at worst."""

LEAST_RATE_HZ = 95.0
"""Much faster sensors are averaged down to no less than this: contacts, orientation and drop are as good at 104 as at
208 Hz (dsp findings 2.1, 2.3 and our own tables), so neither 208 nor 500 Hz need cost more."""


def chunk_samples(period_s: float) -> int:
    """Samples per chunk, groups counting as one: 5 at 104 Hz, 2 at 50."""
    return max(2, int(CHUNK_S / period_s))


def group_samples(rate_hz: float, least_hz: float = LEAST_RATE_HZ) -> int:
    """Raw samples that are averaged into one: 1 below 190 Hz, 2 at 208, 4 at 416, 5 at 500."""
    return max(1, int(rate_hz / least_hz))
