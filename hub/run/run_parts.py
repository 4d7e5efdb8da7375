"""The parts of a run that its items pass through, however the run is started and wherever its packets come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hub.flow.bus import Bus
from hub.flow.engine import Engine
from hub.flow.facts import Fact
from hub.flow.notices import Notices
from hub.flow.session import Session
from hub.flow.source import SourceControl
from hub.messages.wire import Post
from hub.telemetry.posts import Telemetry
from hub.telemetry.run_info import RunInfo


@dataclass(frozen=True, slots=True)
class RunParts:
    """What a run consists of between its source and whatever reads its buses; `of` builds it.

    source     clock and position
    engine     items to records
    session    state of the run, from the records
    telemetry  records to posts
    notices    what the runner should know about the hub itself
    facts      items and records, to the sinks
    posts      messages, to brokers and console
    """

    run_info: RunInfo
    source: SourceControl
    engine: Engine
    session: Session
    telemetry: Telemetry
    notices: Notices
    facts: Bus[Fact] = field(default_factory=Bus)
    posts: Bus[Post] = field(default_factory=Bus)

    @classmethod
    def of(cls, run_info: RunInfo, source: SourceControl, engine: Engine, say: Callable[[str], None]) -> RunParts:
        """Return the parts of a new run; `say` gets each new notice."""
        session = Session()
        telemetry = Telemetry(run_info, session, replay=source.status)
        return cls(run_info, source, engine, session, telemetry, Notices(say))
