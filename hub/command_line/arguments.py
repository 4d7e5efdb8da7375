"""The command line of `stridecue`: every command, option and help text; imports none of the commands themselves."""

from __future__ import annotations

import argparse
from importlib.metadata import PackageNotFoundError, version

from hub.command_line.argument_types import runner, seconds, whole
from hub.command_line.command_parser import CommandParser
from hub.command_line.help_text import HelpText
from hub.command_line.history_arguments import HISTORY, PAIN, add_history, add_pain
from hub.command_line.recording_arguments import IMPORT, REPLAY, add_import, add_replay
from hub.command_line.sensor_arguments import PAIR, PROFILES, SCAN, SIM, add_pair, add_profiles, add_scan, add_sim
from hub.command_line.shared_options import (
    add_config,
    add_headless,
    add_mounts,
    add_mqtt_port,
    add_part,
    add_radio,
    add_sound,
)
from hub.command_line.watch_arguments import WATCH, add_watch
from hub.settings.config import SAMPLE
from hub.settings.folders import config_file
from hub.settings.sound_output import AUTO

_EXAMPLES = """\
examples:
  stridecue demo      start here; in another terminal:
  stridecue watch     what a coach sees of it
"""
_DEMO = """\
examples:
  stridecue demo                           show the dashboard; q quits
  stridecue demo --headless --seconds 120  print lines of text, long enough for a threshold and a cue
  stridecue demo --seed 7                  another virtual runner
  stridecue demo --runner ann              in a second terminal: joins the running demo; `stridecue watch` shows both

The MQTT port is printed at the start. To see the messages:
  mosquitto_sub -p 1883 -t 'stridecue/#' -v
"""
_RUN = """\
examples:
  stridecue run                                    use the sensors that are switched on
  stridecue run --headless --no-record             print lines of text, record nothing
  stridecue run --mount sacrum=+x+y+z              state how the hip sensor is mounted
  stridecue run --radio bumble:usb:0               use a separate USB adapter instead of this computer's Bluetooth
  stridecue sim start                              in another terminal: start virtual sensors, then
  stridecue run --radio bumble:tcp-client:127.0.0.1:9000

A run starts by itself once you run, and ends with q (dashboard) or Ctrl-C.

Configuration file, optional: {path}

{sample}
All keys: docs/configuration.md
"""
_DOCTOR = """\
examples:
  stridecue doctor                         one line per check: ok, note or FAIL, and how to fix it

exit codes: 0 stridecue can be used, 1 fix what is marked FAIL first
"""
_SOUND = """\
examples:
  stridecue sound try                       play every signal, the voice and the metronome
  stridecue sound try --words "Belt level"  speak your own words
  stridecue sound try --sound try.wav       write it all to a file

What each sound means: docs/sound.md. Voice, volume and device: [sound] in the configuration.
"""


SURFACES = ("road", "trail", "track", "treadmill", "grass", "sand")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Parse a command line; on an error, print it with the usage of the chosen command and exit with 2."""
    top = parser()
    options, unknown = top.parse_known_args(arguments)
    if unknown:
        options.chosen.error(f"unrecognized arguments: {' '.join(unknown)}")
    if options.chosen is top:
        top.exit_with_help()
    return options


def parser() -> CommandParser:
    """Return the parser of the whole command line; `module` of its result names the file in `hub.commands`."""
    top = CommandParser(
        prog="stridecue",
        usage="stridecue [-h] [--version] COMMAND ...",
        description="Live gait feedback for runners: cadence, ground contact and hip drop.",
        epilog=_EXAMPLES,
        formatter_class=HelpText,
        add_help=False,
    )
    # Both are in the usage line: the list of commands has to fit a small terminal.
    top.add_argument("-h", "--help", action="help", help=argparse.SUPPRESS)
    top.add_argument("--version", action="version", version=f"stridecue {_version()}", help=argparse.SUPPRESS)
    commands = top.add_subparsers(
        title="commands; `stridecue COMMAND --help` explains each",
        prog="stridecue",
        metavar="COMMAND ...",  # argparse aligns the descriptions to the width of this
    )
    top.set_defaults(chosen=top)
    _demo(_command(commands, "demo", "demo", "try it with a virtual runner, without any hardware", _DEMO))
    sample = "".join(f"  {line}\n" for line in SAMPLE.splitlines())
    more = _RUN.format(path=config_file(), sample=sample)
    _run(_command(commands, "run", "live", "measure, record and coach a run with your own sensors", more))
    add_scan(_command(commands, "scan", "scan", "list the sensors nearby and how each would be used", SCAN))
    add_profiles(_command(commands, "profiles", "profiles", "list, show, check or verify device profiles", PROFILES))
    add_pair(_command(commands, "pair", "pair", "assign each sensor to hip or foot by shaking it", PAIR))
    add_watch(_command(commands, "watch", "watch", "for coaches: show every runner who publishes on a broker", WATCH))
    add_sim(_command(commands, "sim", "sim", "run virtual sensors as separate processes", SIM))
    _sound_command(_command(commands, "sound", "sound", "play every sound a run can make", _SOUND))
    add_pain(_command(commands, "pain", "pain", "report what hurt, after a run or the next morning", PAIN))
    add_history(
        _command(commands, "history", "history", "list, export or erase earlier runs and pain reports", HISTORY)
    )
    add_config(
        _command(commands, "doctor", "doctor", "check what a run needs and say how to fix what is missing", _DOCTOR)
    )
    add_import(_command(commands, "import", "import_recording", "convert a CSV file of samples to a recording", IMPORT))
    add_replay(_command(commands, "replay", "replay", "play a recording through the hub again", REPLAY))
    return top


def _command(
    commands: argparse._SubParsersAction[CommandParser], name: str, module: str, does: str, more: str = ""
) -> CommandParser:
    one = add_part(commands, name, does, more)
    one.set_defaults(module=module)
    return one


def _demo(one: argparse.ArgumentParser) -> None:
    add_headless(one)
    one.add_argument("--seconds", type=seconds, metavar="N", help="stop after N seconds (default: run on)")
    one.add_argument(
        "--seed", type=whole, metavar="N", help="which virtual runner (default 1, for a second demo 2 ...)"
    )
    one.add_argument("--runner", type=runner, metavar="NAME", help="runner's name (default demo, then demo-2 ...)")
    add_sound(one, AUTO)
    add_mqtt_port(one)


def _run(one: argparse.ArgumentParser) -> None:
    add_config(one)
    add_headless(one)
    add_radio(one)
    add_mounts(one)
    one.add_argument("--no-record", action="store_true", help="do not record this run")
    one.add_argument(
        "--surface",
        choices=SURFACES,
        help="what you run on, stored in the history (default: treadmill if one is connected)",
    )
    add_sound(one, None)


def _sound_command(one: argparse.ArgumentParser) -> None:
    parts = one.add_subparsers(title="commands", metavar="COMMAND", dest="part", required=True)
    trial = add_part(parts, "try", "play every sound one by one and print what it means", _SOUND)
    add_config(trial)
    trial.add_argument("--words", nargs="+", default=[], metavar="TEXT", help="what to speak (default: three cues)")
    add_sound(trial, None)


def _version() -> str:
    try:
        return version("stridecue")
    except PackageNotFoundError:
        return "(not installed)"
