"""A standard foot pod: Running Speed and Cadence 1.0."""

from __future__ import annotations

import struct

from bumble.att import ATT_Error
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service

from drivers.virtual.peripherals.sensor import Properties, notifying, readable
from drivers.virtual.peripherals.slow_sensor import SlowSensor

MEASUREMENT, FEATURE, LOCATION, CONTROL_POINT = "2A53", "2A54", "2A5D", "2A55"
FEATURES = struct.pack("<H", 0b111)  # stride length, total distance, walking or running
TOP_OF_SHOE = bytes([1])
STRIDE, DISTANCE, RUNNING = 1, 2, 4
RUNNING_FROM_MPS = 2.0
PROCEDURE_NOT_CONFIGURED = 0x81
"""Client Characteristic Configuration Descriptor Improperly Configured, RSCS 1.0, 1.6."""


class Pod(SlowSensor):
    """Counts the strides of its own foot, as the service specifies and foot pods do."""

    service_uuid = "1814"

    def service(self) -> Service:
        """Build Running Speed and Cadence."""
        self.measurement = notifying(MEASUREMENT)

        def refuse(_connection: Connection, _value: bytes) -> None:
            raise ATT_Error(PROCEDURE_NOT_CONFIGURED)

        control: Characteristic[bytes] = Characteristic(
            CONTROL_POINT,
            Properties.WRITE | Properties.INDICATE,
            Characteristic.WRITEABLE,
            CharacteristicValue(write=refuse),
        )
        return Service(
            self.service_uuid,
            [self.measurement, readable(FEATURE, FEATURES), readable(LOCATION, TOP_OF_SHOE), control],
        )

    def value(self, t_s: float) -> bytes:
        """Encode flags, speed in 1/256 m/s, strides a minute, stride length in cm, distance in dm."""
        speed_mps = max(0.0, self.runner.speed_mps(t_s))
        strides_per_min = self.runner.cadence_spm(t_s) / 2
        stride_m = speed_mps * 60 / strides_per_min if strides_per_min else 0.0
        flags = STRIDE | DISTANCE | (RUNNING if speed_mps >= RUNNING_FROM_MPS else 0)
        distance_dm = max(0, round(self.runner.distance_m(t_s) * 10))
        return struct.pack(
            "<BHBHI", flags, round(speed_mps * 256), round(strides_per_min), round(stride_m * 100), distance_dm
        )
