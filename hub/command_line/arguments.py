"""The command line of `stridecue`: every command, option and help text. Loads nothing of what the commands do."""

from __future__ import annotations

import argparse
from importlib.metadata import PackageNotFoundError, version

from hub.command_line.argument_types import add_theme, moment, port, radio, runner, seconds, sound_target, speed, whole
from hub.command_line.history_arguments import HISTORY, PAIN, add_history, add_pain
from hub.command_line.watch_arguments import WATCH, add_watch
from hub.settings.config import AUTO, OFF, SAMPLE
from hub.settings.folders import config_file

_EXAMPLES = """\
examples:
  stridecue demo                                   a virtual runner, in the dashboard; q quits
  stridecue demo --headless --seconds 120          the same as lines of text, with a summary at the end
  stridecue scan                                   which sensors are near, and how each would be used
  stridecue run                                    run with the sensors that are switched on
  stridecue import samples.csv.gz --out run.mcap   a table of samples becomes a recording
  stridecue replay run.mcap --jsonl -              every step, metric, threshold and cue as a line of JSON
  stridecue doctor                                 what works on this machine, and what to do about the rest

exit codes: 0 done, 1 failed at run time, 2 wrong arguments or configuration
"""
_DEMO = """\
  stridecue demo                          in the dashboard; q quits
  stridecue demo --headless --seconds 120 as lines of text; long enough for a threshold and a cue
  stridecue demo --seed 7                 another virtual runner
  stridecue demo --runner ann             in a second terminal: joins the demo that runs; `stridecue watch` shows both

The MQTT port is printed at the start; watch it with: mosquitto_sub -p 1883 -t 'stridecue/#' -v
"""
_RUN = """\
  stridecue run                                    with the sensors that are switched on
  stridecue run --headless --no-record             lines of text, nothing kept
  stridecue run --mount sacrum=+x+y+z              when you know how the sensor sits
  stridecue run --radio bumble:usb:0               a USB adapter of its own instead of the system's Bluetooth
  stridecue sim start                              in another terminal: virtual sensors, then
  stridecue run --radio bumble:tcp-client:127.0.0.1:9000

Configuration, read when it is there: {path}

{sample}
Every key: docs/configuration.md
"""
_SCAN = """\
  stridecue scan                           six seconds with the system's Bluetooth
  stridecue scan --seconds 20              for sensors that advertise rarely
  stridecue scan --radio virtual           the virtual sensors of the demo
  stridecue scan --dump packets.toml --only "My pod"
                                           connect, and write down what it sends, to make a profile's examples from
"""
_PROFILES = """\
A profile is one TOML file that says how a device is recognised, started and read: docs/add-a-device.md.

  stridecue profiles list                  every device that can be read, and how sure that is
  stridecue profiles show movesense.gsp    what one profile says, in plain lines
  stridecue profiles check mypod.toml      is my own right? every error names its key; its examples are decoded
  stridecue profiles verify vectors.json   decode collected byte vectors: passed, failed, not applicable

exit codes: 0 good, 1 an example or a vector failed, 2 the file cannot be used
"""
_PAIR = """\
  stridecue pair                           sacrum, left foot, right foot, one after the other
  stridecue pair left_foot right_foot      only these
  stridecue pair --swap                    left is right: exchange them
  stridecue pair --show                    what is remembered
  stridecue pair --radio bumble:tcp-client:127.0.0.1:9000    with the sensors of `stridecue sim start --standing 600`

Put the sensors on a table or stand still, and shake the one that is asked for. It is known from then on by its address.
"""
_DOCTOR = """\
  stridecue doctor                         one line a subject: ok, note or FAIL, and what to do

exit codes: 0 stridecue can be used, 1 what is marked FAIL must be put right first
"""
_IMPORT = """\
CSV: a column t_s, then for each sensor <sensor>_ax .. _az in m/s2 and <sensor>_gx .. _gz in rad/s; any of the six may
be missing. Where a sensor sits is read off its name (lumbar, sacrum, waist, left_shoe ...); --map says it, or `none`.

  stridecue import samples.csv.gz --out run.mcap
  stridecue import samples.csv --out run.mcap --map imu1=sacrum imu2=left_foot imu3=none
"""
_REPLAY = """\
The same path as a live run, from the packet on: the same recording gives the same lines, byte for byte.

  stridecue replay                              the newest recording in the dashboard, as fast as it was run
  stridecue replay --list                       which recordings there are: start, length, runner, name
  stridecue replay 2026-03-01T073000Z-ann       one of them; a path does as well
  stridecue replay run.mcap --jsonl steps.jsonl as fast as possible, each record a line of JSON
  stridecue replay run.mcap --jsonl - --signals lines to stdout (all else goes to stderr), with pelvis angles
  stridecue replay run.mcap --headless --speed 4 four times as fast, with MQTT, without a dashboard

keys in the dashboard: space pause, + - speed, left and right 10 s, comma and full stop (or Shift and an arrow) 60 s,
Home from the start, n and N to the next and the last cue, threshold or pain; it stays at the end until q. Going
elsewhere is quiet: no sounds, no messages for what lies between. With --jsonl it goes only forward.

each line has `type` and `t_s`: step, metric, threshold, cue, quality, attitude (--signals), and one last summary
"""
_SOUND = """\
  stridecue sound try                      every signal, the voice and the metronome, on the system's output
  stridecue sound try --words "Belt level" with words of your own
  stridecue sound try --sound try.wav      into a file

What each sound means: docs/sound.md. Voice, volume and device: [sound] in the configuration.
"""
_SIM = """\
Virtual sensors that speak real Bluetooth GATT, as processes of their own: kill one and bring it back.

  stridecue sim start                  the air and five sensors; prints their process ids; Ctrl-C ends all
  stridecue sim air --port 9000        only the air (a Bluetooth link layer on a loopback TCP port)
  stridecue sim sensor pod --air-port 9000
  stridecue sim start --standing 600 left_foot_imu right_foot_imu sacrum_imu
                                       to try `stridecue pair` by hand: the runner stands, `kill -USR1 PID` shakes one
  stridecue run --radio bumble:tcp-client:127.0.0.1:9000
"""


SURFACES = ("road", "trail", "track", "treadmill", "grass", "sand")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read a command line; what is wrong is said with the usage of the command that was meant, and ends with 2."""
    options, unknown = parser().parse_known_args(arguments)
    if unknown:
        options.refuse(f"{' '.join(unknown)}: not known here; see {options.prog} --help")
    return options


def parser() -> argparse.ArgumentParser:
    """Make the parser of the whole command line; `module` of its result names the file in `hub.commands`."""
    top = argparse.ArgumentParser(
        prog="stridecue",
        description="A live hub for runners: foot pods and hip sensor in; cadence, hip (pelvic) drop and cues out.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"stridecue {_version()}")
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    _demo(_command(commands, "demo", "demo", "a virtual runner over virtual Bluetooth, no hardware needed", _DEMO))
    sample = "".join(f"  {line}\n" for line in SAMPLE.splitlines())
    more = _RUN.format(path=config_file(), sample=sample)
    _run(_command(commands, "run", "live", "run with your own sensors", more))
    _scan(_command(commands, "scan", "scan", "list the sensors near and the profile each would use", _SCAN))
    _profiles(_command(commands, "profiles", "profiles", "device profiles: list, show, check, verify", _PROFILES))
    _pair(_command(commands, "pair", "pair", "tell which sensor sits where by shaking it; remembered", _PAIR))
    add_watch(_command(commands, "watch", "watch", "watch every runner on a broker, for coaches", WATCH))
    _sim(_command(commands, "sim", "sim", "virtual sensors as processes of their own", _SIM))
    _sound_command(_command(commands, "sound", "sound", "hear every sound a run can make", _SOUND))
    add_pain(_command(commands, "pain", "pain", "say what hurt, after a run or the next morning", PAIN))
    add_history(_command(commands, "history", "history", "earlier runs and pain: list, export, erase", HISTORY))
    _command(commands, "doctor", "doctor", "check Bluetooth, broker, audio and packages, and say what to do", _DOCTOR)
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
    one.set_defaults(module=module, refuse=one.error, prog=one.prog)
    return one


def _demo(one: argparse.ArgumentParser) -> None:
    _headless(one)
    one.add_argument("--seconds", type=seconds, metavar="N", help="end by itself after N seconds")
    one.add_argument("--seed", type=whole, metavar="N", help="which virtual runner (default 1, the next one 2 ...)")
    one.add_argument("--runner", type=runner, metavar="NAME", help="the runner's name (default demo, then demo-2 ...)")
    _sound(one, AUTO)
    _mqtt_port(one)


def _run(one: argparse.ArgumentParser) -> None:
    one.add_argument("--config", metavar="FILE", help=f"configuration (default: {config_file()})".replace("%", "%%"))
    _headless(one)
    one.add_argument(
        "--radio",
        type=radio,
        metavar="RADIO",
        help="platform (default), virtual, or bumble:TRANSPORT such as bumble:usb:0",
    )
    _mounts(one)
    one.add_argument("--no-record", action="store_true", help="do not record this run")
    one.add_argument("--surface", choices=SURFACES, help="what you run on, for the history")
    _sound(one, None)


def _scan(one: argparse.ArgumentParser) -> None:
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


def _profiles(one: argparse.ArgumentParser) -> None:
    parts = one.add_subparsers(metavar="PART", dest="part", required=True)
    parts.add_parser("list", help="every device that can be read")
    show = parts.add_parser("show", help="what one profile says")
    show.add_argument("id", metavar="ID", help="e.g. movesense.gsp")
    check = parts.add_parser("check", help="check a profile of your own and decode its examples")
    check.add_argument("file", metavar="FILE", help="a TOML file named after its profile.id")
    verify = parts.add_parser("verify", help="decode a file of byte vectors")
    verify.add_argument("vectors", metavar="VECTORS.json", help="the file")


def _pair(one: argparse.ArgumentParser) -> None:
    one.add_argument("parts", nargs="*", metavar="PART", help="sacrum, left_foot, right_foot (default: all three)")
    one.add_argument("--config", metavar="FILE", help=f"configuration (default: {config_file()})".replace("%", "%%"))
    one.add_argument("--radio", type=radio, metavar="RADIO", help="platform (default), virtual, or bumble:TRANSPORT")
    one.add_argument(
        "--seconds", type=seconds, default=30.0, metavar="N", help="wait so long for each (default %(default)g)"
    )
    instead = one.add_mutually_exclusive_group()
    instead.add_argument("--swap", action="store_true", help="exchange left and right")
    instead.add_argument("--show", action="store_true", help="show what is remembered")
    instead.add_argument("--forget", action="store_true", help="forget all of it")


def _standing(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--standing",
        type=seconds,
        default=6.0,
        metavar="S",
        help="the runner stands so long first (default %(default)g)",
    )


def _sim(one: argparse.ArgumentParser) -> None:
    parts = one.add_subparsers(metavar="PART", dest="part", required=True)
    start = parts.add_parser("start", help="the air and sensors, each a process, until Ctrl-C")
    start.add_argument("--port", type=port, default=9000, help="the air's port (default %(default)s)")
    start.add_argument("--seed", type=whole, default=1, metavar="N", help="which virtual runner")
    _standing(start)
    start.add_argument("sensors", nargs="*", metavar="SENSOR", help="which (default: five)")
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
    one.add_argument("recording", nargs="?", metavar="REC", help="its name or path (default: the newest)")
    one.add_argument("--list", action="store_true", help="which recordings there are")
    one.add_argument(
        "--speed", type=speed, metavar="1|N|max", help="default 1; max where --jsonl is given; max has no dashboard"
    )
    _headless(one)
    one.add_argument("--jsonl", metavar="OUT", help="write every record as a line of JSON; - is stdout")
    one.add_argument("--signals", action="store_true", help="with the pelvis angles at the sensor's rate")
    _sound(one, OFF)
    _mounts(one)
    _mqtt_port(one)


def _sound_command(one: argparse.ArgumentParser) -> None:
    parts = one.add_subparsers(metavar="PART", dest="part", required=True)
    trial = parts.add_parser("try", help="play every sound, one by one, with its meaning")
    trial.add_argument("--config", metavar="FILE", help="configuration with [sound]")
    trial.add_argument("--words", nargs="+", default=[], metavar="TEXT", help="what to say (default: three cues)")
    _sound(trial, None)


def _sound(one: argparse.ArgumentParser, default: str | None) -> None:
    usual = "as configured, else auto" if default is None else default
    one.add_argument(
        "--sound",
        type=sound_target,
        default=default,
        metavar="OUT",
        help=f"auto (a device if there is one), off, or a WAV file to write (default: {usual})",
    )


def _headless(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--headless",
        "--plain",
        action="store_true",
        help="no dashboard: lines of text, about pain only on a terminal, never into a log",
    )
    add_theme(one)


def _mqtt_port(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--mqtt-port",
        type=port,
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


def _version() -> str:
    try:
        return version("stridecue")
    except PackageNotFoundError:
        return "(not installed)"
