"""Options that several commands share, and the parts of a command such as `list` of `stridecue history`."""

from __future__ import annotations

import argparse
from typing import TypeVar

from hub.command_line.argument_types import add_theme, port, radio, sound_target
from hub.command_line.help_text import HelpText
from hub.settings.folders import config_file

_Parser = TypeVar("_Parser", bound=argparse.ArgumentParser)


def add_part(parts: argparse._SubParsersAction[_Parser], name: str, does: str, more: str = "") -> _Parser:
    """Add a command or part whose help begins with what it `does` and ends with `more`; `chosen` is its parser."""
    description = f"{does[0].upper()}{does[1:]}."
    one = parts.add_parser(name, help=does, description=description, epilog=more or None, formatter_class=HelpText)
    one.set_defaults(chosen=one)
    return one


def add_config(one: argparse.ArgumentParser, default: str | None = None) -> None:
    """Add the option for the configuration file."""
    usual = f"configuration file (default: {config_file()})".replace("%", "%%")
    one.add_argument("--config", metavar="FILE", default=default, help=usual)


def add_radio(one: argparse.ArgumentParser) -> None:
    """Add the option for the Bluetooth radio."""
    one.add_argument(
        "--radio",
        type=radio,
        metavar="RADIO",
        help="platform: this computer's Bluetooth (default); virtual: virtual sensors; or bumble:TRANSPORT, such as "
        "bumble:usb:0",
    )


def add_sound(one: argparse.ArgumentParser, default: str | None) -> None:
    """Add the option for the sound output; `default` None: as configured."""
    usual = "as configured, else auto" if default is None else default
    one.add_argument(
        "--sound",
        type=sound_target,
        default=default,
        metavar="OUT",
        help=f"auto (an audio device if there is one), off, or a WAV file to write (default: {usual})",
    )


def add_headless(one: argparse.ArgumentParser) -> None:
    """Add the options for plain text instead of the dashboard, and for the dashboard's theme."""
    one.add_argument(
        "--headless",
        "--plain",
        action="store_true",
        help="print lines of text instead of the dashboard; pain is shown on a terminal only, never written to a log",
    )
    add_theme(one)


def add_mqtt_port(one: argparse.ArgumentParser) -> None:
    """Add the option for the port of the loopback broker."""
    one.add_argument(
        "--mqtt-port",
        type=port,
        default=1883,
        metavar="P",
        help="port of the MQTT broker on localhost; if it is in use, the next free one (default %(default)s)",
    )


def add_mounts(one: argparse.ArgumentParser) -> None:
    """Add the option for the mounting (orientation) of sensors."""
    one.add_argument(
        "--mount",
        action="extend",
        nargs="+",
        default=[],
        metavar="PLACEMENT=AXES",
        help="sensor axes that point forward, left and up, e.g. sacrum=+x+y+z (default: estimated while running)",
    )
