"""`stridecue replay`: play a recording through the hub again, at its own pace or as fast as possible."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TextIO

from drivers.recordings.recording import RecordingReader
from firmware_profiles.catalog import Catalog
from hub.commands.keep_run import tell_pain
from hub.commands.kept_recordings import chosen_recording, listed, recording_folders
from hub.commands.replay_fast import replay_fast
from hub.flow.engine import Engine
from hub.messages.topics import WireError, runner_slug
from hub.outcome import Outcome
from hub.replay.replayed import ReplayedSource, opened
from hub.run.launch import Launch, carry_out
from hub.settings.config import ConfigError, SoundSection
from hub.settings.known_devices import known_devices
from hub.settings.run_settings import RunSettings, parse_mounts
from hub.terminal.terminal import echo, echo_rows
from hub.text.pain_text import is_own_terminal
from hub.text.summary_text import VALUES_AT, summary_text

FAST = "max"


def run(options: Namespace) -> int:
    """Replay or list recordings; raises DriverError, ConfigError and OSError."""
    if options.list:
        echo("\n".join(listed(recording_folders(), whole=options.all)))
        return 0
    if options.all:
        raise ConfigError("--all: only with --list, to list the older recordings too")
    if options.signals and options.jsonl is None:
        raise ConfigError("--signals: only with --jsonl OUT, which writes the pelvis angles; - is stdout")
    mounts = parse_mounts(options.mount, "--mount")
    path = chosen_recording(options.recording)
    if options.recording is None:
        echo(f"The newest recording: {path.stem}", sys.stderr if options.jsonl == "-" else sys.stdout)
    reader = RecordingReader(path)
    settings = RunSettings.restored({**reader.session.settings, **({"mounts": mounts} if mounts else {})})
    catalog = known_devices()
    speed: float | str = options.speed or (FAST if options.jsonl else 1.0)
    if isinstance(speed, str):
        return _fast(options, reader, settings, catalog)
    return _paced(options, reader, settings, catalog, speed)


def _fast(options: Namespace, reader: RecordingReader, settings: RunSettings, catalog: Catalog) -> int:
    engine = Engine(catalog, settings.pipeline(signals=options.signals), cues=settings.cues)
    outcome = replay_fast(reader, engine, options.jsonl)
    for fault in engine.faults.values():
        echo(f"stridecue: {fault.words}", sys.stderr)
    _tell_cut(reader)
    out = sys.stderr if options.jsonl == "-" else sys.stdout
    _tell_summary(outcome, settings, reader, out)
    return 0


def _paced(options: Namespace, reader: RecordingReader, settings: RunSettings, catalog: Catalog, speed: float) -> int:
    # JSON lines are written once, in the order of the recording, so that such a replay cannot go back.
    replayed = ReplayedSource(reader, speed, both_ways=options.jsonl is None)
    ended = carry_out(
        Launch(
            source="replay",
            runner=_runner(reader.session.runner),
            settings=settings,
            catalog=catalog,
            open_source=opened(replayed),
            observe=replayed.observe,
            first_port=options.mqtt_port,
            replayed=reader.session,
            headless=options.headless,
            theme=options.theme,
            jsonl=options.jsonl,
            signals=options.signals,
            sound=SoundSection(output=options.sound),
            shares_onset=False,  # the recording does not say whether the runner agreed to share it
        )
    )
    if ended.outcome.summary is not None:
        print(file=ended.out)
        _tell_summary(ended.outcome, settings, reader, ended.out)
    for line in ended.words():
        echo(line, ended.out)
    _tell_cut(reader)
    return 1 if ended.cut_short else 0


def _tell_summary(outcome: Outcome, settings: RunSettings, reader: RecordingReader, out: TextIO) -> None:
    """Print the summary that the run itself ended with; a replay stores nothing."""
    assert outcome.summary is not None
    summary = summary_text(
        outcome.summary,
        settings.history,
        running_s=outcome.running_s,
        marks=outcome.marks,
        own_terminal=is_own_terminal(out),
    )
    echo_rows(summary, out, VALUES_AT)
    tell_pain(outcome, settings.pain_rule, out, kept=False, day=(reader.session.started_utc or "")[:10])


def _tell_cut(reader: RecordingReader) -> None:
    if reader.condition is not None:
        echo(f"stridecue: {reader.condition}", sys.stderr)


def _runner(name: str) -> str:
    try:
        return runner_slug(name)
    except WireError:
        return "replay"
