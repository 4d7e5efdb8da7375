"""The command line of `stridecue pain` and `stridecue history`."""

from __future__ import annotations

import argparse

from dsp.runner.triage import SITES
from hub.command_line.shared_options import add_config, add_part

PAIN = """\
During a run: press p in the dashboard, tap the hip sensor three times, or send a `pain` message over MQTT. Afterwards:

  stridecue pain 4 --site "outer knee" --side left --km 4.2     in the newest run; it began at 4.2 km
  stridecue pain 3 --site "around the kneecap" --minute 22 --numb
  stridecue pain 0                                              by mistake: takes back a report of the last two minutes
  stridecue pain --next-morning yes                             it is worse today than before the run
  stridecue pain --cleared                                      a clinician has looked at it: cues may come back
  stridecue pain 4 --site "outer knee" --about                  what such pain may be; nothing is stored
  stridecue pain --red-flags                                    which signs need a clinician, and how soon

A report belongs to the newest run, and the reply names it. If that was a virtual run, the report stays with it, apart
from your own history; --own-run attaches it to your own newest run.

Stored on this machine only; `stridecue history` lists, exports and erases it. This is education, not a diagnosis.
"""
HISTORY = """\
examples:
  stridecue history list                         list earlier runs, one per line, with pain
  stridecue history export ann.json              export everything stored, as JSON; - is stdout
  stridecue history erase --yes                  erase everything stored about this runner, for good
"""
EXPORT = """\
examples:
  stridecue history export ann.json              into a file that only you can read
  stridecue history export - | jq '.run[-1]'     the newest run, in a terminal

Times are UTC (`_utc`) or seconds (`_s`), distances metres (`_m`); null: unknown.
"""
ERASE = """\
examples:
  stridecue history erase                        erase nothing, only say what would be erased
  stridecue history erase --yes                  erase the history; recordings are listed and kept
  stridecue history erase --yes --recordings     erase the recordings too
"""
LONGEST_MINUTE = 3000.0
FARTHEST_KM = 300.0


def add_pain(one: argparse.ArgumentParser) -> None:
    """Add the options of `pain`."""
    add_config(one)
    one.add_argument("level", nargs="?", type=_level, metavar="LEVEL", help="0 (none) to 10 (the worst imaginable)")
    one.add_argument("--site", metavar="WHERE", help=f"one of: {', '.join(SITES)}")
    one.add_argument("--side", choices=("left", "right"), help="which leg")
    one.add_argument("--numb", action="store_true", help="with numbness or tingling")
    one.add_argument("--km", type=_kilometres, metavar="KM", help="where in the run it began, km")
    one.add_argument("--minute", type=_minute, metavar="M", help="when in the run it began, minutes of running")
    one.add_argument("--note", metavar="TEXT", help="a note in your own words")
    one.add_argument("--own-run", action="store_true", help="your own newest run, even if a virtual one is newer")
    one.add_argument("--next-morning", choices=("yes", "no"), help="was it worse the morning after?")
    one.add_argument("--cleared", action="store_true", help="a clinician has looked at it: cues may come back")
    one.add_argument("--about", action="store_true", help="only explain what such pain may be; store nothing")
    one.add_argument("--red-flags", action="store_true", help="list the signs that need a clinician, and how soon")


def add_history(one: argparse.ArgumentParser) -> None:
    """Add the parts of `history`."""
    add_config(one)
    parts = one.add_subparsers(title="commands", metavar="COMMAND", dest="part", required=True)
    listed = add_part(parts, "list", "list earlier runs, one per line, with pain")
    export = add_part(parts, "export", "export everything stored about this runner, as JSON", EXPORT)
    export.add_argument("out", metavar="OUT", help="the file to write; - is stdout")
    erase = add_part(parts, "erase", "erase everything stored about this runner, for good", ERASE)
    erase.add_argument("--yes", action="store_true", help="confirm; without it, only say what would be erased")
    erase.add_argument("--recordings", action="store_true", help="erase all recordings of this runner too")
    for part in (listed, export, erase):
        # No default here: --config may also have been given before the part.
        add_config(part, default=argparse.SUPPRESS)


def _level(text: str) -> int:
    value = int(text) if text.isdecimal() and text.isascii() else -1
    if not 0 <= value <= 10:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number from 0 (none) to 10")
    return value


def _kilometres(text: str) -> float:
    return _place(text, FARTHEST_KM, "kilometres, e.g. 4.2")


def _minute(text: str) -> float:
    return _place(text, LONGEST_MINUTE, "minutes of running, e.g. 22")


def _place(text: str, maximum: float, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= maximum:
        raise argparse.ArgumentTypeError(f"{text!r}: expected {what} (0 to {maximum:g})")
    return value
