"""Replay as fast as possible: no event loop, no clock, no broker, but the same engine in the same order."""

from __future__ import annotations

from contextlib import ExitStack

from drivers.fewer_blocks import taken_together
from drivers.recordings.recording import RecordingReader
from dsp.records import Mark, PainReport, Record, Summary
from dsp.signals import NS_PER_S
from hub.flow.engine import Engine
from hub.flow.session import Session
from hub.outcome import Outcome
from hub.sinks.jsonl import open_jsonl
from hub.terminal.progress import Progress


def replay_fast(reader: RecordingReader, engine: Engine, jsonl: str | None) -> Outcome:
    """Run a recording through `engine`, writing each record as a line to `jsonl`; raises OSError and RecordingError."""
    session = Session()
    t0_ns = reader.session.t0_ns
    marks: list[Mark] = []
    pains: list[PainReport] = []
    with ExitStack() as stack:
        out = stack.enter_context(open_jsonl(jsonl, t0_ns)) if jsonl is not None else None
        progress = stack.enter_context(Progress("replaying"))

        def emit(records: list[Record]) -> None:
            for record in records:
                timed = session.timed(record)
                session.update(timed)
                if isinstance(timed, Mark):
                    marks.append(timed)
                elif isinstance(timed, PainReport):
                    pains.append(timed)
                if out is not None:
                    out.write(timed)

        for item in taken_together(reader):
            if isinstance(item, list):
                emit(engine.feed_all(item))
                progress.text(f"{(item[-1].t_recv_ns - t0_ns) / NS_PER_S:.0f} s")
            else:
                emit(engine.feed(item))
        last = engine.finish()
        emit(last)
        if out is not None:
            out.flush()
        summary = next(record for record in last if isinstance(record, Summary))
        return Outcome(summary, session.elapsed_s(summary.t_ns), tuple(marks), tuple(pains))
