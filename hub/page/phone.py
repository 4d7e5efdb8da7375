"""How a phone gets to the page: what to type for it, who can open it then, and a code for its camera."""

from __future__ import annotations

import importlib.util
import io
import ipaddress
import shlex

from hub.page.address import own_address
from hub.settings.folders import program


def for_a_phone(*which: str) -> str | None:
    """Write the command that serves `which` broker's runners to this wifi; None: this machine is in no network."""
    own = own_address()
    return None if own is None else f"{program()} {shlex.join(['watch', '--serve', own, *which])}"


def advice(host: str, *which: str) -> str:
    """Say who can open the page of `which` broker, and what to type where a phone is to."""
    if not ipaddress.ip_address(host).is_loopback:
        return "Whoever has this address can look, and can say things to runners. It is new at every start."
    command = for_a_phone(*which)
    phone = "" if command is None else f" For a phone or tablet in this wifi: {command}"
    return f"Only this machine can open it.{phone}"


def camera_code(address: str) -> str:
    """Draw an address for a phone's camera, lines of text; empty where segno is not installed."""
    if importlib.util.find_spec("segno") is None:
        return ""
    import segno

    drawn = io.StringIO()
    segno.make(address, error="l", micro=False).terminal(out=drawn, border=2, compact=True)
    return drawn.getvalue()
