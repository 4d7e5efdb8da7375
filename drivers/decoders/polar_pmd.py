"""Decoder of one Polar Measurement Data stream: acceleration, angular rate, magnetic field or ECG."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from drivers.decoders.fields import FieldTable
from drivers.decoders.polar_control import START, parse_answer
from drivers.decoders.polar_frames import PmdSamples, decode_samples, sample_times_ns
from drivers.decoders.reading import Decoded, Params, Reading
from drivers.decoders.requirement import require
from drivers.decoders.wire_field import WireField
from drivers.errors import DecodeError
from dsp.signals import Layout
from firmware_profiles.schema import Profile

KIND = 0x3F
"""Mask of the measurement type in the first byte."""


class PolarPmdDecoder:
    """Decodes the header by the profile's table; its single sample field gives the unit and quantities of the samples.

    `ticks` of a reading is the time of its first sample. The factor of compressed frames comes from the device's
    response to the start command, see `learn`; it is 1 if the device sends none.
    """

    def __init__(self, profile: Profile, stream_name: str, params: Params) -> None:
        stream = profile.stream[stream_name]
        if stream.samples is None or len(stream.samples.fields) != 1 or stream.when is None:
            raise DecodeError(f"{profile.id}: stream.{stream_name}: polar_pmd needs `when` and one field of samples")
        require(profile, stream_name, numbers=("timestamp_ns", "frame_type"))
        self._head = FieldTable(msgspec.structs.replace(stream, samples=None, on_long="stop"), params)
        self._field = WireField.compile(stream.samples.fields[0], big_endian=False, params=params)
        self._at = stream.samples.at
        self._kind = stream.when.alternatives[0][0]
        self._keep_cut = stream.on_short == "stop"
        self._rate_hz = params.get("rate_hz", 0.0)
        self._factor = 1.0
        self._previous_ns: int | None = None
        self.layout: Layout = tuple(quantity for quantity, _ in self._field.columns)

    @property
    def detail(self) -> str:
        """Always empty."""
        return ""

    def learn(self, payload: bytes) -> None:
        """Take the factor from the response to the start command; see Learner."""
        try:
            answer = parse_answer(payload)
            if (answer.op, answer.kind, answer.status) != (START, self._kind, "success"):
                return
            factor = answer.settings.get("factor", [1.0])
        except DecodeError:
            return
        self._factor = factor[0] if factor and math.isfinite(factor[0]) else 1.0

    def fields(self, payload: bytes) -> Decoded:
        """Decode header and samples; see Decoder."""
        decoded = self._head.decode(payload)
        samples = self._samples(decoded, payload)
        decoded.truncated = samples.truncated
        decoded.sampled = {self._field.field.name: samples.values}
        if samples.status:
            decoded.fields["calibration"] = samples.status
        return decoded

    def update(self, payload: bytes) -> Reading | None:
        """Decode into rows, see Decoder; None for a measurement without a quantity in `dsp.signals`."""
        decoded = self._head.decode(payload)
        samples = self._samples(decoded, payload)
        last_ns = decoded.fields["timestamp_ns"]
        assert isinstance(last_ns, int)
        times_ns = sample_times_ns(self._previous_ns, last_ns, len(samples.values), self._rate_hz)
        self._previous_ns = last_ns
        if not self.layout:
            return None
        with np.errstate(over="ignore", invalid="ignore"):
            values = samples.values * np.array([factor for _, factor in self._field.columns])
            low, high = self._field.field.plausible or (-math.inf, math.inf)
            values[~(np.isfinite(values) & (values >= low) & (values <= high))] = np.nan
        return Reading(self.layout, values, ticks=round(times_ns[0]))

    def samples(self, payload: bytes) -> PmdSamples:
        """Decode the samples, raw and in their unit. Raises DecodeError."""
        return self._samples(self._head.decode(payload), payload)

    def _samples(self, decoded: Decoded, payload: bytes) -> PmdSamples:
        frame_type = decoded.fields["frame_type"]
        assert isinstance(frame_type, int)
        if payload[0] & KIND != self._kind:
            raise DecodeError(f"measurement {payload[0] & KIND}, not {self._kind}")
        with np.errstate(over="ignore", invalid="ignore"):
            return decode_samples(self._kind, frame_type, payload[self._at :], self._factor, keep_cut=self._keep_cut)


build = PolarPmdDecoder
