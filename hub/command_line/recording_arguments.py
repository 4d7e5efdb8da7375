"""The command line of what is done with recordings: `import` and `replay`."""

from __future__ import annotations

import argparse

from hub.command_line.argument_types import speed
from hub.command_line.shared_options import add_headless, add_mounts, add_mqtt_port, add_sound
from hub.settings.sound_output import OFF

IMPORT = """\
CSV: a column t_s, then for each sensor <sensor>_ax .. _az in m/s2 and <sensor>_gx .. _gz in rad/s; any of the six may
be missing. Where a sensor sits is read off its name (lumbar, sacrum, waist, left_shoe ...); --map says it, or `none`.

  stridecue import samples.csv.gz --out run.mcap
  stridecue import samples.csv --out run.mcap --map imu1=sacrum imu2=left_foot imu3=none
"""
REPLAY = """\
The same path as a live run, from the packet on: the same recording gives the same lines, byte for byte.

  stridecue replay                              the newest recording in the dashboard, as fast as it was run
  stridecue replay --list                       which recordings there are: start, length, runner, name
  stridecue replay 2026-03-01T073000Z-ann       one of them; a path does as well
  stridecue replay run.mcap --jsonl steps.jsonl  as fast as possible, each record a line of JSON
  stridecue replay run.mcap --jsonl - --signals  lines to stdout (all else goes to stderr), with pelvis angles
  stridecue replay run.mcap --headless --speed 4  four times as fast, with MQTT, without a dashboard

keys in the dashboard: space pause, + - speed, left and right 10 s, comma and full stop (or Shift and an arrow) 60 s,
Home from the start, n and N to the next and the last cue, threshold, mark or pain; it stays at the end until q. Going
elsewhere is quiet: no sounds, no messages for what lies between. With --jsonl it goes only forward.

each line has `type` and `t_s`: step, metric, threshold, cue, mark, pain, quality, attitude (--signals), and one last
summary
"""


def add_import(one: argparse.ArgumentParser) -> None:
    """Add the options of `import`."""
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


def add_replay(one: argparse.ArgumentParser) -> None:
    """Add the options of `replay`."""
    one.add_argument("recording", nargs="?", metavar="REC", help="its name or path (default: the newest)")
    one.add_argument("--list", action="store_true", help="which recordings there are, the newest last")
    one.add_argument("--all", action="store_true", help="with --list: the older ones too")
    one.add_argument(
        "--speed", type=speed, metavar="1|N|max", help="default 1; max where --jsonl is given; max has no dashboard"
    )
    add_headless(one)
    one.add_argument("--jsonl", metavar="OUT", help="write every record as a line of JSON; - is stdout")
    one.add_argument("--signals", action="store_true", help="with the pelvis angles at the sensor's rate")
    add_sound(one, OFF)
    add_mounts(one)
    add_mqtt_port(one)
