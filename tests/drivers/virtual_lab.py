"""A virtual radio in a test, and its motion sensors."""

from __future__ import annotations

from drivers.radio.facade import MAX_CONNECTIONS
from drivers.virtual.lab import VirtualLab
from drivers.virtual.peripherals.imu import Imu
from drivers.virtual.peripherals.sensor import MTU
from drivers.virtual.runner import VirtualRunner
from drivers.virtual.sensor_kinds import DEFAULT_FIVE


def lab(*sensors: str, max_connections: int = MAX_CONNECTIONS, mtu: int = MTU) -> VirtualLab:
    """Build a lab with a default runner; the default five sensors if none is named."""
    return VirtualLab(VirtualRunner(), sensors or DEFAULT_FIVE, max_connections=max_connections, mtu=mtu)


def imu_of(one: VirtualLab, kind: str) -> Imu:
    sensor = one.sensors[kind]
    assert isinstance(sensor, Imu)
    return sensor
