"""The command line of what is done with sensors: `scan`, `profiles`, `pair`, and `sim` for virtual ones."""

from __future__ import annotations

import argparse

from hub.command_line.argument_types import moment, port, radio, seconds, whole
from hub.settings.folders import config_file

SCAN = """\
  stridecue scan                           six seconds with the system's Bluetooth
  stridecue scan --seconds 20              for sensors that advertise rarely
  stridecue scan --radio virtual           the virtual sensors of the demo
  stridecue scan --dump packets.toml --only "My pod"
                                           connect, and write down what it sends, to make a profile's examples from
"""
PROFILES = """\
A profile is one TOML file that says how a device is recognised, started and read: docs/add-a-device.md.

  stridecue profiles list                  every device that can be read, and how sure that is
  stridecue profiles show movesense.gsp    what one profile says, in plain lines
  stridecue profiles check mypod.toml      is my own right? every error names its key; its examples are decoded
  stridecue profiles verify vectors.json   decode collected byte vectors: passed, failed, not applicable

exit codes: 0 good, 1 an example or a vector failed, 2 the file cannot be used
"""
PAIR = """\
  stridecue pair                           sacrum, left foot, right foot, one after the other
  stridecue pair left_foot right_foot      only these
  stridecue pair --swap                    left is right: exchange them
  stridecue pair --show                    what is remembered
  stridecue pair --radio bumble:tcp-client:127.0.0.1:9000    with the sensors of `stridecue sim start --standing 600`

Put the sensors on a table or stand still, and shake the one that is asked for. It is known from then on by its address.
"""
SIM = """\
Virtual sensors that speak real Bluetooth GATT, as processes of their own: kill one and bring it back.

  stridecue sim start                  the air and five sensors; prints their process ids; Ctrl-C ends all
  stridecue sim air --port 9000        only the air (a Bluetooth link layer on a loopback TCP port)
  stridecue sim sensor pod --air-port 9000
  stridecue sim start --standing 600 left_foot_imu right_foot_imu sacrum_imu
                                       to try `stridecue pair` by hand: the runner stands, `kill -USR1 PID` shakes one
  stridecue run --radio bumble:tcp-client:127.0.0.1:9000
"""


def add_scan(one: argparse.ArgumentParser) -> None:
    """Add the options of `scan`."""
    one.add_argument("--config", metavar="FILE", help=f"configuration (default: {config_file()})".replace("%", "%%"))
    one.add_argument("--radio", type=radio, metavar="RADIO", help="platform (default), virtual, or bumble:TRANSPORT")
    one.add_argument(
        "--seconds", type=seconds, default=6.0, metavar="N", help="listen for N seconds (default %(default)g)"
    )
    one.add_argument("--dump", metavar="FILE", help="connect as long again, and write what comes to FILE (TOML)")
    one.add_argument(
        "--only",
        action="extend",
        nargs="+",
        default=[],
        metavar="NAME",
        help="with --dump: these devices, by name or address, known or not (default: all with a profile)",
    )


def add_profiles(one: argparse.ArgumentParser) -> None:
    """Add the parts of `profiles`."""
    parts = one.add_subparsers(metavar="PART", dest="part", required=True)
    parts.add_parser("list", help="every device that can be read")
    show = parts.add_parser("show", help="what one profile says")
    show.add_argument("id", metavar="ID", help="e.g. movesense.gsp")
    check = parts.add_parser("check", help="check a profile of your own and decode its examples")
    check.add_argument("file", metavar="FILE", help="a TOML file named after its profile.id")
    verify = parts.add_parser("verify", help="decode a file of byte vectors")
    verify.add_argument("vectors", metavar="VECTORS.json", help="the file")


def add_pair(one: argparse.ArgumentParser) -> None:
    """Add the options of `pair`."""
    parts = "sacrum (the hip sensor), left_foot, right_foot (default: all three)"
    one.add_argument("parts", nargs="*", metavar="PART", help=parts)
    one.add_argument("--config", metavar="FILE", help=f"configuration (default: {config_file()})".replace("%", "%%"))
    one.add_argument("--radio", type=radio, metavar="RADIO", help="platform (default), virtual, or bumble:TRANSPORT")
    one.add_argument(
        "--seconds", type=seconds, default=30.0, metavar="N", help="wait so long for each (default %(default)g)"
    )
    instead = one.add_mutually_exclusive_group()
    instead.add_argument("--swap", action="store_true", help="exchange left and right")
    instead.add_argument("--show", action="store_true", help="show what is remembered")
    instead.add_argument("--forget", action="store_true", help="forget all of it")


def add_sim(one: argparse.ArgumentParser) -> None:
    """Add the parts of `sim`."""
    parts = one.add_subparsers(metavar="PART", dest="part", required=True)
    start = parts.add_parser("start", help="the air and sensors, each a process, until Ctrl-C")
    start.add_argument("--port", type=port, default=9000, help="the air's port (default %(default)s)")
    start.add_argument("--seed", type=whole, default=1, metavar="N", help="which virtual runner")
    _standing(start)
    start.add_argument("sensors", nargs="*", metavar="SENSOR", help="e.g. pod strap (default: the five of the demo)")
    air = parts.add_parser("air", help="only the air: a link layer on a loopback TCP port")
    air.add_argument("--port", type=port, default=9000, help="default %(default)s")
    air.add_argument("--seed", type=whole, default=1, metavar="N", help="of the losses on the air")
    sensor = parts.add_parser("sensor", help="one sensor on an air that runs already")
    sensor.add_argument("kind", metavar="SENSOR", help="e.g. pod, left_foot_imu, sacrum_imu, strap, treadmill")
    _standing(sensor)
    sensor.add_argument("--air-port", type=port, default=9000, help="default %(default)s")
    sensor.add_argument("--seed", type=whole, default=1, metavar="N", help="which virtual runner")
    sensor.add_argument(
        "--epoch",
        type=moment,
        metavar="S",
        help="the runner's time 0 on the monotonic clock (default: now)",
    )


def _standing(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--standing",
        type=seconds,
        default=6.0,
        metavar="S",
        help="the runner stands so long first (default %(default)g)",
    )
