"""The command line of `stridecue import` and `stridecue replay`."""

from __future__ import annotations

import argparse

from hub.command_line.argument_types import speed
from hub.command_line.shared_options import add_headless, add_mounts, add_mqtt_port, add_sound
from hub.settings.sound_output import OFF

IMPORT = """\
The first line names the columns: t_s (seconds) and, for each sensor, <sensor>_ax .. _az in m/s2 (gravity included) and
<sensor>_gx .. _gz in rad/s; any of the six may be missing. For example:

  t_s,sacrum_ax,sacrum_ay,sacrum_az,sacrum_gx,sacrum_gy,sacrum_gz
  0.000,0.31,-0.12,9.78,0.012,-0.034,0.002
  0.005,0.29,-0.10,9.83,0.015,-0.031,0.004

The placement is read from the sensor's name (lumbar, sacrum, waist, left_shoe ...) unless --map states it: sacrum,
waist_front, left_hip, right_hip, left_foot, right_foot or pocket; SENSOR=none leaves a sensor out.

examples:
  stridecue import samples.csv.gz --out lab.mcap  convert; says what was found, and what is missing
  stridecue replay lab.mcap                       then show it in the dashboard, or
  stridecue replay lab.mcap --jsonl steps.jsonl   write each step and metric as a line of JSON
  stridecue import samples.csv --out lab.mcap --map imu1=sacrum imu2=left_foot imu3=none
"""
REPLAY = """\
Packets take the same path as in a live run: the same recording always gives the same output, byte for byte.

examples:
  stridecue replay                              show the newest recording in the dashboard, in real time
  stridecue replay --list                       list the recordings: start, length, runner, name
  stridecue replay 2026-03-01T073000Z-ann       replay one by name; a path works too
  stridecue replay run.mcap --jsonl steps.jsonl  write each record as a line of JSON, as fast as possible
  stridecue replay run.mcap --jsonl - --signals  write JSON with pelvis angles to stdout (all else goes to stderr)
  stridecue replay run.mcap --headless --speed 4  replay four times as fast, with MQTT, without a dashboard

keys in the dashboard: space pauses, + and - change the speed, left and right skip 10 s, comma and full stop (or
Shift+arrow) 60 s, Home goes to the start, n and N to the next and the previous cue, threshold, mark or pain report; at
its end it waits until q quits. What is skipped is neither heard nor published. With --jsonl a replay only goes forward.

each JSON line has `type` and `t_s`; types: step, metric, threshold, cue, mark, pain, quality, attitude (--signals), and
one summary at the end
"""


def add_import(one: argparse.ArgumentParser) -> None:
    """Add the options of `import`."""
    one.add_argument("csv", metavar="SAMPLES.csv[.gz]", help="the CSV file to read")
    one.add_argument("--out", required=True, metavar="REC", help="the recording to write, e.g. run.mcap")
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
    one.add_argument("recording", nargs="?", metavar="REC", help="name or path of a recording (default: the newest)")
    one.add_argument("--list", action="store_true", help="list the recordings, newest last")
    one.add_argument("--all", action="store_true", help="with --list: include the older ones")
    one.add_argument(
        "--speed",
        type=speed,
        metavar="1|N|max",
        help="1 is real time (default); max: as fast as possible, without a dashboard (default with --jsonl)",
    )
    add_headless(one)
    one.add_argument("--jsonl", metavar="OUT", help="write every record as a line of JSON; - is stdout")
    one.add_argument("--signals", action="store_true", help="with --jsonl: the pelvis angles too, at the sensor's rate")
    add_sound(one, OFF)
    add_mounts(one)
    add_mqtt_port(one)
