"""From what bleak, D-Bus, Bumble and sockets raise to our own errors: callers branch on those."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)

from drivers.errors import (
    AdapterBusyError,
    AdapterDownError,
    DeviceUnreachableError,
    PairingNeededError,
    RadioError,
)

ADAPTER_DBUS_ERRORS = frozenset(
    {
        "org.bluez.Error.NotReady",  # powered off
        "org.freedesktop.DBus.Error.ServiceUnknown",  # bluetoothd is gone
        "org.freedesktop.DBus.Error.NoReply",
        "org.freedesktop.DBus.Error.Disconnected",
    }
)
ADAPTER_OFF_DETAIL = "Input/output error"
"""BlueZ 5.66 says org.bluez.Error.Failed with this text when a connect meets a powered-off adapter."""

BUSY_DBUS_ERROR = "org.bluez.Error.InProgress"

PAIRING_DBUS_ERRORS = frozenset(
    f"org.bluez.Error.{why}"
    for why in ("AuthenticationFailed", "AuthenticationCanceled", "AuthenticationRejected", "AuthenticationTimeout")
)
"""Without an agent, as on a box without a screen, BlueZ 5.66 answers AuthenticationFailed."""

NOT_PAIRED_DETAIL = "Not paired"
"""What BlueZ 5.66 makes of the three ATT errors below, as org.bluez.Error.NotPermitted; bleak 3.1 passes it on."""

PAIRING_ATT_ERRORS = frozenset(
    {
        BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHENTICATION,
        BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHORIZATION,
        BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION,
        BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION_KEY_SIZE,
    }
)
PAIRING = (
    "it wants to be paired first. On Linux, over SSH too: stop this run, then `bluetoothctl`, and in it `agent on`, "
    "`scan on`, `pair ADDRESS` (confirm what it asks), `trust ADDRESS`, `quit`; elsewhere pair it in the system's "
    "Bluetooth settings"
)

ADVICE = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: "plug in or enable a Bluetooth adapter",
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: "this adapter has no Bluetooth LE: use another one",
    BleakBluetoothNotAvailableReason.POWERED_OFF: "switch Bluetooth on",
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: "allow Bluetooth for this program in the system settings",
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: "the system's policy forbids Bluetooth",
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: "allow Bluetooth for this program in the system settings",
}

NO_SERVICE = "install and start BlueZ and D-Bus, or try `stridecue demo`; `stridecue doctor` says more"
"""D-Bus has no socket: a container, or a system without bluez."""

EXPECTED = (BleakError, RadioError, TimeoutError, OSError, EOFError)
"""And whatever D-Bus raises past bleak: its package exists on Linux only, so its errors go by name."""


def radio_error(error: Exception, doing: str, *, adapter: bool = False) -> RadioError:
    """Say in our words what `error` means for `doing`; `adapter`: whatever failed is about the adapter itself."""
    if isinstance(error, RadioError):
        return error
    if isinstance(error, BleakBluetoothNotAvailableError):
        advice = ADVICE.get(error.reason, "run `stridecue doctor`")
        return AdapterDownError(f"{doing}: {error.args[0]}: {advice}")
    if isinstance(error, BleakDBusError) and (
        error.dbus_error in ADAPTER_DBUS_ERRORS or ADAPTER_OFF_DETAIL in (error.dbus_error_details or "")
    ):
        return AdapterDownError(f"{doing}: {error}: check that Bluetooth is on and its service runs")
    if isinstance(error, BleakDBusError) and error.dbus_error == BUSY_DBUS_ERROR:
        return AdapterBusyError(f"{doing}: {error}: another program uses the adapter, or it needs a reset")
    if _wants_pairing(error):
        return PairingNeededError(f"{doing}: {PAIRING}")
    if isinstance(error, FileNotFoundError | ConnectionRefusedError) and not adapter:
        return AdapterDownError(f"{doing}: no Bluetooth service answers on this machine: {NO_SERVICE}")
    if adapter:
        return AdapterDownError(f"{doing}: {_words(error)}: run `stridecue doctor`")
    if isinstance(error, TimeoutError):
        return DeviceUnreachableError(f"{doing}: no answer in time")
    if isinstance(error, BleakDeviceNotFoundError):
        return DeviceUnreachableError(f"{doing}: not found: is it on and near?")
    return DeviceUnreachableError(f"{doing}: {_words(error)}")


def _wants_pairing(error: Exception) -> bool:
    if isinstance(error, BleakDBusError):
        return error.dbus_error in PAIRING_DBUS_ERRORS or error.dbus_error_details == NOT_PAIRED_DETAIL
    return isinstance(error, BleakGATTProtocolError) and error.args[0] in PAIRING_ATT_ERRORS


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


@contextmanager
def translated(doing: str, *, adapter: bool = False) -> Iterator[None]:
    """Raise RadioErrors for what a radio can raise; anything else is a bug and passes."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, EXPECTED) and not type(error).__module__.startswith("dbus_fast"):
            raise
        raise radio_error(error, doing, adapter=adapter) from error
