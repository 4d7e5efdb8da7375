"""Translate errors of bleak, D-Bus, Bumble and sockets into RadioErrors, on whose type callers branch."""

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
"""BlueZ 5.66 returns org.bluez.Error.Failed with this text for a connect on a powered-off adapter."""

BUSY_DBUS_ERROR = "org.bluez.Error.InProgress"

PAIRING_DBUS_ERRORS = frozenset(
    f"org.bluez.Error.{why}"
    for why in ("AuthenticationFailed", "AuthenticationCanceled", "AuthenticationRejected", "AuthenticationTimeout")
)
"""Without an agent, as on a headless machine, BlueZ 5.66 returns AuthenticationFailed."""

NOT_PAIRED_DETAIL = "Not paired"
"""BlueZ 5.66 maps the ATT errors below to org.bluez.Error.NotPermitted with this text; bleak 3.1 passes it on."""

PAIRING_ATT_ERRORS = frozenset(
    {
        BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHENTICATION,
        BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHORIZATION,
        BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION,
        BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION_KEY_SIZE,
    }
)
PAIRING = (
    "it must be paired first. On Linux, also over SSH: stop this run, start `bluetoothctl`, and there `agent on`, "
    "`scan on`, `pair ADDRESS` (confirm the prompts), `trust ADDRESS`, `quit`; elsewhere, pair it in the system's "
    "Bluetooth settings"
)

ADVICE = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: "plug in or enable a Bluetooth adapter",
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: "this adapter does not support Bluetooth LE: use another",
    BleakBluetoothNotAvailableReason.POWERED_OFF: "switch Bluetooth on",
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: "allow Bluetooth for this program in the system settings",
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: "the system's policy forbids Bluetooth",
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: "allow Bluetooth for this program in the system settings",
}

NO_SERVICE = "install and start BlueZ and D-Bus, or try `stridecue demo`; `stridecue doctor` says more"
"""For a missing D-Bus socket: a container, or a system without BlueZ."""

EXPECTED = (BleakError, RadioError, TimeoutError, OSError, EOFError)
"""Plus errors of dbus_fast, which are matched by module name because the package exists on Linux only."""


def radio_error(error: Exception, doing: str, *, adapter: bool = False) -> RadioError:
    """Translate `error`, which occurred while `doing` something, into a RadioError with advice for the user.

    adapter  the operation concerned the adapter itself, not a device
    """
    if isinstance(error, RadioError):
        return error
    if isinstance(error, BleakBluetoothNotAvailableError):
        advice = ADVICE.get(error.reason, "run `stridecue doctor`")
        return AdapterDownError(f"{doing}: {error.args[0]}: {advice}")
    if isinstance(error, BleakDBusError) and (
        error.dbus_error in ADAPTER_DBUS_ERRORS or ADAPTER_OFF_DETAIL in (error.dbus_error_details or "")
    ):
        return AdapterDownError(f"{doing}: {error}: check that Bluetooth is on and its service is running")
    if isinstance(error, BleakDBusError) and error.dbus_error == BUSY_DBUS_ERROR:
        return AdapterBusyError(f"{doing}: {error}: another program is using the adapter, or it needs a reset")
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
    """Translate expected radio errors into RadioErrors; anything else is a bug and propagates unchanged."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, EXPECTED) and not type(error).__module__.startswith("dbus_fast"):
            raise
        raise radio_error(error, doing, adapter=adapter) from error
