"""The command line of `stridecue`: every command, option and help text. Loads nothing of what the commands do."""

from __future__ import annotations

import argparse
from importlib.metadata import PackageNotFoundError, version

from drivers.radio_choice import check_radio

_EXAMPLES = """\
examples:
  stridecue demo                                   a virtual runner, in the dashboard; q quits
  stridecue demo --headless --seconds 30           the same as lines of text, with a summary at the end
  stridecue scan                                   which sensors are near, and how each would be used
  stridecue run                                    run with the sensors that are switched on
  stridecue import samples.csv.gz --out run.mcap   a table of samples becomes a recording
  stridecue replay run.mcap --jsonl -              every step, metric, threshold and cue as a line of JSON
  stridecue doctor                                 what works on this machine, and what to do about the rest

exit codes: 0 done, 1 failed at run time, 2 wrong arguments or configuration
"""
_IMPORT = """\
CSV: a column t_s, then for each sensor <sensor>_ax .. _az in m/s2 and <sensor>_gx .. _gz in rad/s; any of the six may
be missing. Where a sensor sits is read off its name (lumbar, sacrum, waist, left_shoe ...); --map says it, or `none`.

  stridecue import samples.csv.gz --out run.mcap
  stridecue import samples.csv --out run.mcap --map imu1=sacrum imu2=left_foot imu3=none
"""
_REPLAY = """\
The same path as a live run, from the packet on: the same recording gives the same lines, byte for byte.

  stridecue replay run.mcap                     in the dashboard, as fast as it was run
  stridecue replay run.mcap --jsonl steps.jsonl as fast as possible, each record a line of JSON
  stridecue replay run.mcap --jsonl - --signals lines to stdout (all else goes to stderr), with pelvis angles
  stridecue replay run.mcap --headless --speed 4 four times as fast, with MQTT, without a dashboard

each line has `type` and `t_s`: step, metric, threshold, cue, quality, attitude (--signals), and one last summary
"""
_SIM = """\
Virtual sensors that speak real Bluetooth GATT, as processes of their own: kill one and bring it back.

  stridecue sim start                  the air and five sensors; prints their process ids; Ctrl-C ends all
  stridecue sim air --port 9000        only the air (a Bluetooth link layer on a loopback TCP port)
  stridecue sim sensor pod --air-port 9000
  stridecue run --radio bumble:tcp-client:127.0.0.1:9000
"""


def parser() -> argparse.ArgumentParser:
    """Make the parser of the whole command line; `module` of its result names the file in `hub.commands`."""
    top = argparse.ArgumentParser(
        prog="stridecue",
        description="A live hub for runners: foot pods and a hip sensor in; cadence, pelvic drop and cues out.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"stridecue {_version()}")
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    _demo(_command(commands, "demo", "demo", "a virtual runner over virtual Bluetooth, no hardware needed"))
    _run(_command(commands, "run", "live", "run with your own sensors"))
    _scan(_command(commands, "scan", "scan", "list the sensors near and the profile each would use"))
    _sim(_command(commands, "sim", "sim", "virtual sensors as processes of their own", _SIM))
    _command(commands, "doctor", "doctor", "check Bluetooth, broker, audio and packages, and say what to do")
    _import(_command(commands, "import", "import_recording", "turn a CSV of samples into a recording", _IMPORT))
    _replay(_command(commands, "replay", "replay", "run a recording through the hub again", _REPLAY))
    return top


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, module: str, does: str, more: str = ""
) -> argparse.ArgumentParser:
    one = commands.add_parser(
        name,
        help=does,
        description=does[0].upper() + does[1:] + ".",
        epilog=more or None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    one.set_defaults(module=module)
    return one


def _demo(one: argparse.ArgumentParser) -> None:
    _headless(one)
    one.add_argument("--seconds", type=_positive, metavar="N", help="end by itself after N seconds")
    one.add_argument("--seed", type=int, default=1, metavar="N", help="which virtual runner (default %(default)s)")
    _mqtt_port(one)


def _run(one: argparse.ArgumentParser) -> None:
    one.add_argument("--config", metavar="FILE", help="configuration (default: config.toml in the user's folder)")
    _headless(one)
    one.add_argument(
        "--radio",
        type=_radio,
        metavar="RADIO",
        help="platform (default), virtual, or bumble:TRANSPORT such as bumble:usb:0",
    )
    _mounts(one)
    one.add_argument("--no-record", action="store_true", help="do not record this run")


def _scan(one: argparse.ArgumentParser) -> None:
    one.add_argument("--config", metavar="FILE", help="configuration (default: config.toml in the user's folder)")
    one.add_argument("--radio", type=_radio, metavar="RADIO", help="platform (default), virtual, or bumble:TRANSPORT")
    one.add_argument(
        "--seconds", type=_positive, default=6.0, metavar="N", help="listen for N seconds (default %(default)g)"
    )


def _sim(one: argparse.ArgumentParser) -> None:
    parts = one.add_subparsers(metavar="PART", dest="part", required=True)
    start = parts.add_parser("start", help="the air and sensors, each a process, until Ctrl-C")
    start.add_argument("--port", type=_port, default=9000, help="the air's port (default %(default)s)")
    start.add_argument("--seed", type=int, default=1, metavar="N", help="which virtual runner")
    start.add_argument("sensors", nargs="*", metavar="SENSOR", help="which (default: five)")
    air = parts.add_parser("air", help="only the air: a link layer on a loopback TCP port")
    air.add_argument("--port", type=_port, default=9000, help="default %(default)s")
    air.add_argument("--seed", type=int, default=1, metavar="N", help="of the losses on the air")
    sensor = parts.add_parser("sensor", help="one sensor on an air that runs already")
    sensor.add_argument("kind", metavar="SENSOR", help="e.g. pod, left_foot_imu, sacrum_imu, strap, treadmill")
    sensor.add_argument("--air-port", type=_port, default=9000, help="default %(default)s")
    sensor.add_argument("--seed", type=int, default=1, metavar="N", help="which virtual runner")
    sensor.add_argument(
        "--epoch", type=float, metavar="S", help="the runner's time 0 on this machine's monotonic clock (default: now)"
    )


def _import(one: argparse.ArgumentParser) -> None:
    one.add_argument("csv", metavar="SAMPLES.csv[.gz]", help="the table")
    one.add_argument("--out", required=True, metavar="REC", help="the recording to write")
    one.add_argument(
        "--map",
        action="extend",
        nargs="+",
        default=[],
        metavar="SENSOR=PLACEMENT",
        help="where a sensor sits, or `none` to leave it out",
    )


def _replay(one: argparse.ArgumentParser) -> None:
    one.add_argument("recording", metavar="REC", help="the recording")
    one.add_argument(
        "--speed", type=_speed, metavar="1|N|max", help="default 1; max where --jsonl is given; max has no dashboard"
    )
    _headless(one)
    one.add_argument("--jsonl", metavar="OUT", help="write every record as a line of JSON; - is stdout")
    one.add_argument("--signals", action="store_true", help="with the pelvis angles at the sensor's rate")
    _mounts(one)
    _mqtt_port(one)


def _headless(one: argparse.ArgumentParser) -> None:
    one.add_argument("--headless", action="store_true", help="no dashboard: lines of text")


def _mqtt_port(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--mqtt-port",
        type=_port,
        default=1883,
        metavar="P",
        help="the broker's port on loopback, the next free one when busy (default %(default)s)",
    )


def _mounts(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--mount",
        action="extend",
        nargs="+",
        default=[],
        metavar="PLACEMENT=AXES",
        help="sensor axes that point forward, left, up, e.g. sacrum=+x+y+z (default: found while running)",
    )


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r}: a number above 0")
    return value


def _port(text: str) -> int:
    value = int(text)
    if not 0 < value < 65_536:
        raise argparse.ArgumentTypeError(f"{text!r}: a port is 1 to 65535")
    return value


def _speed(text: str) -> float | str:
    return text if text == "max" else _positive(text)


def _radio(text: str) -> str:
    try:
        check_radio(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def _version() -> str:
    try:
        return version("stridecue")
    except PackageNotFoundError:
        return "(not installed)"
