"""The kinds of virtual sensors, by the name used in `stridecue sim`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bumble.transport.common import TransportSink, TransportSource

from drivers.virtual.peripherals.imu import Imu
from drivers.virtual.peripherals.pod import Pod
from drivers.virtual.peripherals.sensor import Identity, VirtualSensor
from drivers.virtual.peripherals.strap import Strap
from drivers.virtual.peripherals.treadmill import Treadmill
from drivers.virtual.runner import VirtualRunner
from dsp.signals import Placement

Build = Callable[[Identity, VirtualRunner, float, TransportSource, TransportSink], VirtualSensor]


@dataclass(frozen=True, slots=True)
class SensorKind:
    """How to build one kind of sensor; `name` is advertised and shows the placement."""

    name: str
    number: int
    battery_pct: int
    build: Build

    def identity(self, runner_number: int, mtu: int) -> Identity:
        """Return address and name; `runner_number` distinguishes the sensors of several runners."""
        address = f"F0:5C:{runner_number >> 8 & 0xFF:02X}:{runner_number & 0xFF:02X}:00:{self.number:02X}"
        return Identity(self.name, address, self.battery_pct, mtu)


SENSOR_KINDS: dict[str, SensorKind] = {
    "pod": SensorKind("Virtual Pod", 1, 81, Pod),
    "left_foot_imu": SensorKind(
        "Virtual IMU left foot", 2, 92, partial(Imu, placement=Placement.LEFT_FOOT, drift_ppm=18.0)
    ),
    "right_foot_imu": SensorKind(
        "Virtual IMU right foot", 3, 90, partial(Imu, placement=Placement.RIGHT_FOOT, drift_ppm=7.0)
    ),
    "sacrum_imu": SensorKind("Virtual IMU sacrum", 4, 88, partial(Imu, placement=Placement.SACRUM, drift_ppm=-23.0)),
    "strap": SensorKind("Virtual Strap", 5, 64, Strap),
    "treadmill": SensorKind("Virtual Treadmill", 6, 100, Treadmill),
}

DEFAULT_FIVE: tuple[str, ...] = ("pod", "left_foot_imu", "sacrum_imu", "strap", "treadmill")
