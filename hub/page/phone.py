"""How a phone reaches the page: the command to type, who can open the page then, and a QR code."""

from __future__ import annotations

import importlib.util
import io
import ipaddress
import shlex

from hub.page.address import own_address
from hub.settings.folders import program


def for_a_phone(*which: str) -> str | None:
    """Return the command that serves the runners chosen by `which` to this network; None without a network."""
    own = own_address()
    return None if own is None else f"{program()} {shlex.join(['watch', '--serve', own, *which])}"


def advice(host: str, *which: str) -> str:
    """Return who can open the page served on `host`, and on loopback the command that lets a phone in."""
    if not ipaddress.ip_address(host).is_loopback:
        return "Anyone with this address can watch, and can send messages to runners. It changes at every start."
    command = for_a_phone(*which)
    phone = "" if command is None else f" For a phone or tablet on this Wi-Fi: {command}"
    return f"Only this machine can open it.{phone}"


def camera_code(address: str) -> str:
    """Return an address as a QR code of several lines of text; empty if segno is not installed."""
    if importlib.util.find_spec("segno") is None:
        return ""
    import segno

    drawn = io.StringIO()
    segno.make(address, error="l", micro=False).terminal(out=drawn, border=2, compact=True)
    return drawn.getvalue()
