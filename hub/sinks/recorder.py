"""Recording packets, together with the records computed from them; a failing disk never ends the run."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from drivers.errors import RecordingError
from drivers.packets import DeviceInfo, Packet, UserInput
from drivers.recordings.recording import RecordingWriter, SessionInfo
from dsp.records import Cue, Mark, Metric, PainReport, Step, Threshold
from dsp.signals import NS_PER_S
from hub.flow.bus import Subscription
from hub.flow.facts import Beat, Fact
from hub.messages.lines import encode_line

CAPACITY = 4000
"""Facts queued for the disk: some ten seconds of five sensors; then the bus waits, then drops are counted."""
RETRY_NS = 5 * NS_PER_S
"""How often a new file is tried once the old one cannot be written."""
REFUSALS = 20
"""The writer buffers minutes of data while the disk is full; this many refusals in a row mean a full buffer."""

_LOG = logging.getLogger("stridecue.recorder")
_Line = Step | Metric | Threshold | Cue | PainReport | Mark | UserInput


def is_recorded(fact: Fact) -> bool:
    """Whether a fact goes into the recording (attitude does not, as it can be recomputed from the packets)."""
    return isinstance(fact, DeviceInfo | Packet | Beat | _Line)


class RecorderSink:
    """Writes one file per run, and another one after each failure.

    name_file  returns the path of the n-th file of this run
    notice     called with the reason when facts are lost, and with an empty text when all is well again
    """

    def __init__(
        self,
        name_file: Callable[[int], Path],
        session: SessionInfo,
        subscription: Subscription[Fact],
        notice: Callable[[str], None],
    ) -> None:
        self.files: list[Path] = []
        self.lost = 0  # facts lost to a failing disk; those dropped by the bus are counted there
        self.lost_packets = 0  # how many of them were packets
        self._name_file = name_file
        self._session = session
        self.subscription = subscription
        self._notice = notice
        self._writer: RecordingWriter | None = None
        self._devices: dict[str, DeviceInfo] = {}
        self._retry_ns: int | None = None
        self._failure = ""
        self._refused = 0
        self._packets = 0
        self._waiting: list[bool] = []  # for each fact buffered by the writer: whether it is a packet
        self._seen_dropped = 0

    async def run(self) -> None:
        """Write until the bus has closed; then finish the file."""
        waiting: list[Fact] = []
        async for batch in self.subscription.batches():
            waiting += batch
            # Write once a second, and at once when the queue would overflow.
            if any(isinstance(fact, Beat) for fact in batch) or len(waiting) > CAPACITY:
                await asyncio.to_thread(self._write, waiting)
                waiting = []
                self._report()
        await asyncio.to_thread(self._finish, waiting)
        self._report()

    @property
    def is_failing(self) -> bool:
        """Whether incoming data cannot be written to disk at the moment."""
        return bool(self._failure) or self.subscription.abandoned

    def open(self) -> None:
        """Open the first file before the first packet; a failure is reported and tried again later."""
        self._open()
        self._report()

    def discard_empty(self) -> None:
        """Remove the files of a run without any packet: it never began."""
        if not self._packets:
            for path in self.files:
                path.unlink(missing_ok=True)
            self.files.clear()

    def _write(self, facts: list[Fact]) -> None:
        for fact in facts:
            if isinstance(fact, DeviceInfo):
                self._devices[fact.device] = fact
            elif isinstance(fact, Beat) and self._writer is None:
                self._retry(fact.t_ns)
            if self._writer is not None:
                self._add(self._writer, fact)
            else:
                self._lose(fact)

    def _add(self, writer: RecordingWriter, fact: Fact) -> None:
        try:
            match fact:
                case DeviceInfo():
                    writer.add_device(fact)
                case Packet():
                    writer.add_packet(fact)
                    self._packets += 1
                case Beat():
                    writer.tick()
                    self._waiting.clear()
                    self._failure = ""
                case UserInput():
                    writer.add_input(fact)
                case Step() | Metric() | Threshold() | Cue() | PainReport() | Mark():
                    line = encode_line(fact, self._session.t0_ns)
                    writer.add_record(type(fact).__name__.lower(), fact.t_ns, line.rstrip())
            self._refused = 0
            if isinstance(fact, Packet | _Line):
                self._waiting.append(isinstance(fact, Packet))
        except RecordingError as error:
            self._failed(error)
            if isinstance(fact, Packet | _Line):  # a failed tick keeps everything for the next one
                self._lose(fact)
                self._refused += 1
            if self._refused >= REFUSALS:
                self._give_up(writer)

    def _finish(self, facts: list[Fact]) -> None:
        self._write(facts)
        if self._writer is not None:
            self._close(self._writer)
            self._writer = None

    def _close(self, writer: RecordingWriter) -> None:
        try:
            writer.close()
        except RecordingError as error:
            self._failed(error)
            self.lost += len(self._waiting)
            self.lost_packets += sum(self._waiting)
        self._waiting.clear()

    def _lose(self, fact: Fact) -> None:
        self.lost += isinstance(fact, Packet | _Line)
        self.lost_packets += isinstance(fact, Packet)

    def _open(self) -> None:
        path = self._name_file(len(self.files))
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._writer = RecordingWriter(path, self._session)
            for info in self._devices.values():
                self._writer.add_device(info)
        except (OSError, RecordingError) as error:
            self._failed(error)
            return
        self.files.append(path)
        self._failure = ""
        self._refused = 0

    def _failed(self, error: Exception) -> None:
        if not self._failure:
            _LOG.error("recording failed: %s", error)
        # The system's text without the error number.
        self._failure = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)

    def _give_up(self, writer: RecordingWriter) -> None:
        self._writer = None
        self._retry_ns = None
        self._close(writer)

    def _retry(self, t_ns: int) -> None:
        if self._retry_ns is None or t_ns >= self._retry_ns:
            self._retry_ns = t_ns + RETRY_NS
            self._open()

    def _report(self) -> None:
        dropped = self.subscription.dropped
        if self._failure:
            lost, waiting = self.lost + dropped, len(self._waiting)
            held = f", {waiting} held until the disk can be written" if waiting else ""
            self._notice(f"not recording: {self._failure} ({lost} packets and records lost so far{held})")
        elif dropped > self._seen_dropped:
            self._notice(f"the disk is too slow for the recording: {dropped} items lost")
        else:
            self._notice("")
        self._seen_dropped = dropped
