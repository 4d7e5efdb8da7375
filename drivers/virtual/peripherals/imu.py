"""A virtual IMU that implements the reference profile `stridecue.imu6`."""

from __future__ import annotations

import math
import struct

import numpy as np
from bumble.att import ATT_Error, ErrorCode
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.transport.common import TransportSink, TransportSource

from drivers.decoders.imu6 import encode_imu6
from drivers.virtual.peripherals.sensor import Identity, Properties, VirtualSensor, notifying
from drivers.virtual.runner import VirtualRunner
from dsp.signals import Placement

SERVICE = "29842d16-0001-4d89-9988-88cc44c282a4"
DATA = "29842d16-0002-4d89-9988-88cc44c282a4"
CONFIG = "29842d16-0003-4d89-9988-88cc44c282a4"
CONFIGURE = struct.Struct("<BHHH")
CONFIGURE_CODE = 1
HEAD_BYTES, SAMPLE_BYTES = 9, 12
ATT_HEAD_BYTES = 3
SAMPLES_PER_PACKET = 8
SHAKE_S, SHAKE_HZ = 3.0, 4.0
SHAKE = np.array([3.0, 4.0, 15.0, 2.0, 1.0, 0.5])
"""Amplitude of shaking by hand, m/s2 and rad/s."""

READ_OUT_S = 1e-3
"""Delay from the last sample of a packet to the radio."""


class Imu(VirtualSensor):
    """Samples continuously, even without subscribers: `sample_seq` then jumps, so that the gap can be counted.

    drift_ppm  error of its clock, + fast; the sampling rate is higher by the same amount (`pace`: as a factor)
    """

    service_uuid = SERVICE

    def __init__(
        self,
        identity: Identity,
        runner: VirtualRunner,
        epoch_s: float,
        source: TransportSource,
        sink: TransportSink,
        *,
        placement: Placement,
        drift_ppm: float = 0.0,
    ) -> None:
        self.placement = placement
        self.pace = 1 + drift_ppm * 1e-6
        self._sequence = 0
        self._shaken_until_s = -math.inf
        self.rate_hz, self.acc_range_g, self.gyro_range_dps = 104, 16, 2000
        self._index = 0
        super().__init__(identity, runner, epoch_s, source, sink)

    @property
    def made(self) -> int:
        """Number of samples since it was booted, including those not sent."""
        return self._sequence

    @property
    def true_rate_hz(self) -> float:
        """The sampling rate in true time, with the error of its clock."""
        return self.rate_hz * self.pace

    def shake(self, for_s: float = SHAKE_S) -> None:
        """Add shaking by hand to its motion, for `for_s` from now on."""
        self._shaken_until_s = self.runner_time_s() + for_s

    def _restart_sampling(self) -> None:
        # Samples are on the runner's time grid, so that every boot and every process measures the same motion.
        self._index = max(0, math.ceil(self.runner_time_s() * self.true_rate_hz))

    def service(self) -> Service:
        """Build data and configuration."""
        self.data = notifying(DATA)
        self.config: Characteristic[bytes] = Characteristic(
            CONFIG,
            Properties.READ | Properties.WRITE,
            Characteristic.READABLE | Characteristic.WRITEABLE,
            CharacteristicValue(read=self._read_config, write=self._write_config),
        )
        return Service(self.service_uuid, [self.data, self.config])

    def _read_config(self, _connection: Connection) -> bytes:
        return CONFIGURE.pack(CONFIGURE_CODE, self.rate_hz, self.acc_range_g, self.gyro_range_dps)

    def _write_config(self, _connection: Connection, value: bytes) -> None:
        if len(value) != CONFIGURE.size or value[0] != CONFIGURE_CODE:
            raise ATT_Error(ErrorCode.INVALID_ATTRIBUTE_LENGTH)
        _, rate_hz, self.acc_range_g, self.gyro_range_dps = CONFIGURE.unpack(value)
        if rate_hz != self.rate_hz:
            self.rate_hz = rate_hz
            self._restart_sampling()

    async def run(self) -> None:
        """Sample and notify until cancelled."""
        self._restart_sampling()
        while True:
            first, sequence, rate_hz = self._index, self._sequence, self.true_rate_hz
            listeners = self.subscribers(self.data)
            n = min([SAMPLES_PER_PACKET, *(samples_that_fit(listener.att_mtu) for listener in listeners)])
            await self.until((first + n - 1) / rate_hz + READ_OUT_S)
            if rate_hz != self.true_rate_hz:
                continue  # reconfigured meanwhile
            self._index, self._sequence = first + n, sequence + n
            for listener in self.subscribers(self.data):
                step = samples_that_fit(listener.att_mtu)
                for at in range(0, n, step):
                    packet = self._packet(first + at, sequence + at, min(step, n - at), rate_hz)
                    await self.notify(listener, self.data, packet)

    def _packet(self, first: int, sequence: int, n: int, rate_hz: float) -> bytes:
        samples = self.runner.imu(self.placement, first, n, rate_hz)
        if first / rate_hz < self._shaken_until_s:
            stroke = np.sin(2 * np.pi * SHAKE_HZ * np.arange(first, first + n) / rate_hz)
            samples = samples + stroke[:, np.newaxis] * SHAKE
        return encode_imu6(
            sequence,
            self._device_us(first / rate_hz),
            samples,
            acc_range_g=self.acc_range_g,
            gyro_range_dps=self.gyro_range_dps,
        )

    def _device_us(self, t_s: float) -> int:
        since_boot_s = t_s + self.epoch_s - self.booted_s
        return round(since_boot_s * self.pace * 1e6)


def samples_that_fit(mtu: int) -> int:
    """Return the number of samples that fit into one notification; at least one, which MTU 23 truncates."""
    return max(1, (mtu - ATT_HEAD_BYTES - HEAD_BYTES) // SAMPLE_BYTES)
