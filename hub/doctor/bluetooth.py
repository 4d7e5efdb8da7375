"""Check Bluetooth: on Linux its parts one by one, then a real scan."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path

from drivers.errors import RadioError
from drivers.radio_choice import PLATFORM, VIRTUAL, open_radio
from hub.doctor.finding import Finding, Verdict

TIMEOUT_S = 8.0
LISTEN_S = 0.5
_SYSTEM_BUS = Path("/run/dbus/system_bus_socket")
_SUBJECT = "bluetooth"
_WITHOUT = "; `stridecue demo` and `replay` work without"


def check_bluetooth(radio: str = PLATFORM) -> Finding:
    """Scan for LISTEN_S with the radio of the configuration."""
    if radio != PLATFORM:
        return _check_other(radio)
    if sys.platform == "linux":
        if shutil.which("bluetoothctl") is None:
            return _unusable("BlueZ is not installed", "sudo apt install bluez")
        if not _SYSTEM_BUS.exists():
            return _unusable(
                f"no D-Bus system bus at {_SYSTEM_BUS}", "sudo systemctl start dbus (containers have none)"
            )
    try:
        heard = asyncio.run(_listen(PLATFORM))
    except RadioError as error:
        message = str(error).removesuffix(": run `stridecue doctor`")
        return _unusable(
            message, "sudo systemctl enable --now bluetooth; rfkill unblock bluetooth; bluetoothctl power on"
        )
    except TimeoutError:
        return _unusable("the system's Bluetooth does not answer", "restart the Bluetooth service")
    return Finding(_SUBJECT, Verdict.OK, f"works: {heard} devices heard in {LISTEN_S:g} s")


def _unusable(message: str, remedy: str) -> Finding:
    return Finding(_SUBJECT, Verdict.NOTE, f"not usable: {message}", remedy + _WITHOUT)


def _check_other(radio: str) -> Finding:
    if radio == VIRTUAL:
        return Finding(_SUBJECT, Verdict.OK, "radio virtual, as configured: virtual sensors")
    try:
        heard = asyncio.run(_listen(radio))
    except (RadioError, TimeoutError) as error:
        message = str(error).removesuffix(": run `stridecue doctor`") or f"radio {radio}: no answer"
        return Finding(
            _SUBJECT,
            Verdict.BROKEN,
            message,
            "set radio.provider in the configuration to platform or another radio",
        )
    return Finding(_SUBJECT, Verdict.OK, f"radio {radio} works: {heard} devices heard in {LISTEN_S:g} s")


async def _listen(name: str) -> int:
    async with asyncio.timeout(TIMEOUT_S), open_radio(name) as radio:
        return len(await radio.scan(LISTEN_S))
