"""The command line of `stridecue watch`."""

from __future__ import annotations

import argparse

from hub.argument_types import port, runner

WATCH = """\
Every runner who publishes on a broker, those who need somebody on top. Nothing is configured per runner.

  stridecue watch                                  the broker of your configuration, else the hub on this machine
  stridecue watch --broker mqtt://gym.local:1883   a broker elsewhere (mqtt, mqtts, ws, wss)
  stridecue watch --broker mqtts://club.example --user coach --password-file ~/.coach
  stridecue watch --plain                          lines of text: for screen readers and logs

keys: Enter one runner in full, Esc back, n say something to the runner, a ask whether something hurts, m mute, q quit
"""


def add_watch(one: argparse.ArgumentParser) -> None:
    """Add the options of `watch`."""
    one.add_argument("--broker", metavar="URL", help="mqtt://, mqtts://, ws:// or wss://host[:port]")
    one.add_argument("--user", metavar="NAME", help="login at the broker")
    one.add_argument("--password-file", metavar="FILE", help="holds only the password (or set STRIDECUE_MQTT_PASSWORD)")
    one.add_argument("--ca-file", metavar="FILE", help="certificates to trust with mqtts and wss")
    one.add_argument(
        "--port", type=port, default=1883, metavar="P", help="of a hub on this machine (default %(default)s)"
    )
    one.add_argument("--runner", type=runner, metavar="NAME", help="only this runner")
    one.add_argument("--plain", action="store_true", help="lines of text instead of the dashboard")
