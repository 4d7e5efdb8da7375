"""The command line of `stridecue pain` and `stridecue history`."""

from __future__ import annotations

import argparse

from dsp.runner.triage import SITES
from hub.settings.folders import config_file

PAIN = """\
In mid-run: the key p of the dashboard, a `pain` message, or three taps on the hip sensor. Afterwards:

  stridecue pain 4 --site "outer knee" --side left --km 4.2     of the newest run; it began at 4.2 km
  stridecue pain 3 --site "around the kneecap" --minute 22 --numb
  stridecue pain --next-morning yes                             worse today than before the run
  stridecue pain --cleared                                      it was looked at: cues may come back
  stridecue pain 4 --site "outer knee" --about                  what such pain may be; nothing is kept
  stridecue pain --red-flags                                    which signs need a clinician, and how soon

Kept on this machine only; `stridecue history` shows, exports and erases it. Education, not a diagnosis.
"""
HISTORY = """\
  stridecue history list                         earlier runs, one a line, with pain
  stridecue history export ann.json              everything that is kept, as JSON; - is stdout
  stridecue history erase --yes                  everything that is kept of this runner, for good
"""
LONGEST_MINUTE = 3000.0
FARTHEST_KM = 300.0


def add_pain(one: argparse.ArgumentParser) -> None:
    """Add the options of `pain`."""
    _config(one)
    one.add_argument("level", nargs="?", type=_level, metavar="LEVEL", help="0 none to 10 the worst you can think of")
    one.add_argument("--site", metavar="WHERE", help=f"one of: {', '.join(SITES)}")
    one.add_argument("--side", choices=("left", "right"), help="which leg")
    one.add_argument("--numb", action="store_true", help="numbness or tingling")
    one.add_argument("--km", type=_kilometres, metavar="KM", help="where in the run it began")
    one.add_argument("--minute", type=_minute, metavar="M", help="when in the run it began, minutes of running")
    one.add_argument("--note", metavar="TEXT", help="words of your own")
    one.add_argument("--own-run", action="store_true", help="your own newest run, even if a simulated one is newer")
    one.add_argument("--next-morning", choices=("yes", "no"), help="was it worse the morning after?")
    one.add_argument("--cleared", action="store_true", help="it was looked at: cues may come back")
    one.add_argument("--about", action="store_true", help="only say what such pain may be; nothing is kept")
    one.add_argument("--red-flags", action="store_true", help="which signs need a clinician, and how soon")


def add_history(one: argparse.ArgumentParser) -> None:
    """Add the parts of `history`."""
    _config(one)
    parts = one.add_subparsers(metavar="PART", dest="part", required=True)
    listed = parts.add_parser("list", help="earlier runs, one a line")
    export = parts.add_parser("export", help="everything that is kept, as JSON")
    export.add_argument("out", metavar="OUT", help="the file to write; - is stdout")
    erase = parts.add_parser("erase", help="everything that is kept of this runner, for good")
    erase.add_argument("--yes", action="store_true", help="yes, erase it: without this it is only said what would go")
    erase.add_argument("--recordings", action="store_true", help="all recordings of this runner too")
    for part in (listed, export, erase):
        # Where it is not given here, what was given before the part holds.
        _config(part, default=argparse.SUPPRESS)


def _config(one: argparse.ArgumentParser, default: str | None = None) -> None:
    usual = f"configuration (default: {config_file()})".replace("%", "%%")
    one.add_argument("--config", metavar="FILE", default=default, help=usual)


def _level(text: str) -> int:
    value = int(text) if text.isdecimal() and text.isascii() else -1
    if not 0 <= value <= 10:
        raise argparse.ArgumentTypeError(f"{text!r}: write a whole number from 0 (none) to 10")
    return value


def _kilometres(text: str) -> float:
    return _place(text, FARTHEST_KM, "kilometres, e.g. 4.2")


def _minute(text: str) -> float:
    return _place(text, LONGEST_MINUTE, "minutes of running, e.g. 22")


def _place(text: str, most: float, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= most:
        raise argparse.ArgumentTypeError(f"{text!r}: write {what}")
    return value
