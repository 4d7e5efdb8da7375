"""Heart Rate Measurement: the current heart rate, and one row per RR interval."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

import numpy as np

from drivers.decoders.fields import FieldTable
from drivers.decoders.reading import Decoded, Params, Reading
from drivers.decoders.requirement import require
from dsp.signals import Layout, Quantity
from firmware_profiles.schema import Profile


class HeartRateDecoder:
    """Rows are beats, oldest first, an RR interval apart; the last row, at the notification, has the heart rate."""

    detail = ""
    layout: Layout = (Quantity.HEART_RATE_BPM, Quantity.RR_INTERVAL_S)

    def __init__(self, profile: Profile, stream_name: str, params: Params) -> None:
        require(profile, stream_name, quantities=self.layout)
        self._table = FieldTable(profile.stream[stream_name], params)
        self._rate = self._table.columns[Quantity.HEART_RATE_BPM][0]
        self._interval = self._table.columns[Quantity.RR_INTERVAL_S][0]

    def fields(self, payload: bytes) -> Decoded:
        """Decode the fields; see Decoder."""
        return self._table.decode(payload)

    def update(self, payload: bytes) -> Reading:
        """Decode into rows; see Decoder."""
        fields = self._table.decode(payload).fields
        beats = fields.get("rr_s")
        intervals_s = (
            [self._interval.canonical(rr) for rr in beats] if isinstance(beats, tuple) and beats else [math.nan]
        )
        rows, before_s, later_s = [], [], 0.0
        for interval_s in reversed(intervals_s):
            rows.append([math.nan, interval_s])
            before_s.append(later_s)
            later_s += 0.0 if math.isnan(interval_s) else interval_s
        rows[0][0] = self._rate.canonical(fields.get("heart_rate_bpm"))
        return Reading(self.layout, np.array(rows[::-1]), before_s=np.array(before_s[::-1]))


build = HeartRateDecoder


def encode_heart_rate(heart_rate_bpm: float, rr_s: Sequence[float] = ()) -> bytes:
    """Encode one measurement as a strap with skin contact sends it; RR intervals in seconds, oldest first."""
    rate = round(heart_rate_bpm)
    flags = 0x06 | (rate > 255) | bool(rr_s) << 4
    payload = struct.pack("<BH" if rate > 255 else "<BB", flags, rate)
    return payload + b"".join(struct.pack("<H", round(interval * 1024)) for interval in rr_s)
