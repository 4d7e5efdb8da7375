"""The command line of `stridecue watch`."""

from __future__ import annotations

import argparse

from hub.command_line.argument_types import add_theme, port, runner, web_address
from hub.page.address import LOOPBACK
from hub.page.door import WEB_PORT

WATCH = """\
Runners who need attention are listed first. Nothing has to be configured per runner.

examples:
  stridecue watch                                  the broker of your configuration, else this machine's
  stridecue watch --broker mqtt://gym.local:1883   another broker (mqtt, mqtts, ws, wss)
  stridecue watch --broker mqtts://club.example --user coach --password-file ~/.coach
  stridecue watch --plain                          lines of text, for screen readers and logs
  stridecue watch --serve                          in a browser on this machine; prints the address
  stridecue watch --serve 0.0.0.0                  for a phone or tablet on the same Wi-Fi too; prints the address and a
                                                   QR code. Anyone who has the address can watch and
                                                   send messages

keys: Enter shows one runner in full, Esc goes back, n sends a message to the runner, a asks whether something hurts, m
mutes, u unmutes, k marks this moment, w opens this page in a browser, d changes the theme (dark, light, high contrast,
colour-blind), ? explains every number, q quits
"""


def add_watch(one: argparse.ArgumentParser) -> None:
    """Add the options of `watch`."""
    one.add_argument(
        "--broker",
        metavar="URL",
        help="URL of the broker: mqtt://, mqtts://, ws:// or wss://host[:port] (default: mqtt.url of your "
        "configuration, else the hub on this machine)",
    )
    one.add_argument("--user", metavar="NAME", help="user name at the broker")
    one.add_argument(
        "--password-file", metavar="FILE", help="file that holds only the password (or set STRIDECUE_MQTT_PASSWORD)"
    )
    one.add_argument("--ca-file", metavar="FILE", help="CA certificates to trust (mqtts and wss)")
    one.add_argument(
        "--port",
        type=port,
        metavar="P",
        help="port of a hub on this machine; overrides the configuration (default: mqtt.port there, 1883)",
    )
    one.add_argument("--runner", type=runner, metavar="NAME", help="show only this runner (default: all)")
    add_theme(one)
    one.add_argument("--plain", action="store_true", help="print lines of text instead of the dashboard")
    one.add_argument(
        "--serve",
        type=web_address,
        nargs="?",
        const=(LOOPBACK, WEB_PORT),
        metavar="ADDRESS[:PORT]",
        help=f"serve the dashboard to browsers, without internet (default {LOOPBACK}:{WEB_PORT}: this machine only)",
    )
