"""Encode the samples of a CSV as the packets that a sensor would have sent."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt

from drivers.decoders.imu6 import encode_imu6, full_scale
from drivers.errors import ImportDataError
from drivers.imports.csv_columns import AXES, ImuColumns
from drivers.imports.csv_grid import SampleGrid
from drivers.imports.csv_units import MeanMagnitudes
from drivers.packets import DeviceInfo, Packet
from drivers.timing.clocksync import SamplePeriod
from drivers.timing.silence import SilenceCounter
from dsp.signals import NS_PER_S

PROFILE = "stridecue.imu6"
CHANNEL = "data"
ACC_RANGES_G = (16, 32, 64, 128, 256)
GYRO_RANGES_DPS = (2000, 4000, 8000, 16000)
PACKET_S = 0.04
MAX_PACKET_SAMPLES = 19
"""As many as fit into one notification at the usual MTU of 247: (244 - 9) / 12."""
SPACING_TOLERANCE_NS = 200_000
"""A sample further than this from even spacing starts a new packet: the decoder spaces samples evenly, and the total
timing error of an import may be 1 ms."""
PERIOD_SAMPLES = 20_000
"""Number of steps from which the rate is estimated."""
PERIOD_SPREAD = 0.2
REGULAR_SHARE = 0.9
JITTER_PERIODS = 1.9
"""Maximum step due to jitter alone; a missing sample gives 2."""
METRICS_HZ = 1.0
"""The rate at which watches record, and the standard services send."""

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]


class PacketSource(Protocol):
    """A device of the recording being written."""

    info: DeviceInfo
    samples: int
    lost: int

    def update(self, t_ns: Times, values: Floats) -> list[Packet]:
        """Turn times (n,) and values (n, k) of this device's columns into packets; nothing is buffered."""


class ImuSurvey:
    """Determines the sampling rate and range of a sensor, which the first packet already needs."""

    def __init__(self, columns: ImuColumns) -> None:
        self.columns = columns
        self.rows = 0
        self._peak = np.zeros(len(AXES))
        self._steps_s: list[float] = []
        self._last_s = math.nan
        self._magnitudes = MeanMagnitudes(columns)

    def update(self, t_s: Floats, values: Floats) -> None:
        """Take times (n,) in s and values (n, k) of this sensor's columns."""
        is_there = ~np.isnan(values).all(axis=1)
        values, t_s = values[is_there], t_s[is_there]
        if not len(values):
            return
        self.rows += len(values)
        self._magnitudes.update(values)
        places = list(self.columns.present)
        self._peak[places] = np.fmax(self._peak[places], np.fmax.reduce(np.abs(values), axis=0, initial=0.0))
        if len(self._steps_s) < PERIOD_SAMPLES:
            self._steps_s += np.diff(t_s, prepend=self._last_s).tolist()[self.rows == len(values) :]
        self._last_s = float(t_s[-1])

    def rate_hz(self) -> float:
        """Return the mean rate over steps without gaps; 1 Hz if there is only one sample.

        On a jittered time axis, long and short steps are both included, since they compensate each other.
        """
        steps_s = np.array(self._steps_s)
        if not len(steps_s):
            return 1.0
        median_s = float(np.median(steps_s))
        regular = steps_s[np.abs(steps_s - median_s) <= PERIOD_SPREAD * median_s]
        if len(regular) < REGULAR_SHARE * len(steps_s):
            regular = steps_s[steps_s < JITTER_PERIODS * median_s]
        return 1.0 / float(np.mean(regular))

    def doubts(self) -> list[str]:
        """Return a sentence for each unit that does not look right."""
        return self._magnitudes.doubts(self.rate_hz())

    def ranges(self, source: str) -> tuple[float, float]:
        """Return the smallest ranges (acc in g, gyro in deg/s) without clipping.

        Raises ImportDataError if none is large enough.
        """
        for acc_g in ACC_RANGES_G:
            for gyro_dps in GYRO_RANGES_DPS:
                acc_mps2, gyro_radps = full_scale(acc_g, gyro_dps)
                if self._peak[:3].max() <= acc_mps2 and self._peak[3:].max() <= gyro_radps:
                    return float(acc_g), float(gyro_dps)
        acc, gyro = self._peak[:3].max(), self._peak[3:].max()
        raise ImportDataError(
            f"{source}: {self.columns.sensor} reaches {acc:g} m/s2 and {gyro:g} rad/s; are its columns in these units?"
        )


class ImuPackets:
    """Packets of the reference IMU profile, divided so that the decoder recovers the original times."""

    def __init__(self, info: DeviceInfo, present: tuple[int, ...]) -> None:
        self.info = info
        self.samples = 0
        self.lost = 0
        self._present = list(present)
        self._rate_hz = info.params["rate_hz"]
        self._period_ns = NS_PER_S / self._rate_hz
        self._max_samples = max(1, min(MAX_PACKET_SAMPLES, round(self._rate_hz * PACKET_S)))
        # The decoder's own estimate of the period, fed with the same packets.
        self._period = SamplePeriod(1 / self._rate_hz)
        self._sequence = 0
        self._grid = SampleGrid(self._period_ns)

    def update(self, t_ns: Times, values: Floats) -> list[Packet]:
        """Turn rows into packets; see PacketSource."""
        is_there = ~np.isnan(values).all(axis=1)
        samples = np.full((int(is_there.sum()), len(AXES)), np.nan)
        samples[:, self._present] = values[is_there]
        times = t_ns[is_there].tolist()
        missing = self._grid.update(times)
        packets = []
        start = 0
        while start < len(times):
            self.lost += missing[start]
            self._sequence += missing[start]
            end = self._end_of_packet(times, missing, start)
            packets.append(self._packet(times[end - 1], samples[start:end], times[start]))
            start = end
        return packets

    def _end_of_packet(self, times: list[int], missing: list[int], start: int) -> int:
        """Return the index after the last sample that fits into the packet starting at `start`."""
        first_ns = times[start]
        step_ns = self._period.update(self._sequence, _us(first_ns)) * NS_PER_S
        end = start + 1
        while end < len(times) and end - start < self._max_samples:
            is_even = abs(times[end] - first_ns - (end - start) * step_ns) <= SPACING_TOLERANCE_NS
            if not is_even or missing[end]:
                break
            end += 1
        return end

    def _packet(self, last_ns: int, samples: Floats, first_ns: int) -> Packet:
        params = self.info.params
        payload = encode_imu6(
            self._sequence,
            _us(first_ns),
            samples,
            acc_range_g=params["acc_range_g"],
            gyro_range_dps=params["gyro_range_dps"],
        )
        self._sequence += len(samples)
        self.samples += len(samples)
        return Packet(self.info.device, CHANNEL, last_ns, payload)


class MetricPackets:
    """One packet of a standard service per complete row; `lost` is counted by time, as the hub will count it."""

    def __init__(self, info: DeviceInfo, channel: str, encode: Callable[..., bytes], limits: tuple[float, ...]) -> None:
        self.info = info
        self.samples = 0
        self.lost = 0
        self._silence = SilenceCounter(METRICS_HZ)
        self._channel = channel
        self._encode = encode
        self._limits = np.array(limits)

    def update(self, t_ns: Times, values: Floats) -> list[Packet]:
        """Turn rows into packets; see PacketSource."""
        is_there = ((values >= 0) & (values <= self._limits)).all(axis=1)
        self.samples += int(is_there.sum())
        self.lost += sum(self._silence.update(t) for t in t_ns[is_there].tolist())
        return [
            Packet(self.info.device, self._channel, int(t), self._encode(*row))
            for t, row in zip(t_ns[is_there], values[is_there].tolist(), strict=True)
        ]


def _us(t_ns: int) -> int:
    return (t_ns + 500) // 1000
