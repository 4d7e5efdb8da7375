"""The command line of `stridecue scan`, `profiles`, `pair` and `sim`."""

from __future__ import annotations

import argparse

from hub.command_line.argument_types import moment, port, seconds, whole
from hub.command_line.shared_options import add_config, add_part, add_radio

SCAN = """\
examples:
  stridecue scan                           listen for six seconds with this computer's Bluetooth
  stridecue scan --seconds 20              listen longer, for sensors that advertise rarely
  stridecue scan --radio virtual           list the virtual sensors of the demo
  stridecue scan --dump packets.toml --only "My pod"
                                           connect and save what it sends, as examples for a profile
"""
PROFILES = """\
A profile is a TOML file that says how a device is recognised, started and decoded: docs/add-a-device.md.

examples:
  stridecue profiles list                  list the supported devices, and how well each is verified
  stridecue profiles show movesense.gsp    show one profile in plain text
  stridecue profiles check mypod.toml      check your own profile and decode its examples; errors name the key
  stridecue profiles verify vectors.json   decode collected byte vectors: passed, failed, not applicable

exit codes: 0 valid, 1 an example or vector failed, 2 the file cannot be used
"""
PAIR = """\
Put the sensors on a table, or wear them and stand still; then shake the one you are asked for. It is remembered by its
Bluetooth address.

examples:
  stridecue pair                           pair sacrum, left foot and right foot, one after the other
  stridecue pair left_foot right_foot      pair only these
  stridecue pair --swap                    swap left and right
  stridecue pair --show                    show the current pairing
  stridecue pair --radio bumble:tcp-client:127.0.0.1:9000    try it with `stridecue sim start --standing 600`

Virtual sensors have a pairing of their own, used only with virtual radios: yours stays as it is.
"""
SIM = """\
Virtual sensors speak real Bluetooth GATT over a virtual air (radio link). Each is a process of its own, so that you
can kill one and restart it.

examples:
  stridecue sim start                             start the air and five sensors, print their process ids; Ctrl-C stops
                                                  all
  stridecue run --radio bumble:tcp-client:127.0.0.1:9000
                                                  in another terminal: a run with them, kept apart from your own
  stridecue sim start --standing 600 left_foot_imu right_foot_imu sacrum_imu
                                                  to try `stridecue pair`: the runner stands, `kill -USR1 PID` shakes a
                                                  sensor
  stridecue sim air --port 9000                   start only the air (a Bluetooth link layer on a loopback TCP port)
  stridecue sim sensor pod --air-port 9000        start one sensor on it

sensors: pod, left_foot_imu, right_foot_imu, sacrum_imu, strap, treadmill
"""


def add_scan(one: argparse.ArgumentParser) -> None:
    """Add the options of `scan`."""
    add_config(one)
    add_radio(one)
    one.add_argument(
        "--seconds", type=seconds, default=6.0, metavar="N", help="listen for N seconds (default %(default)g)"
    )
    one.add_argument("--dump", metavar="FILE", help="then connect for as long, and save the packets to FILE (TOML)")
    one.add_argument(
        "--only",
        action="extend",
        nargs="+",
        default=[],
        metavar="NAME",
        help="with --dump: only these devices, by name or address, even without a profile (default: all that have one)",
    )


def add_profiles(one: argparse.ArgumentParser) -> None:
    """Add the parts of `profiles`."""
    parts = one.add_subparsers(title="commands", metavar="COMMAND", dest="part", required=True)
    add_part(parts, "list", "list the supported devices and how well each is verified", PROFILES)
    show = add_part(parts, "show", "show one profile in plain text", PROFILES)
    show.add_argument("id", metavar="ID", help="profile id, e.g. movesense.gsp")
    check = add_part(parts, "check", "check your own profile and decode its examples", PROFILES)
    check.add_argument("file", metavar="FILE", help="a TOML file named after its profile.id")
    verify = add_part(parts, "verify", "decode a file of byte vectors", PROFILES)
    verify.add_argument("vectors", metavar="VECTORS.json", help="JSON with the bytes of packets and what they mean")


def add_pair(one: argparse.ArgumentParser) -> None:
    """Add the options of `pair`."""
    parts = "what to pair: sacrum (the hip sensor), left_foot, right_foot (default: all three)"
    one.add_argument("parts", nargs="*", metavar="PART", help=parts)
    add_config(one)
    add_radio(one)
    one.add_argument(
        "--seconds", type=seconds, default=30.0, metavar="N", help="wait up to N seconds for each (default %(default)g)"
    )
    instead = one.add_mutually_exclusive_group()
    instead.add_argument("--swap", action="store_true", help="swap left and right")
    instead.add_argument("--show", action="store_true", help="show the current pairing")
    instead.add_argument(
        "--forget", action="store_true", help="forget the pairing (with --radio: only the one used with it)"
    )


def add_sim(one: argparse.ArgumentParser) -> None:
    """Add the parts of `sim`."""
    parts = one.add_subparsers(title="commands", metavar="COMMAND", dest="part", required=True)
    start = add_part(parts, "start", "start the virtual air and its sensors, until Ctrl-C", SIM)
    start.add_argument("--port", type=port, default=9000, metavar="P", help="TCP port of the air (default %(default)s)")
    start.add_argument("--seed", type=whole, default=1, metavar="N", help="which virtual runner (default %(default)s)")
    _standing(start)
    start.add_argument("sensors", nargs="*", metavar="SENSOR", help="e.g. pod strap (default: all but right_foot_imu)")
    air = add_part(parts, "air", "start only the virtual air, a Bluetooth link layer on a loopback TCP port", SIM)
    air.add_argument("--port", type=port, default=9000, metavar="P", help="TCP port to listen on (default %(default)s)")
    air.add_argument(
        "--seed", type=whole, default=1, metavar="N", help="seed of the packet losses (default %(default)s)"
    )
    sensor = add_part(parts, "sensor", "start one sensor on an air that is already running", SIM)
    sensor.add_argument("kind", metavar="SENSOR", help="one of those listed below")
    _standing(sensor)
    sensor.add_argument(
        "--air-port", type=port, default=9000, metavar="P", help="TCP port of the air (default %(default)s)"
    )
    sensor.add_argument("--seed", type=whole, default=1, metavar="N", help="which virtual runner (default %(default)s)")
    sensor.add_argument(
        "--epoch",
        type=moment,
        metavar="S",
        help="when the virtual runner starts, on the monotonic clock (default: now)",
    )


def _standing(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--standing",
        type=seconds,
        default=6.0,
        metavar="S",
        help="the runner stands still for S seconds first (default %(default)g)",
    )
