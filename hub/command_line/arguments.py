"""The command line of `stridecue`: every command, option and help text. Loads nothing of what the commands do."""

from __future__ import annotations

import argparse
from importlib.metadata import PackageNotFoundError, version

from hub.command_line.argument_types import radio, runner, seconds, whole
from hub.command_line.help_text import HelpText
from hub.command_line.history_arguments import HISTORY, PAIN, add_history, add_pain
from hub.command_line.recording_arguments import IMPORT, REPLAY, add_import, add_replay
from hub.command_line.sensor_arguments import PAIR, PROFILES, SCAN, SIM, add_pair, add_profiles, add_scan, add_sim
from hub.command_line.shared_options import add_headless, add_mounts, add_mqtt_port, add_sound
from hub.command_line.watch_arguments import WATCH, add_watch
from hub.settings.config import SAMPLE
from hub.settings.folders import config_file
from hub.settings.sound_output import AUTO

_EXAMPLES = """\
  stridecue demo      then, in a second terminal, as the coach:
  stridecue watch
"""
_DEMO = """\
  stridecue demo                           in the dashboard; q quits
  stridecue demo --headless --seconds 120  as lines of text; long enough for a threshold and a cue
  stridecue demo --seed 7                  another virtual runner
  stridecue demo --runner ann              in a second terminal: joins the demo that runs; `stridecue watch` shows both

The MQTT port is printed at the start; to watch it:
  mosquitto_sub -p 1883 -t 'stridecue/#' -v
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
_DOCTOR = """\
  stridecue doctor                         one line a subject: ok, note or FAIL, and what to do

exit codes: 0 stridecue can be used, 1 what is marked FAIL must be put right first
"""
_SOUND = """\
  stridecue sound try                       every signal, the voice and the metronome, on the system's output
  stridecue sound try --words "Belt level"  with words of your own
  stridecue sound try --sound try.wav       into a file

What each sound means: docs/sound.md. Voice, volume and device: [sound] in the configuration.
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
        usage="stridecue [-h] [--version] COMMAND ...",
        description="A live hub for runners: foot pods and hip sensor in; cadence, hip drop and cues out.",
        epilog=_EXAMPLES,
        formatter_class=HelpText,
        add_help=False,
    )
    # Both are in the line of usage: the list of commands is to fit a small terminal.
    top.add_argument("-h", "--help", action="help", help=argparse.SUPPRESS)
    top.add_argument("--version", action="version", version=f"stridecue {_version()}", help=argparse.SUPPRESS)
    commands = top.add_subparsers(
        title="commands, each with a --help of its own", prog="stridecue", metavar="COMMAND ...", required=True
    )
    _demo(_command(commands, "demo", "demo", "a virtual runner over virtual Bluetooth, no hardware needed", _DEMO))
    sample = "".join(f"  {line}\n" for line in SAMPLE.splitlines())
    more = _RUN.format(path=config_file(), sample=sample)
    _run(_command(commands, "run", "live", "run with your own sensors", more))
    add_scan(_command(commands, "scan", "scan", "list the sensors near and the profile each would use", SCAN))
    add_profiles(_command(commands, "profiles", "profiles", "device profiles: list, show, check, verify", PROFILES))
    add_pair(_command(commands, "pair", "pair", "tell which sensor sits where by shaking it; remembered", PAIR))
    add_watch(_command(commands, "watch", "watch", "for coaches: every runner who publishes on a broker", WATCH))
    add_sim(_command(commands, "sim", "sim", "virtual sensors as processes of their own", SIM))
    _sound_command(_command(commands, "sound", "sound", "hear every sound a run can make", _SOUND))
    add_pain(_command(commands, "pain", "pain", "say what hurt, after a run or the next morning", PAIN))
    add_history(_command(commands, "history", "history", "earlier runs and pain: list, export, erase", HISTORY))
    doctor = _command(
        commands, "doctor", "doctor", "check what a run needs, and say what to do about the rest", _DOCTOR
    )
    _config(doctor)
    add_import(_command(commands, "import", "import_recording", "turn a CSV of samples into a recording", IMPORT))
    add_replay(_command(commands, "replay", "replay", "run a recording through the hub again", REPLAY))
    return top


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, module: str, does: str, more: str = ""
) -> argparse.ArgumentParser:
    one = commands.add_parser(
        name,
        help=does,
        description=does[0].upper() + does[1:] + ".",
        epilog=more or None,
        formatter_class=HelpText,
    )
    one.set_defaults(module=module, refuse=one.error, prog=one.prog)
    return one


def _demo(one: argparse.ArgumentParser) -> None:
    add_headless(one)
    one.add_argument("--seconds", type=seconds, metavar="N", help="end by itself after N seconds")
    one.add_argument("--seed", type=whole, metavar="N", help="which virtual runner (default 1, the next one 2 ...)")
    one.add_argument("--runner", type=runner, metavar="NAME", help="the runner's name (default demo, then demo-2 ...)")
    add_sound(one, AUTO)
    add_mqtt_port(one)


def _config(one: argparse.ArgumentParser) -> None:
    one.add_argument("--config", metavar="FILE", help=f"configuration (default: {config_file()})".replace("%", "%%"))


def _run(one: argparse.ArgumentParser) -> None:
    _config(one)
    add_headless(one)
    one.add_argument(
        "--radio",
        type=radio,
        metavar="RADIO",
        help="platform (default), virtual, or bumble:TRANSPORT such as bumble:usb:0",
    )
    add_mounts(one)
    one.add_argument("--no-record", action="store_true", help="do not record this run")
    one.add_argument("--surface", choices=SURFACES, help="what you run on, for the history")
    add_sound(one, None)


def _sound_command(one: argparse.ArgumentParser) -> None:
    parts = one.add_subparsers(metavar="PART", dest="part", required=True)
    trial = parts.add_parser("try", help="play every sound, one by one, with its meaning")
    trial.add_argument("--config", metavar="FILE", help="configuration with [sound]")
    trial.add_argument("--words", nargs="+", default=[], metavar="TEXT", help="what to say (default: three cues)")
    add_sound(trial, None)


def _version() -> str:
    try:
        return version("stridecue")
    except PackageNotFoundError:
        return "(not installed)"
