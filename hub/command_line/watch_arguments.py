"""The command line of `stridecue watch`."""

from __future__ import annotations

import argparse

from hub.command_line.argument_types import add_theme, port, runner, web_address
from hub.page.address import LOOPBACK
from hub.page.door import WEB_PORT

WATCH = """\
Every runner who publishes on a broker, those who need somebody on top. Nothing is configured per runner.

  stridecue watch                                  the broker of your configuration, else the hub on this machine
  stridecue watch --broker mqtt://gym.local:1883   a broker elsewhere (mqtt, mqtts, ws, wss)
  stridecue watch --broker mqtts://club.example --user coach --password-file ~/.coach
  stridecue watch --plain                          lines of text: for screen readers and logs
  stridecue watch --serve                          in a browser on this machine; prints the address
  stridecue watch --serve 0.0.0.0                  for a phone or tablet in the same wifi too: prints the address, and a
                                                   code for its camera; who has the address can look

keys: Enter one runner in full, Esc back, n say something to the runner, a ask whether something hurts, m mute,
u unmute, k mark this moment, w this page in a browser, d another look (dark, light, high contrast, colour-blind),
? what every number means, q quit
"""


def add_watch(one: argparse.ArgumentParser) -> None:
    """Add the options of `watch`."""
    one.add_argument("--broker", metavar="URL", help="mqtt://, mqtts://, ws:// or wss://host[:port]")
    one.add_argument("--user", metavar="NAME", help="login at the broker")
    one.add_argument("--password-file", metavar="FILE", help="holds only the password (or set STRIDECUE_MQTT_PASSWORD)")
    one.add_argument("--ca-file", metavar="FILE", help="certificates to trust with mqtts and wss")
    one.add_argument(
        "--port",
        type=port,
        metavar="P",
        help="of a hub on this machine, whatever the configuration says (default 1883)",
    )
    one.add_argument("--runner", type=runner, metavar="NAME", help="only this runner")
    add_theme(one)
    one.add_argument("--plain", action="store_true", help="lines of text instead of the dashboard")
    one.add_argument(
        "--serve",
        type=web_address,
        nargs="?",
        const=(LOOPBACK, WEB_PORT),
        metavar="ADDRESS[:PORT]",
        help=f"in a browser, needs no internet (default {LOOPBACK}:{WEB_PORT}: only this machine)",
    )
