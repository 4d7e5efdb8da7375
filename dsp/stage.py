"""What a streaming stage is.

Params (frozen, defaulted, every default with its source) + State (plain attributes: floats, lists, small arrays) +
`update`. Three promises, held by `tests/dsp/test_stream_contract.py` for the whole pipeline:

* cutting the input anywhere gives the same output, bit for bit;
* `copy.deepcopy` or `pickle` of a stage is its saved state;
* the stage never asks the time: data time is the only time.

Per-sample work is plain Python floats over lists (arrays of five samples are the slowest option there is); per-stride
work may use small numpy arrays and happens only at multiples of `SETTLE_SAMPLES` of a source's own sample count, so
that feedback into the per-sample loops falls on the same sample whatever the packets were.
"""

from __future__ import annotations

SETTLE_SAMPLES = 8
"""Slow work runs each time a source's sample count is a multiple of this: 38 ms at 208 Hz, 160 ms at 50 Hz."""
