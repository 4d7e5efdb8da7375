"""A virtual radio in a test, and what is inside: its host, its motion sensors."""

from __future__ import annotations

from drivers.radio.bumble import BumbleProvider
from drivers.radio.bumble_host import BumbleHost
from drivers.radio.facade import MAX_CONNECTIONS
from drivers.virtual.lab import VirtualLab
from drivers.virtual.peripherals.imu import Imu
from drivers.virtual.peripherals.sensor import MTU
from drivers.virtual.runner import VirtualRunner
from drivers.virtual.sensor_kinds import DEFAULT_FIVE


def lab(*sensors: str, max_connections: int = MAX_CONNECTIONS, mtu: int = MTU) -> VirtualLab:
    """Any runner's sensors; the usual five where none is named."""
    return VirtualLab(VirtualRunner(), sensors or DEFAULT_FIVE, max_connections=max_connections, mtu=mtu)


def provider_of(one: VirtualLab) -> BumbleProvider:
    provider = one.radio._provider
    assert isinstance(provider, BumbleProvider)
    return provider


def host_of(one: VirtualLab) -> BumbleHost:
    host = provider_of(one)._host
    assert host is not None
    return host


def imu_of(one: VirtualLab, kind: str) -> Imu:
    sensor = one.sensors[kind]
    assert isinstance(sensor, Imu)
    return sensor
