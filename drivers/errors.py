"""Errors that drivers raise; callers branch on type.

DriverError
├── DecodeError       a payload that its profile cannot decode
├── RecordingError    a recording that cannot be opened, read or written
├── ImportDataError   a file that cannot be turned into a recording
└── RadioError        a failure of the adapter or the link
    ├── AdapterDownError       no adapter, powered off, or its daemon is gone
    │   └── AdapterBusyError   the adapter reports that it is busy, temporarily or permanently
    ├── DeviceUnreachableError not found, refused, or lost while connecting
    ├── NoSlotError            every connection of the adapter is in use
    ├── PairingNeededError     the device requires pairing
    └── StaleServicesError     a characteristic that the profile needs is missing, or the system's GATT cache is stale
"""

from __future__ import annotations


class DriverError(Exception):
    """Base class; the message is written for the user: what happened, where, and what to do."""


class DecodeError(DriverError):
    """A payload that its profile cannot decode."""


class RecordingError(DriverError):
    """A recording that cannot be opened, read or written."""


class ImportDataError(DriverError):
    """A file that cannot be turned into a recording."""


class RadioError(DriverError):
    """A failure of the adapter or the link."""


class AdapterDownError(RadioError):
    """No adapter, powered off, or its daemon is gone."""


class AdapterBusyError(AdapterDownError):
    """The adapter reports that it is busy: another program, or a daemon in a stuck state (BlueZ: InProgress)."""


class DeviceUnreachableError(RadioError):
    """Not found, refused, or lost while connecting."""


class NoSlotError(RadioError):
    """Every connection of the adapter is in use."""


class PairingNeededError(RadioError):
    """The device requires pairing."""


class StaleServicesError(RadioError):
    """A characteristic that the profile needs is missing: other firmware, or a stale GATT cache on this system."""
