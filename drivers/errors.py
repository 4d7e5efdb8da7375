"""Errors that drivers raise; callers branch on type.

DriverError
├── DecodeError       a payload that its profile cannot read
├── RecordingError    a recording that cannot be opened, read or written
├── ImportDataError   a file that cannot be turned into a recording
└── RadioError        the adapter or the link
    ├── AdapterDownError       no adapter, powered off, or its daemon is gone
    │   └── AdapterBusyError   it says that it is occupied, for a moment or for ever
    ├── DeviceUnreachableError not found, refused, or gone while connecting
    ├── NoSlotError            every connection of the adapter is in use
    ├── PairingNeededError     the device talks only to who is paired with it
    └── StaleServicesError     it lacks what its profile needs, or the system remembers an older firmware
"""

from __future__ import annotations


class DriverError(Exception):
    """Anything a driver can say went wrong, in words for the user: what, where, what to do."""


class DecodeError(DriverError):
    """A payload that its profile cannot read."""


class RecordingError(DriverError):
    """A recording that cannot be opened, read or written."""


class ImportDataError(DriverError):
    """A file that cannot be turned into a recording."""


class RadioError(DriverError):
    """The adapter or the link."""


class AdapterDownError(RadioError):
    """No adapter, powered off, or its daemon is gone."""


class AdapterBusyError(AdapterDownError):
    """The adapter says that it is occupied: another program, or a daemon that lost track (BlueZ: InProgress)."""


class DeviceUnreachableError(RadioError):
    """Not found, refused, or gone while connecting."""


class NoSlotError(RadioError):
    """Every connection of the adapter is in use."""


class PairingNeededError(RadioError):
    """The device talks only to who is paired with it."""


class StaleServicesError(RadioError):
    """The device lacks what its profile needs: another firmware, or the system remembers an older one."""
