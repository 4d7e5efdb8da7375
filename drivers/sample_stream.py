"""One stream of one device: combines decoder, sample counter and clock to turn payloads into blocks."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from drivers.decoders.factory import build_decoder
from drivers.decoders.fields import FieldsDecoder
from drivers.decoders.reading import Learner, Reading
from drivers.decoders.selector import Selector
from drivers.packets import DeviceInfo, Packet
from drivers.timing.clock_state import ClockState
from drivers.timing.clocksync import DeviceTimeline, HostTimeline, SamplePeriod, even_times, even_times_of_all
from drivers.timing.counted_clock import CountedClock
from drivers.timing.sequence import GAP_FACTOR, GAP_SLACK_S, Evenness, Order, SampleCounter, WrappingCounter
from drivers.timing.silence import SilenceCounter
from dsp.signals import NS_PER_S, SampleBlock
from firmware_profiles.schema import Profile, Stream

TICK_S = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
FALLBACK_RATE_HZ = 100.0
"""For device-timed streams whose profile has no `rate_hz`; the true period is learned from the timestamps."""

SAME_TIME_S = 1e-6
"""A packet that starts no later than the packet before it, within this rounding error, is a duplicate."""


class DuplicatePacketError(Exception):
    """The packet's samples were already received."""


class SampleStream:
    """State of one `[stream.x]` of one device. `update` raises DecodeError or DuplicatePacketError and nothing else.

    accepts  whether a payload belongs to the stream
    """

    def __init__(self, profile: Profile, name: str, info: DeviceInfo) -> None:
        self.stream: Stream = profile.stream[name]
        self._info = info
        # Where notifications cut frames at any byte, `when` selects frames, which only the decoder can find.
        is_cut = self.stream.frame is not None and profile.frame[self.stream.frame].kind == "resync"
        self.accepts = Selector(None if is_cut else self.stream.when).accepts
        self._decoder = build_decoder(profile, name, info.params)
        self.layout = self._decoder.layout
        params = {**profile.default_params(), **info.params}
        is_sampled = self.stream.samples is not None
        self._rate_hz = params.get("rate_hz", 0.0) if is_sampled else 0.0
        self._clock = _DeviceClock(self.stream, self._rate_hz) if self.stream.time.source == "device" else None
        is_counted = self._clock is None and self._rate_hz > 0
        bits = None if self.stream.sequence is None else self.stream.sequence.bits
        self._counted = CountedClock(self._rate_hz, bits) if is_counted else None
        self._host = HostTimeline()
        counts_time = self.stream.steady and self.stream.nominal_hz > 0 and self._clock is None and not is_sampled
        self._silence = SilenceCounter(self.stream.nominal_hz) if counts_time else None

    @property
    def detail(self) -> str:
        """Return notes for the user: how the decoder reads values, and problems with the timestamps."""
        clock = self.clock
        # Imported data never crossed a radio link, so their arrival times have no delay to report.
        words = clock.words if clock is not None and self._info.address is not None else ""
        return "; ".join(filter(None, [self._decoder.detail, words, self._off()]))

    @property
    def clock(self) -> ClockState | None:
        """Return the state of the recovered clock; None where arrival times are used as they are."""
        if self._clock is not None:
            return self._clock.timeline.state
        return None if self._counted is None or self._counted.is_off else self._counted.state

    def _off(self) -> str:
        is_off = self._counted is not None and self._counted.is_off
        return (
            f"it does not sample at the {self._rate_hz:g} Hz it was set to: arrival times are used instead"
            if is_off
            else ""
        )

    def learn(self, packet: Packet) -> None:
        """Pass on a packet of the characteristic that the stream learns from."""
        if isinstance(self._decoder, Learner):
            self._decoder.learn(packet.payload)

    def update(self, packet: Packet) -> SampleBlock | None:
        """Decode and time one packet; None while a record is incomplete.

        Raises DecodeError or DuplicatePacketError.
        """
        reading = self._decoder.update(packet.payload)
        if reading is None:
            return None
        lost = 0
        if self._clock is not None and reading.ticks is not None:
            n = len(reading.rows)
            start_ns, step_ns, lost = self._clock.place(n, reading.ticks, reading.sequence, packet.t_recv_ns)
            t_ns = even_times(start_ns, step_ns, n)
        elif self._counted is not None and reading.before_s is None and not self._counted.is_off:
            counted = self._counted.update(reading.sequence, len(reading.rows), packet.t_recv_ns)
            if counted is None:
                raise DuplicatePacketError
            t_ns, lost = counted
        else:
            t_ns = self._host.map(packet.t_recv_ns, self._before_s(reading))
            lost = 0 if self._silence is None else self._silence.update(packet.t_recv_ns)
        return SampleBlock(packet.device, self._info.placement, reading.layout, t_ns, reading.rows, self._rate_hz, lost)

    def update_all(self, packets: Sequence[Packet]) -> tuple[SampleBlock, list[int], list[int]] | None:
        """Decode several packets into (one block, samples per packet, samples lost before each packet).

        Return None, with no state changed, if any packet needs the general path. A duplicate contributes no samples.
        """
        clock, decoder = self._clock, self._decoder
        if clock is None or not isinstance(decoder, FieldsDecoder):
            return None
        readings = decoder.update_all([packet.payload for packet in packets])
        if readings is None:
            return None
        starts_ns, steps_ns, counts, lost = [], [], [], []
        for packet, (n, ticks, sequence) in zip(packets, readings.packets, strict=True):
            try:
                start_ns, step_ns, missing = clock.place(n, ticks, sequence, packet.t_recv_ns)
            except DuplicatePacketError:
                start_ns, step_ns, missing, n = 0, 0.0, 0, 0
            starts_ns.append(start_ns)
            steps_ns.append(step_ns)
            counts.append(n)
            lost.append(missing)
        values = readings.values
        if 0 in counts:
            sent = [n for n, _, _ in readings.packets]
            values = values[np.repeat(np.array(counts) > 0, sent)]
        t_ns = even_times_of_all(starts_ns, steps_ns, counts)
        info, rate_hz = self._info, self._rate_hz
        return SampleBlock(info.device, info.placement, self.layout, t_ns, values, rate_hz, sum(lost)), counts, lost

    def _before_s(self, reading: Reading) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        if reading.before_s is not None:
            return reading.before_s
        n = len(reading.rows)
        return np.arange(n - 1, -1, -1) / self._rate_hz if self._rate_hz else np.zeros(n)


class _DeviceClock:
    """Counter, timestamp and timeline of a stream that carries its own time."""

    def __init__(self, stream: Stream, rate_hz: float) -> None:
        rate_hz = rate_hz or FALLBACK_RATE_HZ
        self._tick_s = TICK_S[stream.time.unit]
        self._is_last = stream.time.refers_to == "last"
        self._ticks = WrappingCounter(stream.time.wrap_bits, self._tick_s)
        self._counter = None if stream.sequence is None else SampleCounter(stream.sequence.bits, rate_hz)
        self._period = SamplePeriod(1 / rate_hz)
        self._samples = 0
        self._expected_s = math.nan
        self._recv_s = 0.0
        self.timeline = DeviceTimeline()

    def place(self, n: int, ticks: int, sequence: int | None, recv_ns: int) -> tuple[int, float, int]:
        """Return the hub time of the first sample in ns, the sample period in ns, and the samples lost before it."""
        recv_s = recv_ns / NS_PER_S
        ticks = self._ticks.unwrap(ticks, recv_s)
        device_s = ticks * self._tick_s - (n - 1) * self._period.period_s * self._is_last
        if self._counter is None or sequence is None:
            index, lost = self._place_by_time(n, device_s, recv_s)
        else:
            following = self._counter.follow(sequence, n, device_s, recv_s)
            index, lost = self._place(sequence, n, device_s, recv_s) if following is None else (following, 0)
        self._ticks.accept(ticks, recv_s)
        period_s = self._period.update(index, round(device_s * 1e6))
        missing = None if self._counter is None or sequence is None else lost
        start_ns, step_ns = self.timeline.place(
            device_s, period_s, n, recv_ns, missing=missing, is_even=self._period.is_plausible
        )
        return start_ns, step_ns, lost

    def _place_by_time(self, n: int, device_s: float, recv_s: float) -> tuple[int, int]:
        """Return (index, lost) of a packet of a device without a counter: its timestamps show what is missing."""
        period_s = self._period.period_s
        gap_s = device_s - self._expected_s if self._expected_s == self._expected_s else 0.0
        lost = round(gap_s / period_s)
        if gap_s <= -n * period_s + SAME_TIME_S and gap_s > -2 * n * period_s:
            raise DuplicatePacketError
        if lost < 0 or gap_s > (recv_s - self._recv_s) * GAP_FACTOR + GAP_SLACK_S:
            self._period.restart()  # the device's clock was set: the gap no longer shows what is missing
            lost = 0
        index = self._samples + lost
        self._samples = index + n
        self._expected_s = device_s + n * period_s
        self._recv_s = recv_s
        return index, lost

    def _place(self, sequence: int, n: int, device_s: float, recv_s: float) -> tuple[int, int]:
        """Return (index, lost) of a packet that is not simply the next one. Raises DuplicatePacketError."""
        assert self._counter is not None
        even = Evenness(self._period.period_s, self._period.scatter_s()) if self._period.is_plausible else None
        place = self._counter.place(sequence, n, device_s, recv_s, evidence=even)
        if place.order is Order.STALE:
            raise DuplicatePacketError
        if place.order is Order.RESTART:
            if not place.is_new_count:
                self.timeline.restart()
            self._period.restart()
        return place.index, place.lost
