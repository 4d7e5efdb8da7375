"""Gap filling for filters that need a regular grid; the duration of a gap is kept."""

from __future__ import annotations

import numpy as np

from benchmarks.orientation.cases import Array, Case
from dsp.samples.gap_fill import GapFillParams, from_strides, straight

MEMORY_S = 2.2


def filled(case: Case, *, from_past_strides: bool) -> tuple[Array, Array]:
    """Return times (n,) in s and samples (n, 6) on the sensor's own grid.

    Gaps are filled linearly, or `from_past_strides` as the core does.
    """
    period = 1.0 / case.condition.rate_hz
    t_s: list[float] = case.t_s.tolist()
    rows: list[list[float]] = case.values.tolist()
    stride_s = 2.0 * float(np.median(np.diff([contact for contact, _, _ in case.stances])))
    keep = int(MEMORY_S / period)
    out_t, out = [t_s[0]], [rows[0]]
    for t, row in zip(t_s[1:], rows[1:], strict=True):
        missing = round((t - out_t[-1]) / period) - 1
        if missing > 0:
            step = (t - out_t[-1]) / (missing + 1)
            times = [out_t[-1] + step * (i + 1) for i in range(missing)]
            channels = None
            if from_past_strides:
                past = [list(channel) for channel in zip(*out[-keep:], strict=True)]
                filling = from_strides(out_t[-keep:], past, times, t, row, stride_s, GapFillParams())
                channels = filling.channels if filling else None
            if channels is None:
                channels = straight(out[-1], row, missing)
            out_t += times
            out += [list(sample) for sample in zip(*channels, strict=True)]
        out_t.append(t)
        out.append(row)
    return np.array(out_t), np.array(out)
