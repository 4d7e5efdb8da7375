"""A heart-rate strap: Heart Rate service with RR intervals."""

from __future__ import annotations

from bumble.gatt import Service

from drivers.virtual.peripherals.sensor import notifying, readable
from drivers.virtual.peripherals.slow_sensor import SlowSensor

MEASUREMENT, LOCATION = "2A37", "2A38"
CHEST = bytes([1])
CONTACT_FOUND, RR_PRESENT = 0b110, 0b10000
RR_PER_S = 1024


class Strap(SlowSensor):
    """Sends the heart rate and the RR intervals of the last second, once a second."""

    service_uuid = "180D"

    def service(self) -> Service:
        """Build Heart Rate."""
        self.measurement = notifying(MEASUREMENT)
        return Service(self.service_uuid, [self.measurement, readable(LOCATION, CHEST)])

    def value(self, t_s: float) -> bytes:
        """Encode flags, beats per minute, RR intervals in 1/1024 s."""
        intervals = self.runner.rr_s(t_s - self.period_s, t_s)
        flags = CONTACT_FOUND | (RR_PRESENT if intervals else 0)
        head = bytes([flags, min(255, round(self.runner.heart_rate_bpm(t_s)))])
        return head + b"".join(round(rr_s * RR_PER_S).to_bytes(2, "little") for rr_s in intervals)
