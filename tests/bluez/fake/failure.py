"""Error replies of the fake, and faults that a test injects."""

from __future__ import annotations

from collections import defaultdict, deque

from bumble.att import ATT_Error, ErrorCode

IN_PROGRESS = ("org.bluez.Error.InProgress", "Operation already in progress")
NOT_READY = ("org.bluez.Error.NotReady", "Resource Not Ready")
ABORTED = ("org.bluez.Error.Failed", "le-connection-abort-by-local")
ADAPTER_OFF = ("org.bluez.Error.Failed", "Input/output error")
NOT_CONNECTED = ("org.bluez.Error.Failed", "Not connected")
NOT_PAIRED = ("org.bluez.Error.NotPermitted", "Not paired")
NO_AGENT = ("org.bluez.Error.AuthenticationFailed", "Authentication Failed")
FORGOTTEN = ("org.freedesktop.DBus.Error.UnknownObject", 'Method "Connect" doesn\'t exist')
NO_DISCOVERY = ("org.bluez.Error.Failed", "No discovery started")

BY_ATT_CODE = {
    ErrorCode.READ_NOT_PERMITTED: ("org.bluez.Error.NotPermitted", "Read not permitted"),
    ErrorCode.WRITE_NOT_PERMITTED: ("org.bluez.Error.NotPermitted", "Write not permitted"),
    ErrorCode.INSUFFICIENT_AUTHENTICATION: NOT_PAIRED,
    ErrorCode.INSUFFICIENT_ENCRYPTION: NOT_PAIRED,
}


class BluezError(Exception):
    """An error reply: D-Bus name and text as in BlueZ 5.66."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"{name}: {text}")
        self.name = name
        self.text = text


class NoAnswerError(Exception):
    """The daemon hangs: the call never returns."""


def from_att(error: ATT_Error) -> BluezError:
    """Return the D-Bus error that BlueZ gives for an ATT error."""
    known = BY_ATT_CODE.get(ErrorCode(error.error_code)) if error.error_code in set(ErrorCode) else None
    return BluezError(
        *(known or ("org.bluez.Error.Failed", f"Operation failed with ATT error: 0x{error.error_code:02x}"))
    )


class Faults:
    """Injected failures by method: `faults.next("Device1.Connect", IN_PROGRESS, times=2)`.

    calls       number of calls of each method so far
    unanswered  number of the next calls that are never answered
    """

    def __init__(self) -> None:
        self._waiting: dict[str, deque[tuple[str, str]]] = defaultdict(deque)
        self.calls: dict[str, int] = defaultdict(int)
        self.unanswered: dict[str, int] = defaultdict(int)

    def next(self, method: str, error: tuple[str, str], times: int = 1) -> None:
        """Make the next calls of `method` fail."""
        self._waiting[method].extend([error] * times)

    def meet(self, method: str) -> BluezError | NoAnswerError | None:
        """Count a call; return the failure injected for it, if any."""
        self.calls[method] += 1
        if self.unanswered[method] > 0:
            self.unanswered[method] -= 1
            return NoAnswerError()
        return BluezError(*self._waiting[method].popleft()) if self._waiting[method] else None
