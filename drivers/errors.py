"""Errors that drivers raise; callers branch on type.

DriverError
├── DecodeError       a payload that its profile cannot read
├── RecordingError    a recording that cannot be opened, read or written
├── ImportDataError   a file that cannot be turned into a recording
└── RadioError        the adapter or the link
    ├── AdapterDownError       no adapter, powered off, or its daemon is gone
    └── DeviceUnreachableError not found, refused, or gone while connecting
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


class DeviceUnreachableError(RadioError):
    """Not found, refused, or gone while connecting."""
