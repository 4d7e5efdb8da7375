"""Options that several commands of `stridecue` have."""

from __future__ import annotations

import argparse

from hub.command_line.argument_types import add_theme, port, sound_target


def add_sound(one: argparse.ArgumentParser, default: str | None) -> None:
    """Add where sound goes; `default` None: as configured."""
    usual = "as configured, else auto" if default is None else default
    one.add_argument(
        "--sound",
        type=sound_target,
        default=default,
        metavar="OUT",
        help=f"auto (a device if there is one), off, or a WAV file to write (default: {usual})",
    )


def add_headless(one: argparse.ArgumentParser) -> None:
    """Add the option for lines of text, and the look of the dashboard."""
    one.add_argument(
        "--headless",
        "--plain",
        action="store_true",
        help="no dashboard: lines of text, about pain only on a terminal, never into a log",
    )
    add_theme(one)


def add_mqtt_port(one: argparse.ArgumentParser) -> None:
    """Add the port of the loopback broker."""
    one.add_argument(
        "--mqtt-port",
        type=port,
        default=1883,
        metavar="P",
        help="the broker's port on loopback, the next free one when busy (default %(default)s)",
    )


def add_mounts(one: argparse.ArgumentParser) -> None:
    """Add how sensors sit."""
    one.add_argument(
        "--mount",
        action="extend",
        nargs="+",
        default=[],
        metavar="PLACEMENT=AXES",
        help="sensor axes that point forward, left, up, e.g. sacrum=+x+y+z (default: found while running)",
    )
