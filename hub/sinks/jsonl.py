"""Writing records as lines of JSON, to a file or to stdout (`-`)."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from dsp.records import Attitude, Record
from hub.flow.bus import Subscription
from hub.flow.facts import Fact
from hub.messages.lines import encode_line
from hub.settings.config import ConfigError

CAPACITY = 4000


def is_written(*, signals: bool) -> Callable[[Fact], bool]:
    """Return the filter for what becomes a line: every record, attitude only with `signals`."""
    return lambda fact: isinstance(fact, Record) and (signals or not isinstance(fact, Attitude))


class JsonlFile:
    """An open output; created by `open_jsonl`."""

    def __init__(self, stream: BinaryIO, t0_ns: int) -> None:
        self._stream = stream
        self._t0_ns = t0_ns

    def write(self, record: Record) -> None:
        """Write one record."""
        self._stream.write(encode_line(record, self._t0_ns))

    def flush(self) -> None:
        """Pass everything to the operating system; raises BrokenPipeError when the reader is gone."""
        self._stream.flush()


@contextmanager
def open_jsonl(out: str, t0_ns: int) -> Iterator[JsonlFile]:
    """Open a file, or stdout for `-`; raises ConfigError. `t0_ns` is the time of `t_s` 0."""
    if out == "-":
        yield JsonlFile(sys.stdout.buffer, t0_ns)
        return
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(out).open("wb"))
        except OSError as error:
            raise ConfigError(
                f"--jsonl {out}: {error.strerror}: name a file in an existing folder that you may write to, "
                "or - for stdout"
            ) from error
        yield JsonlFile(stream, t0_ns)


class JsonlSink:
    """Writes records during a run, in a thread, so that a slow reader of stdout blocks nothing else."""

    def __init__(self, file: JsonlFile, subscription: Subscription[Fact]) -> None:
        self._file = file
        self._subscription = subscription

    async def run(self) -> None:
        """Write until the bus has closed; raises OSError when the output fails."""
        async for batch in self._subscription.batches():
            await asyncio.to_thread(self._write, batch)

    def _write(self, batch: list[Fact]) -> None:
        for fact in batch:
            if isinstance(fact, Record):
                self._file.write(fact)
        self._file.flush()
