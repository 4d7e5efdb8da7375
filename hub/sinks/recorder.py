"""Records what the radio said, and beside it what the core made of it; a failing disk costs records, never the run."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from drivers.errors import RecordingError
from drivers.packets import DeviceInfo, Packet, Said
from drivers.recordings.recording import RecordingWriter, SessionInfo
from dsp.records import Cue, Mark, Metric, PainReport, Step, Threshold
from dsp.signals import NS_PER_S
from hub.flow.bus import Subscription
from hub.flow.facts import Beat, Fact
from hub.messages.lines import encode_line

CAPACITY = 4000
"""Facts that may wait for the disk: some ten seconds of five sensors, then the bus waits, then drops are counted."""
RETRY_NS = 5 * NS_PER_S
"""A new file is tried this often once the old one takes nothing any more."""
REFUSALS = 20
"""The writer holds minutes of data for a disk that is full; so many refusals in a row mean that this is used up."""

_LOG = logging.getLogger("stridecue.recorder")
_Told = Step | Metric | Threshold | Cue | PainReport | Mark | Said


def is_recorded(fact: Fact) -> bool:
    """Whether a fact goes into the recording (attitude does not: it comes back from the packets)."""
    return isinstance(fact, DeviceInfo | Packet | Beat | _Told)


class RecorderSink:
    """Writes one file a run, a further one after each failure.

    name_file  gives the path of the n-th file of this run
    notice     is told when facts are lost and why, and (empty text) when all is well again
    """

    def __init__(
        self,
        name_file: Callable[[int], Path],
        session: SessionInfo,
        subscription: Subscription[Fact],
        notice: Callable[[str], None],
    ) -> None:
        self.files: list[Path] = []
        self.lost = 0  # facts that a failing disk cost; those that the bus dropped are counted there
        self.lost_packets = 0  # how many of them were packets
        self._name_file = name_file
        self._session = session
        self._subscription = subscription
        self._notice = notice
        self._writer: RecordingWriter | None = None
        self._devices: dict[str, DeviceInfo] = {}
        self._retry_ns: int | None = None
        self._failure = ""
        self._refused = 0
        self._packets = 0
        self._waiting: list[bool] = []  # of each fact the writer holds for the disk: is it a packet
        self._seen_dropped = 0

    async def run(self) -> None:
        """Write until the bus has closed; then finish the file."""
        waiting: list[Fact] = []
        async for batch in self._subscription.batches():
            waiting += batch
            # One hop to the disk a second, and at once when the queue would fill.
            if any(isinstance(fact, Beat) for fact in batch) or len(waiting) > CAPACITY:
                await asyncio.to_thread(self._write, waiting)
                waiting = []
                self._tell()
        await asyncio.to_thread(self._finish, waiting)
        self._tell()

    @property
    def is_failing(self) -> bool:
        """Whether what comes in does not get onto the disk now."""
        return bool(self._failure) or self._subscription.abandoned

    def open(self) -> None:
        """Open the first file before the first packet; a failure is told and tried again later."""
        self._open()
        self._tell()

    def discard_empty(self) -> None:
        """Remove the files that no packet went into: the run never began."""
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
                case Said():
                    writer.add_said(fact)
                case Step() | Metric() | Threshold() | Cue() | PainReport() | Mark():
                    line = encode_line(fact, self._session.t0_ns)
                    writer.add_record(type(fact).__name__.lower(), fact.t_ns, line.rstrip())
            self._refused = 0
            if isinstance(fact, Packet | _Told):
                self._waiting.append(isinstance(fact, Packet))
        except RecordingError as error:
            self._failed(error)
            if isinstance(fact, Packet | _Told):  # a failed tick keeps everything for the next one
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
        self.lost += isinstance(fact, Packet | _Told)
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
        # What the system calls it, without its number.
        self._failure = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)

    def _give_up(self, writer: RecordingWriter) -> None:
        self._writer = None
        self._retry_ns = None
        self._close(writer)

    def _retry(self, t_ns: int) -> None:
        if self._retry_ns is None or t_ns >= self._retry_ns:
            self._retry_ns = t_ns + RETRY_NS
            self._open()

    def _tell(self) -> None:
        dropped = self._subscription.dropped
        if self._failure:
            lost, waiting = self.lost + dropped, len(self._waiting)
            held = f", {waiting} held for when the disk takes them" if waiting else ""
            self._notice(f"not recording: {self._failure} ({lost} packets and records lost so far{held})")
        elif dropped > self._seen_dropped:
            self._notice(f"the disk is too slow for the recording: {dropped} items lost")
        else:
            self._notice("")
        self._seen_dropped = dropped
