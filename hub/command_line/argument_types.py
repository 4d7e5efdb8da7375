"""Argument types for argparse: each parses one word or raises ArgumentTypeError that says what to write instead."""

from __future__ import annotations

import argparse
import ipaddress
import math

from drivers.radio_choice import check_radio
from hub.messages.topics import WireError, runner_slug
from hub.page.door import WEB_PORT
from hub.settings.sound_output import sound_output

THEMES = ("dark", "light", "high-contrast", "colour-blind")
"""Themes of the dashboard; `tui.look.theme` has their colours."""


def add_theme(one: argparse.ArgumentParser) -> None:
    """Add the option for the theme the dashboard starts with."""
    one.add_argument(
        "--theme",
        choices=THEMES,
        metavar="THEME",
        help=f"dashboard theme: {', '.join(THEMES)} (default: the last one chosen with the key d)",
    )


def web_address(text: str) -> tuple[str, int]:
    """Parse where to serve a page: an IP address of this machine, with or without a port."""
    host, colon, number = text.rpartition(":")
    if not colon or not number.isdecimal():
        host, number = text, str(WEB_PORT)
    try:
        return str(ipaddress.ip_address(host.strip("[]"))), port(number)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r}: expected an IP address of this machine, e.g. 192.168.1.20 or 0.0.0.0 (all); :PORT is optional"
        ) from None


def seconds(text: str) -> float:
    """Parse a duration above zero, s."""
    return _above_zero(text, "expected a number of seconds above 0, e.g. 30")


def speed(text: str) -> float | str:
    """Parse a replay speed: a number above 0 (1: real time) or `max`."""
    return text if text == "max" else _above_zero(text, "expected a number above 0 (1 is real time), or max")


def _above_zero(text: str, remedy: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r}: {remedy}")
    return value


def port(text: str) -> int:
    """Parse a TCP port."""
    value = int(text) if text.isdecimal() else 0
    if not 0 < value < 65_536:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a port, a whole number from 1 to 65535")
    return value


def whole(text: str) -> int:
    """Parse a whole number."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number") from None


def moment(text: str) -> float:
    """Parse a time of the monotonic clock, s."""
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a number of seconds") from None


def sound_target(text: str) -> str:
    """Parse where sound goes: auto, off or a WAV file."""
    try:
        return sound_output(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def radio(text: str) -> str:
    """Parse which radio to use: platform, virtual or bumble:TRANSPORT."""
    try:
        check_radio(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def runner(text: str) -> str:
    """Parse a runner's name, which is an MQTT topic segment too."""
    try:
        return runner_slug(text)
    except WireError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
