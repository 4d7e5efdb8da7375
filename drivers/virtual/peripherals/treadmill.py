"""A treadmill: Treadmill Data of the Fitness Machine service."""

from __future__ import annotations

import math
import struct

from bumble.gatt import Service

from drivers.virtual.peripherals.sensor import notifying, readable
from drivers.virtual.peripherals.slow_sensor import SlowSensor

TREADMILL_DATA, FEATURE = "2ACD", "2ACC"
FEATURES = struct.pack("<II", 0b1100, 0)  # total distance, inclination; no targets can be set
DISTANCE, INCLINE = 1 << 2, 1 << 3
KMH_PER_MPS = 3.6


class Treadmill(SlowSensor):
    """A treadmill that sends speed, distance and incline of the runner."""

    service_uuid = "1826"

    def service(self) -> Service:
        """Build the Fitness Machine."""
        self.measurement = notifying(TREADMILL_DATA)
        return Service(self.service_uuid, [self.measurement, readable(FEATURE, FEATURES)])

    def value(self, t_s: float) -> bytes:
        """Encode flags, speed (0.01 km/h), distance (m, 24 bits), incline (0.1 %), ramp angle (0.1 degrees)."""
        speed = round(max(0.0, self.runner.speed_mps(t_s)) * KMH_PER_MPS * 100)
        distance_m = max(0, round(self.runner.distance_m(t_s)))
        incline_pct = self.runner.incline_pct(t_s)
        ramp_deg = math.degrees(math.atan(incline_pct / 100))
        return (
            struct.pack("<HH", DISTANCE | INCLINE, speed)
            + distance_m.to_bytes(3, "little")
            + struct.pack("<hh", round(incline_pct * 10), round(ramp_deg * 10))
        )
