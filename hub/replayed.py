"""A recording as the source of a run, at its own pace or faster."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from drivers.recordings.recording import RecordingReader
from drivers.recordings.replay import ReplaySource
from hub.engine import RadioItem
from hub.source import NamedTask, Source
from hub.stop import Stop


class ReplayedSource:
    """See `source.Source`. Nothing is dropped: the reader waits for the run."""

    dropped = 0

    def __init__(self, reader: RecordingReader, speed: float) -> None:
        self._reader = reader
        self._speed = speed
        self._replay: ReplaySource | None = None

    def now_ns(self) -> int:
        """Tell the arrival time of the latest packet."""
        return self._reader.session.t0_ns if self._replay is None else self._replay.position_ns

    def tasks(self, stop: Stop) -> Sequence[NamedTask]:
        """Give none: the recording is read where it is used."""
        del stop
        return ()

    async def batches(self, stop: Stop) -> AsyncIterator[Sequence[RadioItem]]:
        """Yield item by item, in file order, until the end or `stop`."""
        self._replay = ReplaySource(self._reader, self._speed, stop.wait_for)
        async for item in self._replay:
            if stop.asked:
                return
            yield (item,)


@asynccontextmanager
async def open_replayed(reader: RecordingReader, speed: float) -> AsyncIterator[Source]:
    """Yield the recording as a source."""
    yield ReplayedSource(reader, speed)
